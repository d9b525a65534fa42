// The network: against its formula in double precision, in batches, at the edges, without a single
// allocation.
#include "models/ddsp/inference/decoder.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <new>

#include "models/ddsp/inference/random_model.h"
#include "tests/models/ddsp_inference/reference_network.h"

using namespace continuo::ddsp;
using continuo::io::Safetensors;
namespace nn = continuo::nn;

namespace {
std::atomic<long> allocations{0};
}

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

Safetensors file_of(const RandomModelSpec& spec) {
  return Safetensors::parse("random", random_model(spec).bytes());
}

struct Voices {
  std::vector<State> states;
  std::vector<ControlFrame> frames;
  std::vector<State*> state_pointers;
  std::vector<ControlFrame*> frame_pointers;

  Voices(const Model& model, int count) : states(std::size_t(count)), frames(std::size_t(count)) {
    for (auto& state : states) {
      state.prepare(model);
      state_pointers.push_back(&state);
    }
    for (auto& frame : frames) frame_pointers.push_back(&frame);
  }
};

float total(const ControlFrame& frame) {
  float sum = 0;
  for (int k = 0; k < frame.harmonic_count; ++k) sum += frame.harmonics[k];
  return sum;
}

ControlFrame play(const std::shared_ptr<const Model>& model, float midi, float db, int steps = 30) {
  Decoder decoder;
  decoder.prepare(model, 1);
  Voices voice(*model, 1);
  const VoiceInput input{midi, db};
  for (int t = 0; t < steps; ++t) decoder.step({&input, 1}, voice.state_pointers, voice.frame_pointers);
  return voice.frames[0];
}

}  // namespace

TEST_CASE("200 frames stay within 1e-4 of the network's formula") {
  for (const bool half : {false, true}) {
    RandomModelSpec spec;
    spec.half = half;
    const auto file = file_of(spec);
    for (const auto isa : nn::supported_isas()) {
      INFO(nn::name(isa) << (half ? " F16" : " F32"));
      const auto model = Model::from(file, isa);
      Decoder decoder;
      decoder.prepare(model, 1);
      Voices voice(*model, 1);
      ReferenceNetwork reference(file);
      double worst = 0;
      for (int t = 0; t < 200; ++t) {
        const VoiceInput input{60.0f + 20 * std::sin(0.1f * float(t)),
                               -40.0f + 35 * std::sin(0.07f * float(t))};
        decoder.step({&input, 1}, voice.state_pointers, voice.frame_pointers);
        const auto expected = reference.step(input.midi, input.db);
        for (std::size_t k = 0; k < 60; ++k)
          worst = std::max(worst, std::abs(expected[k] - voice.frames[0].harmonics[k]));
        for (std::size_t b = 0; b < 65; ++b)
          worst = std::max(worst, std::abs(expected[60 + b] - voice.frames[0].noise[b]));
      }
      CHECK(worst < 1e-5);
    }
  }
}

TEST_CASE("a voice sounds the same whatever else plays, bit for bit") {
  RandomModelSpec spec;
  spec.channels = 24;
  spec.hidden = 50;
  for (const auto isa : nn::supported_isas()) {
    const auto model = Model::from(file_of(spec), isa);
    Decoder decoder;
    decoder.prepare(model, 16);
    for (int batch = 1; batch <= 16; ++batch) {
      Voices together(*model, batch), alone(*model, batch);
      std::vector<VoiceInput> inputs;
      for (int i = 0; i < batch; ++i) inputs.push_back({40.0f + 3 * float(i), -50.0f + 2 * float(i)});
      int different = 0;
      for (int t = 0; t < 5; ++t) {
        decoder.step(inputs, together.state_pointers, together.frame_pointers);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
          decoder.step({&inputs[i], 1}, {&alone.state_pointers[i], 1}, {&alone.frame_pointers[i], 1});
          for (int k = 0; k < 60; ++k)
            different += together.frames[i].harmonics[k] != alone.frames[i].harmonics[k];
          for (int b = 0; b < 65; ++b) different += together.frames[i].noise[b] != alone.frames[i].noise[b];
        }
      }
      INFO(nn::name(isa) << " batch " << batch);
      CHECK(different == 0);
    }
  }
}

TEST_CASE("harmonics at and above the model's Nyquist frequency are silent") {
  const auto model = Model::from(file_of({}));
  const float a4 = 69;  // 440 Hz: 27 * 440 = 11880 < 12000 <= 28 * 440
  const ControlFrame frame = play(model, a4, -20);
  CHECK(frame.harmonic_count == 60);
  CHECK(frame.noise_count == 65);
  CHECK(frame.harmonics[26] > 0);
  for (int k = 27; k < 60; ++k) CHECK(frame.harmonics[k] == 0);
  const ControlFrame beyond = play(model, 150, -20);  // f0 itself is above
  CHECK(total(beyond) == 0);
}

TEST_CASE("the random model is audible, and louder with more power") {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    RandomModelSpec spec;
    spec.seed = seed;
    const auto model = Model::from(file_of(spec));
    float last = 0;
    for (const float db : {-70.0f, -50.0f, -30.0f, -10.0f}) {
      const float loudness = total(play(model, 60, db));
      INFO("seed " << seed << " at " << db << " dB");
      CHECK(loudness > last);
      last = loudness;
    }
    CHECK(last > 0.1f);
    CHECK(last < 2.0f);
    CHECK(total(play(model, 60, -70)) < 0.3f * last);
  }
}

TEST_CASE("inputs that are no numbers do no harm") {
  const auto model = Model::from(file_of({}));
  Decoder decoder;
  decoder.prepare(model, 1);
  Voices voice(*model, 1);
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  for (const VoiceInput input :
       {VoiceInput{nan, -20}, {60, nan}, {infinity, -infinity}, {1e30f, 1e30f}, {-1e30f, 1e30f}}) {
    decoder.step({&input, 1}, voice.state_pointers, voice.frame_pointers);
    bool finite = true;
    for (int k = 0; k < 60; ++k) finite = finite && std::isfinite(voice.frames[0].harmonics[k]);
    for (int b = 0; b < 65; ++b) finite = finite && std::isfinite(voice.frames[0].noise[b]);
    CHECK(finite);
  }
}

TEST_CASE("reset begins again, and a batch too large leaves the rest untouched") {
  const auto model = Model::from(file_of({}));
  Decoder decoder;
  decoder.prepare(model, 2);
  Voices voices(*model, 3);
  const std::vector<VoiceInput> inputs(3, VoiceInput{60, -20});
  voices.frames[2].harmonic_count = -7;
  decoder.step(inputs, voices.state_pointers, voices.frame_pointers);
  const ControlFrame first = voices.frames[0];
  CHECK(voices.frames[1].harmonics[0] == first.harmonics[0]);
  CHECK(voices.frames[2].harmonic_count == -7);
  decoder.step(inputs, voices.state_pointers, voices.frame_pointers);
  CHECK(voices.frames[0].harmonics[0] != first.harmonics[0]);
  voices.states[0].reset();
  decoder.step(inputs, voices.state_pointers, voices.frame_pointers);
  CHECK(voices.frames[0].harmonics[0] == first.harmonics[0]);
}

TEST_CASE("five minutes of one input neither drift nor grow") {
  const auto model = Model::from(file_of({}));
  const ControlFrame early = play(model, 57, -25, 2000), late = play(model, 57, -25, 30000);
  CHECK(late.harmonics[0] == Approx(early.harmonics[0]).epsilon(1e-4));
  CHECK(late.noise[10] == Approx(early.noise[10]).epsilon(1e-4));
}

TEST_CASE("stepping allocates nothing") {
  const auto model = Model::from(file_of({}));
  Decoder decoder;
  decoder.prepare(model, 16);
  Voices voices(*model, 16);
  const std::vector<VoiceInput> inputs(16, VoiceInput{60, -20});
  const long before = allocations;
  for (int t = 0; t < 10; ++t) decoder.step(inputs, voices.state_pointers, voices.frame_pointers);
  const auto shape = model->note_shapes().at(100, 60);
  CHECK(shape.held_db(3) + shape.release_db(2) + shape.onset_cents(1) < 0);
  CHECK(allocations - before <= 4);  // Catch's own, of the line above
  const long quiet = allocations;
  decoder.step(inputs, voices.state_pointers, voices.frame_pointers);
  const long after = allocations;
  CHECK(after == quiet);
}

TEST_CASE("a decoder may change its model") {
  const auto small = Model::from(file_of({}));
  RandomModelSpec spec;
  spec.channels = 40;
  spec.hidden = 72;
  spec.reverb_taps = 500;
  const auto large = Model::from(file_of(spec));
  CHECK(large->reverb().size() == 500);
  CHECK(small->reverb().empty());
  CHECK(large->flops_per_step() > small->flops_per_step());
  Decoder decoder;
  for (const auto& model : {small, large, small}) {
    decoder.prepare(model, 3);
    Voices voices(*model, 3);
    const std::vector<VoiceInput> inputs(3, VoiceInput{60, -20});
    decoder.step(inputs, voices.state_pointers, voices.frame_pointers);
    CHECK(voices.frames[0].harmonics[0] == play(model, 60, -20, 1).harmonics[0]);
  }
}

TEST_CASE("a model on disk loads, or says why not") {
  const auto path = (std::filesystem::temp_directory_path() / "continuo_decoder_test.safetensors").string();
  random_model().write(path);
  CHECK(Model::load(path)->config().name == "random");
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  CHECK_THROWS_WITH(Model::load(path), Catch::Matchers::Contains("is it cut short?"));
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(Model::load(path), Catch::Matchers::Contains("cannot be read"));
}
