#include "engine/transfer/techniques.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "engine/listen/technique_ear.h"

namespace continuo::transfer {
namespace {

constexpr double kLate_s = 0.3;        // a name is told so long after it began
constexpr double kPhraseGap_s = 0.15;  // of silence
constexpr double kShortest_s = 0.5;    // that a technique is sung
constexpr float kMostGain_db = 40;

// A name that came up only for a moment gives way to the one after it, at a phrase's end to the one before.
void drop_short(std::span<Moment> phrase, size_t shortest) {
  const auto end_of = [&](size_t from) {
    size_t end = from;
    while (end < phrase.size() && phrase[end].technique == phrase[from].technique) ++end;
    return end;
  };
  for (size_t from = 0, end = 0; from < phrase.size(); from = end) {
    end = end_of(from);
    if (end - from >= shortest) continue;
    const bool last = end == phrase.size();
    if (last && from == 0) return;
    const int instead = phrase[last ? from - 1 : end].technique;
    for (size_t j = from; j < end; ++j) phrase[j].technique = instead;
    if (!last) end = from;
  }
}

}  // namespace

void hear_techniques(std::span<const float> audio, const ddsp::Model& model, Performance& performance) {
  if (model.encoder() == nullptr)
    throw std::runtime_error("the model " + model.config().name +
                             " cannot tell techniques: it has no encoder");
  listen::TechniqueEar ear(model, model.config().sample_rate);
  const float gain = std::pow(10.f, std::clamp(performance.level_db, -kMostGain_db, kMostGain_db) / 20);
  auto& moments = performance.moments;
  const auto gap = static_cast<size_t>(kPhraseGap_s * performance.frame_rate_hz);
  const auto late = static_cast<size_t>(kLate_s * performance.frame_rate_hz);
  const auto shortest = static_cast<size_t>(kShortest_s * performance.frame_rate_hz);
  size_t j = 0, silent = gap, begin = 0;  // of the phrase
  for (const float sample : audio) {
    if (!ear.push(sample) || ++j >= moments.size()) continue;
    Moment& m = moments[j];
    if (m.sounds && silent >= gap) {
      drop_short({&moments[begin], j - begin}, shortest);
      ear.begin_phrase();
      begin = j;
    }
    silent = m.sounds ? 0 : silent + 1;
    ear.hear(m.midi, m.db, m.sounds, gain);
    if (!m.sounds || ear.entry() < 0) continue;
    const size_t from = std::max(begin, j - std::min(j, late));
    const bool first = moments[begin].technique < 0;
    std::for_each(moments.begin() + static_cast<std::ptrdiff_t>(first ? begin : from),
                  moments.begin() + static_cast<std::ptrdiff_t>(j) + 1,
                  [&](Moment& moment) { moment.technique = ear.entry(); });
  }
  drop_short({&moments[begin], moments.size() - begin}, shortest);
}

}  // namespace continuo::transfer
