// Samples cut off at a limit.
#include <algorithm>
#include <cmath>

#include "models/data/audio/cleanness.h"

namespace continuo::data {

double clipped_share(std::span<const float> audio) {
  constexpr float kSame = 2e-5f;        // of the peak: under a step of 16 bits
  constexpr std::size_t kShortest = 3;  // samples in a flat top
  if (audio.empty()) return 0;
  const auto [low, high] = std::minmax_element(audio.begin(), audio.end());
  std::size_t clipped = 0, tops = 0;
  for (const float limit : {*high, -*low}) {
    if (limit <= 1e-3f) continue;
    const float sign = limit == *high ? 1.f : -1.f;
    std::size_t run = 0;
    for (std::size_t i = 0; i <= audio.size(); ++i) {
      if (i < audio.size() && sign * audio[i] >= limit * (1 - kSame)) {
        ++run;
        continue;
      }
      if (run >= kShortest) {
        clipped += run;
        ++tops;
      }
      run = 0;
    }
  }
  // The crest of one low note may be flat for a few samples; a limit is met again and again.
  return tops < 3 ? 0 : static_cast<double>(clipped) / static_cast<double>(audio.size());
}

}  // namespace continuo::data
