// Measuring the DDSP decoder.
#include "bench/decode.h"

#include "bench/trials.h"
#include "models/ddsp/inference/random_model.h"

namespace continuo::bench {

std::vector<std::byte> decoder_model_file(int hidden, int channels) {
  ddsp::RandomModelSpec spec;
  spec.hidden = hidden;
  spec.channels = channels;
  spec.harmonics = 100;
  spec.noise_bands = 65;
  spec.sample_rate = 48000;
  spec.hop = 480;
  spec.name = "gru-" + std::to_string(hidden);
  return ddsp::random_model(spec).bytes();
}

DecoderLoad::DecoderLoad(std::shared_ptr<const ddsp::Model> model, int batch)
    : states_(size_t(batch)), frames_(size_t(batch)) {
  for (size_t i = 0; i < size_t(batch); ++i) {
    states_[i].prepare(*model);
    inputs_.push_back({48 + 1.25f * float(i), -20 - 0.5f * float(i)});
    state_pointers_.push_back(&states_[i]);
    frame_pointers_.push_back(&frames_[i]);
  }
  decoder_.prepare(std::move(model), batch);
}

void DecoderLoad::step() noexcept {
  decoder_.step(inputs_, state_pointers_, frame_pointers_);
}

KernelFigure decoder_step(int batch) {
  const auto model = ddsp::Model::from(io::Safetensors::parse("random", decoder_model_file()));
  DecoderLoad load(model, batch);
  GemmLimit gemm;
  Best best;
  for (int i = 0; i < kTrials; ++i) {
    best.tick([&] { load.step(); });
    gemm.tick();
  }
  sink = load.frame(0).harmonics[0];
  KernelFigure figure;
  figure.microseconds = 1e6 * best.seconds();
  figure.giga_per_second = 1e-9 * model->flops_per_step() * batch / best.seconds();
  figure.limit = gemm.gflops();
  return figure;
}

}  // namespace continuo::bench
