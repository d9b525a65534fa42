// One set of weights, two views: the LibTorch network and the streaming inference give the same frames.
#include "models/ddsp/model_file.h"  // before Catch: LibTorch has a CHECK of its own

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>

#include "models/ddsp/inference/decoder.h"

namespace {

namespace fs = std::filesystem;
using namespace continuo::ddsp;

// Largest difference of amplitudes and of noise magnitudes over `frames` frames that wander.
double largest_difference(Network& network, const std::string& file, std::size_t frames) {
  std::vector<float> midi, db;
  for (std::size_t j = 0; j < frames; ++j) {
    const double t = static_cast<double>(j) / 100;
    midi.push_back(static_cast<float>(62 + 12 * std::sin(0.7 * t) + 0.3 * std::sin(34 * t)));
    db.push_back(static_cast<float>(j < 20 ? -80 : -25 + 12 * std::sin(2.1 * t)));
  }
  const auto size = static_cast<std::size_t>(network->shape().space_size());
  std::vector<float> space(frames * size);
  for (std::size_t i = 0; i < space.size(); ++i) space[i] = std::sin(0.37f * static_cast<float>(i));
  const ControlFrames expected = run_network(network, midi, db, space);
  Decoder decoder;
  decoder.prepare(Model::load(file), 1);
  State state;
  state.prepare(decoder.model());
  state.reset();
  const auto h = static_cast<std::size_t>(network->shape().harmonics);
  const auto b = static_cast<std::size_t>(network->shape().noise_bands);
  double worst = 0;
  for (std::size_t j = 0; j < frames; ++j) {
    const VoiceInput input{midi[j], db[j], size > 0 ? space.data() + j * size : nullptr};
    ControlFrame frame;
    State* states[] = {&state};
    ControlFrame* out[] = {&frame};
    decoder.step({&input, 1}, states, out);
    for (std::size_t k = 0; k < h; ++k) {
      worst = std::max(worst,
                       std::fabs(static_cast<double>(frame.harmonics[k]) - expected.amplitudes[j * h + k]));
    }
    for (std::size_t i = 0; i < b; ++i) {
      worst = std::max(worst, std::fabs(static_cast<double>(frame.noise[i]) - expected.noise[j * b + i]));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("a fresh network and its model file agree within 1e-4") {
  torch::manual_seed(11);
  for (const auto& [channels, hidden] : {std::pair{16, 24}, std::pair{128, 256}}) {
    NetworkShape shape;
    shape.channels = channels;
    shape.hidden = hidden;
    Network network(shape);
    const fs::path file = fs::temp_directory_path() / "continuo_parity_test.safetensors";
    write_model(file, network, model_config("parity", shape, nlohmann::json::object()));
    CHECK(largest_difference(network, file.string(), 300) < 1e-4);
    Network again = read_model(file);
    CHECK(largest_difference(again, file.string(), 50) < 1e-4);
  }
}

TEST_CASE("with code spaces as well") {
  torch::manual_seed(12);
  NetworkShape shape;
  shape.channels = 24;
  shape.hidden = 32;
  shape.spaces = {{"technique", 8, 16, true}, {"vowel", 4, 5, false}};
  Network network(shape);
  nlohmann::json about;
  for (const SpaceShape& space : shape.spaces)
    about["spaces"].push_back({{"name", space.name}, {"size", space.size}, {"codes", space.codes}});
  about["encoder"] = {{"space", "technique"}, {"window", 1024}, {"mels", 40},    {"low_hz", 80},
                      {"high_hz", 8000},      {"pool", 8},      {"movement", 4}, {"width", 64}};
  const fs::path file = fs::temp_directory_path() / "continuo_parity_spaces_test.safetensors";
  write_model(file, network, model_config("parity", shape, about));
  CHECK(largest_difference(network, file.string(), 300) < 1e-4);
  Network again = read_model(file);
  CHECK(again->shape().spaces[0].learned);
  CHECK(largest_difference(again, file.string(), 50) < 1e-4);
}

TEST_CASE("the shipped saxophone and the network read from it agree within 1e-4") {
  const std::string file = "models/trained/alto-sax.safetensors";
  Network network = read_model(file);
  CHECK(largest_difference(network, file, 1000) < 1e-4);
}
