// The technique voice that ships hears which technique a player uses, and takes it.
#include <map>
#include <set>

#include "engine/instruments/input_source.h"
#include "engine/session/instrument_maker.h"
#include "tests/engine/session/rig.h"

using namespace continuo;
using namespace continuo::session;

namespace {

const std::string kModel = "models/trained/techniques.safetensors";

// What the voice itself sings with a technique: two seconds of A3 on "a", at 48 kHz, after silence.
std::vector<float> sung(const std::string& technique) {
  Folder home;
  StandardMaker maker;
  std::filesystem::copy(kModel, home.path() / "models" / "techniques.safetensors");
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

// A part that listens, without the rest of the engine.
struct Listener {
  explicit Listener(bool imitates, double rate = 48000)
      : ring(std::make_shared<listen::InputRing>()),
        source(ring, rate),
        controls(schema::parameters(schema::Kind::kDdsp)),
        model(ddsp::Model::load(kModel)),
        ear(*model, rate),
        context{controls, model->config(), UINT64_MAX, &ear} {
    rt::Command command;
    command.kind = rt::CommandKind::kParameter;
    command.index = schema::ddsp::kInputImitate;
    command.value = imitates ? 1 : 0;
    controls.handle(command);
    source.start(0, 1, context);
  }
  // The names that were told, with the share of the sounding time, and the techniques that the voice was
  // given.
  void hear(const std::vector<float>& audio, uint32_t block) {
    for (size_t at = 0; at < audio.size(); at += block) {
      const auto count = static_cast<uint32_t>(std::min<size_t>(block, audio.size() - at));
      ring->push(at, audio.data() + at, count);
      const SourceFrame frame = source.at(at, context);
      if (!frame.resting) asked.emplace(frame.technique);
      InputEvent event;
      while (source.poll(event)) {
        if (event.kind != InputEvent::Kind::kState || !event.sounding) continue;
        events.push_back(event);
        if (event.entry < 0) continue;
        const auto& space = model->config().spaces[static_cast<size_t>(event.space)];
        ++told[space.entries[static_cast<size_t>(event.entry)].name];
        ++sounding;
      }
    }
  }
  [[nodiscard]] double share(const std::string& name) const {
    const auto found = told.find(name);
    return found == told.end() || sounding == 0 ? 0 : static_cast<double>(found->second) / sounding;
  }

  std::shared_ptr<listen::InputRing> ring;
  InputSource source;
  Controls<schema::ddsp::kCount> controls;
  std::shared_ptr<const ddsp::Model> model;
  listen::TechniqueEar ear;
  SourceContext context;
  std::vector<InputEvent> events;
  std::map<std::string, int> told;
  std::set<std::string> asked;
  int sounding = 0;
};

}  // namespace

TEST_CASE("a technique that comes in is named, and sung with when it is to be imitated") {
  // Breathy is taken for glissando half of the time (the model's card). Fry has no pitch to be followed.
  const auto [technique, least] = GENERATE(
      table<std::string, double>({{"belt", 0.8}, {"breathy", 0.3}, {"vibrato", 0.6}, {"trill", 0.5}}));
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
  std::filesystem::copy(kModel, home.path() / "models" / "techniques.safetensors");
  Rig rig(home.path(), "", &maker);
  rig.say("/part/new ddsp v techniques");
  const auto said = rig.say("/part/v/input/heard");
  REQUIRE(said.size() == 1);
  CHECK(said[0] == "/part/v/input/heard \"none\" 0.0");
}
