// Recordings that are there twice.
#include "models/data/audio/duplicates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "models/data/audio/stretch_reader.h"

namespace continuo::data {

namespace {

constexpr int kRate = 4000;  // what every format keeps
constexpr double kCompared_s = 10, kShift_s = 0.2;
// Correlation. Of two takes of one steady saxophone note it is up to 0.87; without the tilt, 0.97.
constexpr double kSame = 0.95;

// Up by 12 dB an octave: a fundamental alone is alike in many notes. The mean goes with it.
void tilt(std::vector<float>& audio) {
  float before = 0, slope_before = 0;
  for (float& v : audio) {
    const float slope = v - before;
    before = v;
    v = slope - slope_before;
    slope_before = slope;
  }
  std::fill_n(audio.begin(), std::min<std::size_t>(2, audio.size()), 0.f);
}

std::vector<float> excerpt(const Recording& file, const Fingerprint& print, double margin_s) {
  Survey survey;
  survey.channel = print.channel;
  StretchReader reader(file.path, survey, 1, kRate);
  const double begin = std::max(0.0, print.begin_s - margin_s);
  std::vector<float> audio =
      reader.read({begin, print.begin_s + std::min(kCompared_s, print.length_s) + margin_s});
  tilt(audio);
  return audio;
}

// The greatest correlation of `a` with a stretch of `b`, either way up.
double correlation(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.empty() || b.size() < a.size()) return 0;
  double power_a = 0, power_b = 0, best = 0;
  for (const float v : a) power_a += double{v} * v;
  for (std::size_t i = 0; i < a.size(); ++i) power_b += double{b[i]} * b[i];
  for (std::size_t shift = 0; shift + a.size() <= b.size(); ++shift) {
    float product = 0;
    for (std::size_t i = 0; i < a.size(); ++i) product += a[i] * b[shift + i];
    best = std::max(best, std::abs(product) / std::sqrt(std::max(power_a * power_b, 1e-12)));
    if (shift + a.size() == b.size()) break;
    power_b += double{b[shift + a.size()]} * b[shift + a.size()] - double{b[shift]} * b[shift];
  }
  return best;
}

bool same_recording(const Recording& a, const Fingerprint& of_a, const Recording& b,
                    const Fingerprint& of_b) {
  std::vector<float> first = excerpt(a, of_a, 0);
  const std::vector<float> second = excerpt(b, of_b, kShift_s);
  // Both ends may lie a little apart.
  const auto spare = static_cast<std::size_t>(kShift_s * kRate);
  if (first.size() > 4 * spare) first.resize(first.size() - spare);
  return correlation(first, second) > kSame;
}

}  // namespace

std::vector<std::optional<std::string>> find_duplicates(std::span<const Recording> files,
                                                        std::span<const Found* const> found) {
  std::vector<std::optional<std::string>> out(files.size());
  const auto name = [&](std::size_t i) { return files[i].source + "/" + files[i].name; };
  std::unordered_map<std::string, std::size_t> contents;
  std::multimap<double, std::size_t> by_length;  // those that are no duplicates
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (found[i]->items.empty()) continue;
    const auto [first, fresh] = contents.try_emplace(found[i]->content, i);
    if (!fresh) {
      out[i] = "is the same recording as " + name(first->second);
      continue;
    }
    const auto& print = found[i]->fingerprint;
    if (!print) continue;
    std::optional<std::size_t> same;
    const auto end = by_length.upper_bound(print->length_s + 0.5);
    for (auto it = by_length.lower_bound(print->length_s - 0.5); it != end; ++it) {
      const std::size_t other = it->second;
      if (same && other > *same) continue;
      if (alike(*found[other]->fingerprint, *print) &&
          same_recording(files[other], *found[other]->fingerprint, files[i], *print))
        same = other;
    }
    if (same) {
      out[i] = "is the same recording as " + name(*same) + ", at another level, rate or format";
    } else {
      by_length.emplace(print->length_s, i);
    }
  }
  return out;
}

}  // namespace continuo::data
