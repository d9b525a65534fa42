// The technique voice that ships hears which technique a player uses, and takes it.
#include "engine/session/instrument_maker.h"
#include "tests/engine/session/rig.h"
#include "tests/engine/technique/listener.h"

using namespace continuo;
using namespace continuo::session;
using test::Listener;

namespace {

// What the voice itself sings with a technique: two seconds of A3 on "a", at 48 kHz, after silence.
std::vector<float> sung(const std::string& technique) {
  Folder home;
  StandardMaker maker;
  std::filesystem::copy(test::kTechniques, home.path() / "models" / "techniques.safetensors");
  Rig rig(home.path(), "", &maker);
  rig.say("/part/new ddsp v techniques");
  rig.say("/part/v/technique/by/" + technique + " 1");
  rig.say("/part/v/vowel/by/a 1");
  std::vector<float> audio = rig.run(0.3);
  rig.say("/part/v/note 57 90");
  for (const double seconds : {2.0, 0.5}) {
    if (seconds < 1) rig.say("/part/v/note 57 0");
    const std::vector<float> more = rig.run(seconds);
    audio.insert(audio.end(), more.begin(), more.end());
  }
  return audio;
}

}  // namespace

TEST_CASE("a technique that comes in is named, and sung with when it is to be imitated") {
  // Fry has no pitch to be followed.
  const auto [technique, least] = GENERATE(
      table<std::string, double>({{"belt", 0.6}, {"breathy", 0.6}, {"vibrato", 0.6}, {"trill", 0.5}}));
  const std::vector<float> audio = sung(technique);
  Listener listener(true);
  listener.hear(audio, 64);
  std::string heard;
  for (const auto& [name, count] : listener.told) heard += name + " " + std::to_string(count) + " ";
  INFO(technique << ": " << heard);
  CHECK(listener.sounding > 20);
  CHECK(listener.share(technique) > least);
  CHECK(listener.asked.count(technique) == 1);
}

TEST_CASE("what is heard of techniques does not depend on the block size") {
  const std::vector<float> audio = sung("breathy");
  Listener first(true), second(true);
  first.hear(audio, 32);
  second.hear(audio, 480);
  REQUIRE(first.events.size() == second.events.size());
  for (size_t i = 0; i < first.events.size(); ++i) {
    CHECK(first.events[i].frame == second.events[i].frame);
    CHECK(first.events[i].entry == second.events[i].entry);
    CHECK(first.events[i].share == second.events[i].share);
  }
}

TEST_CASE("without imitation the part's own technique stays; silence and what is no number name nothing") {
  Listener plain(false);
  plain.hear(sung("belt"), 64);
  CHECK(plain.share("belt") > 0.6);
  CHECK(plain.asked == std::set<std::string>{""});
  Listener silent(true);
  std::vector<float> nothing(96000, 0.0f);
  nothing[5000] = std::numeric_limits<float>::quiet_NaN();
  silent.hear(nothing, 64);
  CHECK(silent.told.empty());
}

TEST_CASE("the name that is heard is asked for by OSC") {
  Folder home;
  StandardMaker maker;
  std::filesystem::copy(test::kTechniques, home.path() / "models" / "techniques.safetensors");
  Rig rig(home.path(), "", &maker);
  rig.say("/part/new ddsp v techniques");
  const auto said = rig.say("/part/v/input/heard");
  REQUIRE(said.size() == 1);
  CHECK(said[0] == "/part/v/input/heard \"none\" 0.0");
}
