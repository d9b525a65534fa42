// LibTorch's eager decoder beside ours.
#include <torch/torch.h>

#include <cmath>
#include <map>
#include <string>

#include "bench/decode.h"
#include "bench/trials.h"

namespace continuo::bench {
namespace {

// The network as one writes it with LibTorch: a voice's state [N, hidden] moves, [N, 1 + harmonics + bands]
// comes out.
class EagerDecoder {
 public:
  explicit EagerDecoder(const io::Safetensors& file) {
    for (const auto& [name, tensor] : file.tensors()) {
      auto* data = const_cast<std::byte*>(tensor.bytes.data());
      tensors_[name] = torch::from_blob(data, tensor.shape, torch::kFloat32).clone();
    }
    channels_ = at("pitch.linear.bias").size(0);
    hidden_ = at("gru.bias_hh").size(0) / 3;
  }
  [[nodiscard]] torch::Tensor silence(int64_t voices) const { return torch::zeros({voices, hidden_}); }

  // midi, db [N, 1].
  torch::Tensor step(const torch::Tensor& midi, const torch::Tensor& db, torch::Tensor& state) {
    const auto pitch = dense(midi / 127.0, "pitch"), power = dense(db / 80.0 + 1.0, "power");
    state = torch::gru_cell(torch::cat({pitch, power}, 1), state, at("gru.weight_ih"), at("gru.weight_hh"),
                            at("gru.bias_ih"), at("gru.bias_hh"));
    const auto out = dense(torch::cat({pitch, power, state}, 1), "out");
    const auto head = torch::linear(out, at("head.weight"), at("head.bias"));
    const auto controls = 2.0 * torch::sigmoid(head).pow(std::log(10.0)) + 1e-7;
    const auto parts = controls.split_with_sizes({1, kHarmonics, controls.size(1) - 1 - kHarmonics}, 1);
    const auto hz = 440.0 * torch::exp2((midi - 69.0) / 12.0);
    const auto below = (hz * numbers_ < 24000.0).to(torch::kFloat32);
    const auto distribution = parts[1] * below;
    const auto harmonics = distribution / distribution.sum(1, true) * parts[0];
    return torch::cat({harmonics, parts[2]}, 1);
  }

 private:
  static constexpr int64_t kHarmonics = 100;
  const torch::Tensor& at(const std::string& name) const { return tensors_.at(name); }
  torch::Tensor dense(const torch::Tensor& x, const std::string& name) const {
    const auto y = torch::linear(x, at(name + ".linear.weight"), at(name + ".linear.bias"));
    const auto normed = torch::layer_norm(y, {channels_}, at(name + ".norm.weight"), at(name + ".norm.bias"));
    return torch::leaky_relu(normed, 0.2);
  }
  std::map<std::string, torch::Tensor> tensors_;
  torch::Tensor numbers_ = torch::arange(1, kHarmonics + 1).to(torch::kFloat32).unsqueeze(0);
  int64_t channels_ = 0, hidden_ = 0;
};

}  // namespace

DecodePeer decode32_beside_torch() {
  constexpr int kBatch = 32, kSteps = 50;
  torch::set_num_threads(1);
  torch::InferenceMode inference;
  const auto file = io::Safetensors::parse("random", decoder_model_file());
  DecoderLoad ours(ddsp::Model::from(file), kBatch);
  EagerDecoder eager(file);
  std::vector<float> midi, db;
  for (int i = 0; i < kBatch; ++i) midi.push_back(ours.input(i).midi), db.push_back(ours.input(i).db);
  const auto pitches = torch::tensor(midi).unsqueeze(1), powers = torch::tensor(db).unsqueeze(1);
  const auto pitch = pitches.slice(0, 0, 1), power = powers.slice(0, 0, 1);

  DecodePeer peer;
  torch::Tensor batch_state = eager.silence(kBatch), state = eager.silence(1), frames;
  for (int step = 0; step < kSteps; ++step) {
    ours.step();
    frames = eager.step(pitches, powers, batch_state);
    const auto largest = frames.abs().max().item<float>();
    for (int voice = 0; voice < kBatch; ++voice) {
      const float* row = frames.data_ptr<float>() + voice * frames.size(1);
      for (int k = 0; k < 165; ++k) {
        const ddsp::ControlFrame& frame = ours.frame(voice);
        const float value = k < 100 ? frame.harmonics[k] : frame.noise[k - 100];
        peer.largest_difference =
            std::max(peer.largest_difference, double(std::abs(value - row[k]) / largest));
      }
    }
  }
  Best our_batch, one, batch;
  for (int trial = 0; trial < kTrials; ++trial) {
    our_batch.tick([&] { ours.step(); });
    one.tick([&] { frames = eager.step(pitch, power, state); });
    batch.tick([&] { frames = eager.step(pitches, powers, batch_state); });
  }
  peer.ours_us = 1e6 * our_batch.seconds() / kBatch;
  peer.torch_us = 1e6 * one.seconds();
  peer.torch_batch_us = 1e6 * batch.seconds() / kBatch;
  return peer;
}

}  // namespace continuo::bench
