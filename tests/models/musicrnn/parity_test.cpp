// The packed network beside the one in LibTorch: the same file, the same events, the same logits.
#include <catch2/catch.hpp>
#include <filesystem>

#include "models/musicrnn/inference/model.h"
#include "models/musicrnn/model_file.h"
#include "models/musicrnn/tunes.h"

using namespace continuo;
using namespace continuo::musicrnn;

namespace {

void check(const std::string& representation_name, const std::vector<int>& events) {
  torch::manual_seed(3);
  torch::NoGradGuard guard;
  const Representation representation(preset(representation_name));
  const std::vector<int> cells{48, 32};
  Network network(representation.inputs(), cells, representation.labels());
  for (auto& parameter : network->parameters()) parameter.mul_(1.5);
  network->eval();
  const auto file = std::filesystem::temp_directory_path() /
                    ("continuo-parity-" + std::to_string(::getpid()) + ".safetensors");
  write_model(file, network,
              {{"format", "continuo/1"},
               {"kind", "musicrnn"},
               {"name", "parity"},
               {"cells", cells},
               {"representation", {{"name", representation_name}}}},
              true);
  const auto model = Model::load(file.string());
  std::filesystem::remove(file);

  State state = model->start();
  nn::Floats scratch(model->scratch_floats());
  Stream stream(model->representation());
  auto x = torch::zeros({static_cast<int64_t>(events.size()), 1, representation.inputs()});
  std::vector<float> packed;
  std::vector<Active> active(static_cast<std::size_t>(representation.most_active()));
  for (std::size_t t = 0; t < events.size(); ++t) {
    stream.push(Event(events[t]));
    const std::size_t count = stream.input(active);
    std::vector<nn::Element> elements;
    for (std::size_t i = 0; i < count; ++i) {
      elements.push_back({active[i].index, active[i].value});
      x[static_cast<int64_t>(t)][0][active[i].index] += active[i].value;
    }
    const State before = state;
    State fork = before;
    model->step(elements, state, scratch.data());
    model->step(elements, fork, scratch.data());
    CHECK((fork.logits == state.logits));
    packed.insert(packed.end(), state.logits.begin(), state.logits.begin() + representation.labels());
  }
  const auto logits = network->forward(x).contiguous();
  const auto ours = torch::from_blob(packed.data(), {static_cast<int64_t>(packed.size())});
  CHECK((logits.flatten() - ours).abs().max().item<double>() < 1e-4);
}

}  // namespace

TEST_CASE("melodies") {
  std::vector<int> events;
  for (int i = 0; i < 70; ++i)
    events.push_back(i % 3 == 0 ? 55 + i * 7 % 24 : i % 7 == 4 ? kNoteOff : kNoEvent);
  check("basic", events);
  check("lookback", events);
}

TEST_CASE("drums") {
  std::vector<int> events;
  for (int i = 0; i < 40; ++i) events.push_back(i * 37 % 512);
  check("drums", events);
}
