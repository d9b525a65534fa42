#include "models/ddsp/creak.h"

#include <algorithm>
#include <cmath>

#include "models/data/features.h"

namespace continuo::ddsp {
namespace {

constexpr double kSlowest_hz = 45, kFastest_hz = 95, kWindow_s = 0.06;
constexpr float kSounding_db = -55, kLeastLikeness = 0.35f;

// Normalised correlation of `length` samples with those `lag` later.
float likeness(const float* x, int length, int lag) {
  double ab = 0, aa = 1e-12, bb = 1e-12;
  for (int n = 0; n < length; ++n) {
    ab += static_cast<double>(x[n]) * x[n + lag];
    aa += static_cast<double>(x[n]) * x[n];
    bb += static_cast<double>(x[n + lag]) * x[n + lag];
  }
  return static_cast<float>(ab / std::sqrt(aa * bb));
}

}  // namespace

void fill_creak(std::span<const float> audio, int sample_rate, int hop, std::span<const float> db,
                std::span<const char> voiced, std::span<float> midi) {
  // Pulses are as plain at a quarter of the rate, where counting costs a sixteenth.
  const int step = std::max(1, sample_rate / 6000);
  const double rate = static_cast<double>(sample_rate) / step;
  std::vector<float> low(audio.size() / static_cast<std::size_t>(step));
  for (std::size_t i = 0; i < low.size(); ++i) {
    float sum = 0;
    for (int k = 0; k < step; ++k)
      sum += audio[i * static_cast<std::size_t>(step) + static_cast<std::size_t>(k)];
    low[i] = sum;
  }
  const int shortest = static_cast<int>(rate / kFastest_hz), longest = static_cast<int>(rate / kSlowest_hz);
  const int length = static_cast<int>(kWindow_s * rate);
  std::vector<char> known(voiced.begin(), voiced.end());
  for (std::size_t j = 0; j < midi.size(); ++j) {
    if (voiced[j] || db[j] < kSounding_db) continue;
    const int begin = static_cast<int>(static_cast<double>(j) * hop / step) - (length + longest) / 2;
    if (begin < 0 || begin + length + longest >= static_cast<int>(low.size())) continue;
    int best = 0;
    float most = kLeastLikeness;
    for (int lag = shortest; lag <= longest; ++lag) {
      const float found = likeness(low.data() + begin, length, lag);
      if (found > most) most = found, best = lag;
    }
    if (best == 0) continue;
    midi[j] = data::hz_to_midi(static_cast<float>(rate / best));
    known[j] = 1;
  }
  // Gaps: the pitch before, at the start the first one.
  const auto first = std::find(known.begin(), known.end(), 1);
  if (first == known.end()) return;
  float last = midi[static_cast<std::size_t>(first - known.begin())];
  for (std::size_t j = 0; j < midi.size(); ++j) {
    if (known[j]) last = midi[j];
    midi[j] = last;
  }
}

}  // namespace continuo::ddsp
