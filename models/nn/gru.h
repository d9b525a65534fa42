// A gated recurrent unit with torch's semantics (GRUCell), for one voice or a batch of voices.
//   r = sigmoid(W_ir x + b_ir + W_hr h + b_hr),   z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
//   n = tanh(W_in x + b_in + r (W_hn h + b_hn)),  h' = (1 - z) n + z h
#pragma once
#include "models/nn/matrix.h"

namespace continuo::nn {

class Gru {
 public:
  struct Weights {                  // as torch stores them: row-major, gates in the order r, z, n
    std::span<const float> input;   // [3 hidden, inputs]
    std::span<const float> hidden;  // [3 hidden, hidden]
    std::span<const float> input_bias, hidden_bias;  // [3 hidden]
  };

  // Off stage. Throws std::invalid_argument when the sizes do not fit.
  void pack(const Weights& weights, int inputs, int hidden, Isa isa = best_isa());

  int inputs() const noexcept { return input_.columns(); }
  int hidden() const noexcept { return hidden_.columns(); }

  // Any thread, no allocation. One step of `batch` voices: x[i] has inputs() values, h[i] is that voice's own
  // state of hidden() values, replaced by the new one, which is also the output. A voice's result does not
  // depend on the batch. scratch: scratch_floats(batch), aligned to 64 bytes.
  void step(const float* const* x, float* const* h, int batch, float* scratch) const noexcept;
  void step(const float* x, float* h, float* scratch) const noexcept { step(&x, &h, 1, scratch); }
  std::size_t scratch_floats(int batch) const noexcept;

 private:
  std::size_t gates_stride() const noexcept;

  const Kernels* kernels_ = nullptr;
  Matrix input_, hidden_;
};

}  // namespace continuo::nn
