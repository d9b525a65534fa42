// Beside @magenta/music 1.23.1 itself: checkpoints that its peer generates (mulberry32, a recipe of
// shared/peers/magenta-js/make_ckpt.js) and what it made of them. Skipped without the golden files.
#include "models/musicrnn/inference/magenta.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "models/musicrnn/events/notes.h"
#include "models/musicrnn/inference/alea.h"
#include "models/musicrnn/inference/model.h"

using namespace continuo;
using namespace continuo::musicrnn;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

struct Mulberry {
  std::uint32_t a;
  double next() {
    a += 0x6D2B79F5;
    std::uint32_t t = (a ^ a >> 15) * (1 | a);
    t = (t + (t ^ t >> 7) * (61 | t)) ^ t;
    return (t ^ t >> 14) / 4294967296.0;
  }
};

struct Spec {
  std::string name, config;
  int inputs, labels, hidden, layers;
  bool attention;
};

const Spec kMelody{
    "basic_rnn_tiny",
    R"({"type":"MusicRNN","dataConverter":{"type":"MelodyConverter","args":{"minPitch":48,"maxPitch":83}}})",
    38,
    38,
    64,
    2,
    false};
const Spec kImprov{
    "chord_pitches_improv",
    R"({"type":"MusicRNN","dataConverter":{"type":"MelodyConverter","args":{"minPitch":48,"maxPitch":83}},"chordEncoder":"PitchChordEncoder"})",
    75,
    38,
    256,
    3,
    false};
const Spec kDrums{
    "drum_kit_rnn_tiny",
    R"({"type":"MusicRNN","dataConverter":{"type":"DrumsOneHotConverter","args":{}},"attentionLength":32,"auxInputs":[{"type":"BinaryCounter","args":{"numBits":6}}]})",
    518,
    512,
    32,
    3,
    true};

// In the order of the peer's manifest, which is the order of its draws.
io::Tfjs checkpoint(const Spec& spec) {
  std::uint32_t seed = 0;
  for (const char c : spec.name) seed = seed * 31 + static_cast<unsigned char>(c);
  Mulberry random{seed};
  io::Tfjs out;
  out.config = spec.config;
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape) {
    const auto size = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    const auto columns = static_cast<double>(shape.back());
    const double limit =
        shape.size() > 1 ? std::sqrt(6 / (static_cast<double>(size) / columns + columns)) : 0.05;
    std::vector<float> values(static_cast<std::size_t>(size));
    for (float& value : values) value = static_cast<float>((2 * random.next() - 1) * limit);
    out.weights[name] = {std::move(shape), std::move(values)};
  };
  const std::int64_t h = spec.hidden;
  const std::string prefix = spec.attention ? "rnn/attention_cell_wrapper/" : "rnn/";
  for (int i = 0; i < spec.layers; ++i) {
    const std::string cell = prefix + "multi_rnn_cell/cell_" + std::to_string(i) + "/basic_lstm_cell/";
    add(cell + "kernel", {(i == 0 ? spec.inputs : h) + h, 4 * h});
    add(cell + "bias", {4 * h});
  }
  if (spec.attention) {
    add(prefix + "kernel", {spec.inputs + h, spec.inputs});
    add(prefix + "bias", {spec.inputs});
    add(prefix + "attention/attn_w", {1, 1, h, h});
    add(prefix + "attention/attn_v", {h});
    add(prefix + "attention/kernel", {2 * h * spec.layers, h});
    add(prefix + "attention/bias", {h});
    add(prefix + "attention_output_projection/kernel", {2 * h, h});
    add(prefix + "attention_output_projection/bias", {h});
  }
  add("fully_connected/weights", {h, spec.labels});
  add("fully_connected/biases", {spec.labels});
  return out;
}

json golden(const std::string& name) {
  const char* data = std::getenv("CONTINUO_DATA");
  const fs::path file = fs::path(data != nullptr ? data : "../shared/data") / ".." / "peers" / "magenta-js" /
                        "golden" / ("golden_" + name + ".json");
  std::ifstream in(file);
  if (!in) return {};
  return json::parse(in);
}

std::vector<Note> primer(bool drums) {
  std::vector<Note> notes;
  if (drums) {
    for (const auto& [pitch, step] : {std::pair{36, 0},
                                      {42, 0},
                                      {42, 2},
                                      {38, 4},
                                      {42, 4},
                                      {42, 6},
                                      {36, 8},
                                      {42, 8},
                                      {42, 10},
                                      {38, 12},
                                      {42, 12},
                                      {46, 14}})
      notes.push_back({step, 1, pitch, 100});
  } else {
    for (const auto& [pitch, begin, end] : {std::tuple{69, 0, 2},
                                            {71, 2, 4},
                                            {73, 4, 6},
                                            {74, 6, 8},
                                            {76, 8, 10},
                                            {81, 12, 16},
                                            {78, 16, 20},
                                            {81, 20, 24},
                                            {76, 24, 32}})
      notes.push_back({begin, end - begin, pitch, 100});
  }
  return notes;
}

constexpr int kSteps = 32;

// What the network says of each step that is played, the chosen events fed back.
template <typename Choose>
std::vector<std::vector<float>> play(const Model& model, bool chords, std::vector<Event>& played,
                                     Choose choose) {
  const bool drums = model.config().settings.vocabulary == Vocabulary::kDrums;
  const int length = drums ? 16 : 32;
  const std::vector<Event> heard = to_events(model.representation(), primer(drums), length);
  const std::vector<std::string> symbols{"C", "Am", "F", "G"};
  const auto chord = [&](int step) {
    return chords ? parse_chord(symbols[static_cast<std::size_t>(chord_at(step, 4, length + kSteps))],
                                Compatibility::kMagentaJs)
                  : Chord{};
  };
  State state = model.start();
  Stream stream(model.representation());
  nn::Floats scratch(model.scratch_floats());
  std::vector<Active> active(static_cast<std::size_t>(model.representation().most_active()));
  std::vector<std::vector<float>> logits;
  for (int step = 0; step < length + kSteps; ++step) {
    Event event = step < length ? heard[static_cast<std::size_t>(step)] : Event();
    if (step >= length) {
      logits.emplace_back(state.logits.begin(), state.logits.begin() + model.representation().labels());
      event = stream.event(choose(logits.back(), step - length));
      played.push_back(event);
    }
    stream.push(event);
    if (step + 1 == length + kSteps) break;
    const std::size_t count = stream.input(active, chord(step + 1));
    std::vector<nn::Element> elements;
    for (std::size_t i = 0; i < count; ++i) elements.push_back({active[i].index, active[i].value});
    model.step(elements, state, scratch.data());
  }
  return logits;
}

std::vector<double> softmax(const std::vector<float>& logits) {
  std::vector<double> p;
  double sum = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x));
  for (const float x : logits) p.push_back(std::exp(static_cast<double>(x)) / sum);
  return p;
}

void compare(const Spec& spec) {
  const json theirs = golden(spec.name);
  if (theirs.is_null()) {
    WARN("skipped: no golden file of " << spec.name << " (set CONTINUO_DATA)");
    return;
  }
  INFO(spec.name);
  const auto file = from_magenta(checkpoint(spec), spec.name, "", "");
  const auto model = Model::from(io::Safetensors::parse(spec.name, file.bytes()));
  const bool chords = spec.inputs == 75;

  // The likeliest of theirs is fed back, so that a tie does not part the ways.
  std::vector<Event> greedy, sampled;
  const json probabilities = theirs["greedy"]["probs"];
  const auto logits = play(*model, chords, greedy, [&](const std::vector<float>&, int step) {
    const auto row = probabilities[static_cast<std::size_t>(step)].get<std::vector<double>>();
    return static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin());
  });
  double worst = 0;
  for (std::size_t step = 0; step < logits.size(); ++step) {
    const auto ours = softmax(logits[step]);
    REQUIRE(ours.size() == probabilities[step].size());
    for (std::size_t i = 0; i < ours.size(); ++i)
      worst = std::max(worst, std::fabs(ours[i] - probabilities[step][i].get<double>()));
  }
  INFO("largest difference " << worst);
  CHECK(worst < 2e-6);

  // At temperature 1, draw for draw.
  Mulberry random{1};
  play(*model, chords, sampled,
       [&](const std::vector<float>& row, int) { return multinomial(row, random.next()); });
  json notes = json::array();
  for (const Note& note : to_notes(model->representation(), sampled))
    notes.push_back({note.pitch, note.step, note.step + note.steps});
  const auto sorted = [](json list) {
    std::sort(list.begin(), list.end());
    return list;
  };
  CHECK(sorted(notes) == sorted(theirs["temp1"]["notes"]));
}

}  // namespace

TEST_CASE("Alea's known answers") {
  CHECK(alea("0.011704753153026104") == Approx(0.28513853973709047).epsilon(1e-15));
  CHECK(alea("0.6552443818654865") == Approx(0.1606871960684657).epsilon(1e-15));
  CHECK(javascript_text(0.011704753153026104) == "0.011704753153026104");
  CHECK(javascript_text(1.5e-7) == "1.5e-7");
}

TEST_CASE("Melodies as @magenta/music plays them") {
  compare(kMelody);
}
TEST_CASE("Melodies over chords as @magenta/music plays them") {
  compare(kImprov);
}
TEST_CASE("Drums with attention and counters as @magenta/music plays them") {
  compare(kDrums);
}

TEST_CASE("A model goes to Magenta's layout and comes back the same") {
  for (const Spec* spec : {&kMelody, &kDrums}) {
    const auto file = from_magenta(checkpoint(*spec), spec->name, "ours", "CC0 1.0");
    const auto there = to_magenta(io::Safetensors::parse(spec->name, file.bytes()));
    const io::Tfjs first = checkpoint(*spec);
    REQUIRE(there.weights.size() == first.weights.size());
    for (const auto& [name, weights] : first.weights) {
      REQUIRE(there.weights.contains(name));
      CHECK(there.weights.at(name).shape == weights.shape);
      CHECK((there.weights.at(name).values == weights.values));
    }
    CHECK(json::parse(there.config) == json::parse(first.config));
  }
}

TEST_CASE("Checkpoints that are broken or unknown say so") {
  const auto fault = [](const io::Tfjs& broken) -> std::string {
    try {
      (void)from_magenta(broken, "m", "", "");
    } catch (const std::exception& error) {
      return error.what();
    }
    return {};
  };
  io::Tfjs broken = checkpoint(kMelody);
  CHECK(fault(broken).empty());
  broken.config = R"({"type":"MusicVAE"})";
  CHECK_THAT(fault(broken), Catch::Contains("MusicVAE") && Catch::Contains("MusicRNN"));
  broken.config = R"({"type":"MusicRNN","dataConverter":{"type":"TrioConverter","args":{}}})";
  CHECK_THAT(fault(broken), Catch::Contains("TrioConverter"));
  broken = checkpoint(kMelody);
  broken.weights.erase("fully_connected/weights");
  CHECK_THAT(fault(broken), Catch::Contains("fully_connected/weights"));
  broken = checkpoint(kMelody);
  broken.weights["fully_connected/biases"] = {{12}, std::vector<float>(12)};
  CHECK_THAT(fault(broken), Catch::Contains("out.bias"));
}
