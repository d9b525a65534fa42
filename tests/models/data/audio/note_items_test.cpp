// Notes for NSynth: found, cut, named, given a velocity.
#include <catch2/catch.hpp>

#include "models/data/audio/note_items.h"
#include "tests/models/data/audio/sounds.h"

using namespace continuo::data;
using namespace continuo::data::testing;

namespace {

AudioOptions notes_of(const ScratchFolder& folder) {
  AudioOptions options;
  options.folders = {(folder / "in").string()};
  options.out = folder / "set";
  options.use = "nsynth";
  options.keep = {"voices", "bleed", "noise_floor", "bandwidth"};
  return options;
}

bool faulty(const Item& item, const std::string& measure) {
  return std::any_of(item.faults.begin(), item.faults.end(),
                     [&](const Fault& f) { return f.measure == measure; });
}

}  // namespace

TEST_CASE("isolated notes are cut out, padded to four seconds, and know their pitch") {
  const ScratchFolder folder;
  write_sound(folder / "in/scale.wav",
              joined({silence(0.5), tone(60, 1, 0.3), silence(1), tone(64, 1.5, 0.03), silence(1),
                      tone(67, 6, 0.1), silence(1)}));
  const Set set = made(notes_of(folder));
  REQUIRE(set.items.size() == 3);
  const int pitches[] = {60, 64, 67}, velocities[] = {127, 40, 73};
  for (std::size_t n = 0; n < 3; ++n) {
    const Item& item = set.items[n];
    INFO(n << ": " << item.begin_s << " s");
    CHECK(item.kept);
    CHECK(item.details["pitch"] == pitches[n]);
    CHECK(item.details["velocity"].get<double>() == Approx(velocities[n]).margin(2));
    CHECK(item.features.at("duration_s") == Approx(4));
  }
  CHECK(set.items[0].begin_s == Approx(0.49).margin(0.03));
  CHECK(set.items[2].end_s - set.items[2].begin_s == Approx(4));
}

TEST_CASE("joined notes, chords' noise and wrong names are told") {
  const ScratchFolder folder;
  write_sound(folder / "in/legato.wav", joined({tone(60, 1), tone(65, 1)}));
  write_sound(folder / "in/flute_synthetic_000-060-100.wav", tone(60, 1));
  write_sound(folder / "in/flute_synthetic_000-072-050.wav", tone(60.1, 1.2));
  const Set set = made(notes_of(folder));
  REQUIRE(set.items.size() == 4);
  CHECK(set.items[0].details["pitch"] == 60);
  CHECK(set.items[0].details["velocity"] == 100);
  CHECK(set.items[0].kept);
  CHECK(faulty(set.items[1], "pitch_name"));
  CHECK_FALSE(set.items[1].kept);
  CHECK_FALSE(faulty(set.items[2], "isolated"));
  CHECK(faulty(set.items[3], "isolated"));
}

TEST_CASE("NSynth's names and the velocity map") {
  CHECK(known_from_name("guitar_acoustic_010-060-127").midi == 60.0);
  CHECK(known_from_name("guitar_acoustic_010-060-127").velocity == 127);
  CHECK_FALSE(known_from_name("guitar_acoustic_010-160-127").midi);
  CHECK_FALSE(known_from_name("take-2").midi);
  CHECK(velocity_of(-10, -10) == 127);
  CHECK(velocity_of(-50, -10) == 13);
  CHECK(velocity_of(-200, -10) == 1);
}
