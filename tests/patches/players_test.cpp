// A player in a score: the violin answers the saxophone, in G major, in its own bars, the same each time.
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "engine/dsp/pitch_tracker.h"
#include "tests/patches/rendered.h"

using namespace continuo::test;

namespace {

// Pitches that last for a tenth of a second, as MIDI numbers.
std::multiset<int> notes(std::span<const float> sound) {
  continuo::dsp::PitchTracker tracker;
  tracker.prepare({.sample_rate = 48000, .hop = 480});
  std::vector<continuo::dsp::PitchFrame> frames(sound.size() / 480 + 2);
  frames.resize(tracker.process(sound, frames));
  std::multiset<int> found;
  int last = -1, length = 0;
  for (const auto& frame : frames) {
    const int midi =
        frame.voiced ? static_cast<int>(std::lround(69 + 12 * std::log2(frame.f0_hz / 440))) : -1;
    length = midi == last ? length + 1 : 1;
    last = midi;
    if (midi >= 0 && length == 10) found.insert(midi);
  }
  return found;
}

}  // namespace

TEST_CASE("The violin answers both calls in G major, by several notes") {
  const Rendered score("call-and-answer.txt");
  for (const double begin : {3.7, 11.2}) {
    const auto answered = notes(score.between(begin, begin + 4.2));
    CHECK(std::set<int>(answered.begin(), answered.end()).size() >= 3);
    for (const int midi : answered) {
      INFO("MIDI " << midi);
      CHECK((0xad5 >> midi % 12 & 1) != 0);  // G A B C D E F sharp
      CHECK(midi >= 62);
    }
  }
  const Rendered again("call-and-answer.txt");
  CHECK(std::equal(score.whole().begin(), score.whole().end(), again.whole().begin(), again.whole().end()));
}
