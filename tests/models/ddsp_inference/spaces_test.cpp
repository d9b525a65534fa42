// Code spaces: each thing that is wrong in a config is refused with its place; the decoder hears vectors, a
// voice the same whatever else plays.
#include <catch2/catch.hpp>
#include <cmath>

#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/inference/random_model.h"
#include "models/io/json.h"

using namespace continuo::ddsp;
using Catch::Matchers::Contains;
using continuo::io::Safetensors;
namespace nn = continuo::nn;
using nlohmann::json;

namespace {

RandomModelSpec with_spaces() {
  RandomModelSpec spec;
  spec.channels = 24;
  spec.hidden = 50;
  spec.spaces = true;
  return spec;
}

json good() {
  json config = json::parse(random_model_config(with_spaces()));
  config["encoder"] = {{"space", "technique"}, {"window", 1024}, {"mels", 40},    {"low_hz", 80},
                       {"high_hz", 8000},      {"pool", 8},      {"movement", 4}, {"width", 32}};
  return config;
}

std::string refusal(const json& config) {
  try {
    parse_config(config.dump(), "voice: config");
  } catch (const continuo::io::Error& error) {
    return error.what();
  }
  return "accepted";
}

// What is said when the value at a place is another.
std::string with(const char* place, const json& value) {
  json config = good();
  config[json::json_pointer(place)] = value;
  return refusal(config);
}
std::string without(const char* object, const char* key) {
  json config = good();
  config[json::json_pointer(object)].erase(key);
  return refusal(config);
}

}  // namespace

TEST_CASE("spaces and an encoder are read as they stand") {
  const Config config = parse_config(good().dump(), "voice: config");
  REQUIRE(config.spaces.size() == 2);
  CHECK(config.space_size() == 12);
  CHECK(config.space_named("vowel") == 1);
  CHECK(config.space_named("singer") == -1);
  const Space& technique = config.spaces[0];
  CHECK(technique.codes == 16);
  CHECK(technique.map.size() == 16);
  CHECK(technique.entries[std::size_t(technique.default_entry)].name == "straight");
  CHECK(technique.entries.back().contour.vibrato_cents == 60);
  CHECK(technique.entries.back().contour.trill_hz == 0);
  CHECK(config.encoder.space == 0);
  CHECK(config.encoder.width == 32);
  CHECK(parse_config(random_model_config(), "voice: config").spaces.empty());
}

TEST_CASE("a space that is wrong is refused with its place and what would be right") {
  CHECK_THAT(with("/spaces", 3), Contains("spaces must be a list of at most 4"));
  CHECK_THAT(with("/spaces/0/name", "Tech nique"), Contains("spaces[0].name") && Contains("a-z 0-9 _ -"));
  CHECK_THAT(with("/spaces/1/name", "technique"), Contains("names \"technique\" twice"));
  CHECK_THAT(with("/spaces/0/size", 33), Contains("spaces[0].size"));
  CHECK_THAT(with("/spaces/0/size", 0), Contains("spaces[0].size"));
  CHECK_THAT(with("/spaces/0/codes", 257), Contains("spaces[0].codes"));
  CHECK_THAT(with("/spaces/0/map", json::array({{0, 0}})), Contains("1 places; it must have 16"));
  CHECK_THAT(with("/spaces/0/map/3", json::array({0.5})), Contains("pairs [x, y]"));
  CHECK_THAT(with("/spaces/0/map/3/1", 1.5), Contains("spaces[0].map"));
  CHECK_THAT(with("/spaces/0/usage/0", 0.9), Contains("spaces[0].usage") && Contains("of sum 1"));
  CHECK_THAT(with("/spaces/0/usage", json::array({1.0})), Contains("has 1 numbers"));
  CHECK_THAT(with("/spaces/0/default", "yodel"), Contains("\"yodel\", which no entry is named"));
  CHECK_THAT(with("/spaces/0/entries/1/name", "belt"), Contains("names \"belt\" twice"));
  CHECK_THAT(with("/spaces/0/entries/1/name", "a/b"), Contains("entries[1].name"));
  CHECK_THAT(with("/spaces/0/entries/1/weights/3", 1.0), Contains("entries[1].weights"));
  CHECK_THAT(without("/spaces/0/entries/1", "weights"), Contains("entries[1].weights is missing"));
  CHECK_THAT(with("/spaces/0/entries/7/contour/vibrato_hz", 21), Contains("vibrato_hz"));
  CHECK_THAT(with("/spaces/0/entries/7/contour/vibrato_cents", -1), Contains("vibrato_cents"));
  CHECK_THAT(with("/spaces/0/entries/7/contour", 1), Contains("contour"));
  json many = good();
  for (int i = 0; i < 3; ++i) {
    many["spaces"].push_back(many["spaces"][1]);
    many["spaces"].back()["name"] = std::string(1, char('a' + i));
  }
  CHECK_THAT(refusal(many), Contains("at most 4"));
  many["spaces"].erase(4);
  for (auto& space : many["spaces"]) space["size"] = 32;
  CHECK_THAT(refusal(many), Contains("128 floats in all; at most 64"));
}

TEST_CASE("an encoder that is wrong is refused with its place") {
  CHECK_THAT(with("/encoder/space", "singer"), Contains("\"singer\", which no space is named"));
  CHECK_THAT(with("/encoder/window", 10), Contains("encoder.window"));
  CHECK_THAT(with("/encoder/mels", 2), Contains("encoder.mels"));
  CHECK_THAT(with("/encoder/low_hz", 9000), Contains("low_hz must lie below high_hz"));
  CHECK_THAT(with("/encoder/high_hz", 13000), Contains("encoder.high_hz"));
  CHECK_THAT(with("/encoder/pool", 0), Contains("encoder.pool"));
  CHECK_THAT(with("/encoder/movement", 5), Contains("encoder.movement"));
  CHECK_THAT(with("/encoder/width", 2000), Contains("encoder.width"));
}

TEST_CASE("with code spaces, too, a voice sounds the same whatever else plays, bit for bit") {
  const auto file = Safetensors::parse("random", random_model(with_spaces()).bytes());
  for (const auto isa : nn::supported_isas()) {
    const auto model = Model::from(file, isa);
    Decoder decoder;
    decoder.prepare(model, 16);
    for (int batch = 1; batch <= 16; ++batch) {
      const auto n = std::size_t(batch);
      std::vector<State> states(2 * n);
      std::vector<ControlFrame> frames(2 * n);
      std::vector<State*> state_of;
      std::vector<ControlFrame*> frame_of;
      for (std::size_t i = 0; i < 2 * n; ++i) {
        states[i].prepare(*model);
        state_of.push_back(&states[i]);
        frame_of.push_back(&frames[i]);
      }
      std::vector<std::array<float, 12>> vectors(n);
      std::vector<VoiceInput> inputs(n);
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t d = 0; d < 12; ++d) vectors[i][d] = std::sin(float(3 * i + d));
        inputs[i] = {40.0f + 3 * float(i), -50.0f + 2 * float(i), i % 3 == 2 ? nullptr : vectors[i].data()};
      }
      int different = 0;
      for (int t = 0; t < 5; ++t) {
        decoder.step(inputs, {state_of.data(), n}, {frame_of.data(), n});
        for (std::size_t i = 0; i < n; ++i) {
          decoder.step({&inputs[i], 1}, {&state_of[n + i], 1}, {&frame_of[n + i], 1});
          for (int k = 0; k < 60; ++k) different += frames[i].harmonics[k] != frames[n + i].harmonics[k];
          for (int b = 0; b < 65; ++b) different += frames[i].noise[b] != frames[n + i].noise[b];
        }
      }
      INFO(nn::name(isa) << " batch " << batch);
      CHECK(different == 0);
    }
  }
}

TEST_CASE("no vector is the zero vector, another one sounds otherwise, no number does no harm") {
  const auto model = Model::from(Safetensors::parse("random", random_model(with_spaces()).bytes()));
  Decoder decoder;
  decoder.prepare(model, 1);
  const auto play = [&](const float* space) {
    State state;
    state.prepare(*model);
    State* of = &state;
    ControlFrame frame;
    ControlFrame* to = &frame;
    const VoiceInput input{60, -30, space};
    for (int t = 0; t < 20; ++t) decoder.step({&input, 1}, {&of, 1}, {&to, 1});
    return std::vector<float>(frame.harmonics, frame.harmonics + 60);
  };
  const std::vector<float> zeros(12), other(12, 0.7f), broken(12, std::nanf(""));
  CHECK(play(nullptr) == play(zeros.data()));
  CHECK(play(broken.data()) == play(zeros.data()));
  CHECK(play(other.data()) != play(zeros.data()));
  for (const float a : play(other.data())) CHECK(std::isfinite(a));
}
