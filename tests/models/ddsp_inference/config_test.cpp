// The config: what is right is read, and each thing that is wrong is refused with its place and its range.
#include "models/ddsp/inference/config.h"

#include <catch2/catch.hpp>

#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/inference/random_model.h"
#include "models/io/json.h"

using namespace continuo::ddsp;
using Catch::Matchers::Contains;
using continuo::io::Safetensors;
using continuo::io::SafetensorsWriter;

namespace {

nlohmann::json good() {
  return nlohmann::json::parse(random_model_config());
}

std::string refusal(const nlohmann::json& config) {
  try {
    parse_config(config.dump(), "sax: config");
  } catch (const continuo::io::Error& error) {
    return error.what();
  }
  return "accepted";
}

// The random model with one tensor exchanged.
std::string model_refusal(const std::string& config, const std::string& name,
                          std::vector<std::int64_t> shape) {
  const auto source = Safetensors::parse("source", random_model().bytes());
  SafetensorsWriter writer;
  writer.set_metadata("config", config);
  std::size_t count = 1;
  for (const auto extent : shape) count *= std::size_t(extent);
  for (const auto& [key, tensor] : source.tensors())
    if (key != name) {
      std::vector<float> values(std::size_t(tensor.count));
      writer.add_f32(key, tensor.shape, values);
    }
  if (!shape.empty()) writer.add_f32(name, shape, std::vector<float>(count, 0.5f));
  try {
    Model::from(Safetensors::parse("sax.safetensors", writer.bytes()));
  } catch (const continuo::io::Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a config is read as it stands") {
  const Config config = parse_config(random_model_config(), "sax: config");
  CHECK(config.name == "random");
  CHECK(config.sample_rate == 24000);
  CHECK(config.hop == 240);
  CHECK(config.frame_rate_hz() == 100);
  CHECK(config.channels == 16);
  CHECK(config.hidden == 32);
  CHECK(config.harmonics == 60);
  CHECK(config.noise_bands == 65);
  CHECK(config.power_window == 1024);
  CHECK(config.power_floor_db == -80);
  CHECK(config.pitch_midi->p50 == 62);
  CHECK(config.note_power_db->p95 == -15);
  REQUIRE(config.registers.size() == 2);
  CHECK(config.registers[1].centre_midi == 70);
  REQUIRE(config.registers[1].levels.size() == 2);
  CHECK(config.registers[1].levels[0].centre_db == -36);
  CHECK(config.registers[1].levels[0].onset_db.size() == 5);
  CHECK(config.registers[1].levels[0].fluctuation_hz == 5);
  CHECK(config.licence == "CC0-1.0");
}

TEST_CASE("statistics, notes, pitch and texts may be missing, and unknown keys may stand") {
  auto config = good();
  for (const auto* key : {"statistics", "notes", "pitch", "source", "licence", "name"}) config.erase(key);
  config["colour"] = "blue";
  const Config read = parse_config(config.dump(), "sax: config");
  CHECK_FALSE(read.pitch_midi);
  CHECK_FALSE(read.note_power_db);
  CHECK(read.registers.empty());
}

TEST_CASE("each wrong entry has its own reason") {
  struct Wrong {
    const char* pointer;
    nlohmann::json value;
    const char* reason;
  };
  const Wrong table[] = {
      {"/format", "continuo/2",
       "format \"continuo/2\" is newer than this Continuo, which reads up to \"continuo/1\""},
      {"/format", "ddsp-vst", "a Continuo model says \"continuo/1\""},
      {"/format", 1, "format must be a text"},
      {"/kind", "nsynth", "kind is \"nsynth\"; it must be \"ddsp\""},
      {"/sample_rate", 4000, "config.sample_rate is 4000; it must be a whole number from 8000 to 192000"},
      {"/sample_rate", 24000.5, "must be a whole number"},
      {"/sample_rate", "24000", "must be a whole number"},
      {"/hop", 480, "does not give 100, 150 or 300 control frames a second"},
      {"/hop", 96, "does not give 100, 150 or 300 control frames a second"},
      {"/hop", 7, "does not give 100, 150 or 300 control frames a second"},
      {"/hop", 0, "from 1 to 1920"},
      {"/channels", 0, "from 1 to 1024"},
      {"/hidden", 4096, "from 1 to 2048"},
      {"/harmonics", 129, "from 1 to 128"},
      {"/noise_bands", 1, "from 2 to 128"},
      {"/harmonics", nullptr, "config.harmonics is null"},
      {"/power", 3, "config.power must be an object"},
      {"/power/floor_db", 6, "config.power.floor_db is 6; it must be a number from -200.0 to 0.0"},
      {"/statistics/pitch_midi/p50", 10, "statistics.pitch_midi must not decrease"},
      {"/statistics/note_power_db/p95", "loud", "note_power_db.p95 is \"loud\"; it must be a number"},
      {"/notes/registers", {{"centre_midi", 3}}, "notes.registers must be a list"},
      {"/notes/registers/0/centre_midi", 90, "rising order of centre_midi"},
      {"/notes/registers/1/levels", nlohmann::json::array(), "registers[1].levels must be a list of 1 to 64"},
      {"/notes/registers/1/levels/0/centre_db", 0, "rising order of centre_db"},
      {"/notes/registers/0/levels/1/onset_db/1", "x", "levels[1].onset_db is \"x\""},
      {"/notes/registers/0/levels/1/release_db", 3, "release_db must be a list"},
      {"/notes/registers/0/levels/1/fluctuation_db", -1, "fluctuation_db is -1"},
  };
  for (const auto& wrong : table) {
    INFO(wrong.pointer << " = " << wrong.value.dump());
    auto config = good();
    config[nlohmann::json::json_pointer(wrong.pointer)] = wrong.value;
    CHECK_THAT(refusal(config), Contains(wrong.reason) && Contains("sax: config"));
  }
  for (const auto* key : {"sample_rate", "hop", "channels", "hidden", "harmonics", "noise_bands", "power"}) {
    auto config = good();
    config.erase(key);
    CHECK_THAT(refusal(config), Contains(std::string("config.") + key + " is missing"));
  }
  CHECK_THROWS_WITH(parse_config("{", "sax: config"), Contains("not valid JSON"));
  CHECK_THROWS_WITH(parse_config("[]", "sax: config"), Contains("must be an object"));
  CHECK_THROWS_WITH(parse_config("{\"format\":\"continuo/1\",\"format\":\"continuo/1\"}", "x"),
                    Contains("stands twice"));
}

TEST_CASE("tensors must have the shapes that the config asks for") {
  const std::string config = random_model_config();
  CHECK(model_refusal(config, "reverb.ir", {}) == "accepted");
  CHECK_THAT(
      model_refusal(config, "gru.weight_hh", {96, 31}),
      Contains(
          "sax.safetensors: tensor \"gru.weight_hh\" has the shape [96, 31]; the config asks for [96, 32]"));
  CHECK_THAT(model_refusal(config, "head.weight", {}), Contains("\"head.weight\" is missing"));
  CHECK_THAT(model_refusal(config, "pitch.linear.weight", {16}), Contains("asks for [16, 1]"));
  CHECK_THAT(model_refusal(config, "reverb.ir", {2, 2}), Contains("must be a vector"));
  CHECK_THAT(model_refusal(config, "reverb.ir", {4}), Contains("tap 0 must be 0"));
  CHECK_THAT(model_refusal("{}", "reverb.ir", {}), Contains("sax.safetensors: config: format is \"\""));
  const SafetensorsWriter empty;
  CHECK_THROWS_WITH(Model::from(Safetensors::parse("sax.safetensors", empty.bytes())),
                    Contains("has no \"config\""));
}
