// The pulse of what is played without a clock.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "engine/players/free_pulse.h"

using namespace continuo::players;

namespace {

// Rhythms in beats.
const std::vector<std::vector<double>> kRhythms{
    {0, 1, 2, 3, 4, 5, 6, 7},                                                       // beats
    {0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6},                                      // eighths, then beats
    {0, 1, 1.5, 2, 3, 3.5, 4, 4.75, 5, 6, 7},                                       // mixed
    {0, 0.75, 1, 2, 2.5, 3, 4, 4.75, 5, 6, 6.25, 6.5, 7},                           // dotted
    {0, 0.25, 0.5, 1, 1.25, 1.5, 2, 2.25, 2.5, 2.75, 3, 4, 4.5, 5, 5.25, 5.5, 6}};  // sixteenths

}  // namespace

TEST_CASE("The pulse of phrases played freely, unevenly, at many tempos") {
  std::mt19937 random(1);
  std::normal_distribution<double> hand(0, 0.012);
  int right = 0, related = 0, all = 0;
  for (const double bpm : {72.0, 88.0, 104.0, 120.0, 138.0}) {
    for (const auto& rhythm : kRhythms) {
      std::vector<Onset> onsets;
      for (const double beat : rhythm)
        onsets.push_back({10 + beat * 60 / bpm + hand(random), beat == std::floor(beat) ? 0.8f : 0.6f});
      const auto pulse = free_pulse(onsets);
      INFO(bpm << " bpm, rhythm of " << rhythm.size());
      ++all;
      CHECK(pulse);
      if (!pulse) continue;
      const double ratio = pulse->beat_s * bpm / 60;
      const double off = (10 - pulse->first_s) / pulse->beat_s;
      const bool same = std::fabs(ratio - 1) < 0.02 && std::fabs(off - std::round(off)) < 0.1;
      const bool octave = std::fabs(ratio - 0.5) < 0.02 || std::fabs(ratio - 2) < 0.04;
      right += same;
      related += same || octave;
    }
  }
  CHECK(related == all);
  CHECK(right >= all * 8 / 10);
}

TEST_CASE("Too little, or no pulse at all") {
  CHECK_FALSE(free_pulse({}));
  const std::vector<Onset> two{{0, 1}, {0.5, 1}};
  CHECK_FALSE(free_pulse(two));
}
