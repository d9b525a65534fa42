// The GRU step: two products, then the gates.
#include "models/nn/gru.h"

#include <algorithm>

namespace continuo::nn {
namespace {
constexpr int kVoicesAtOnce = 32;  // row pointers live on the stack; larger batches go in pieces
}

void Gru::pack(const Weights& weights, int inputs, int hidden, Isa isa) {
  input_.pack(weights.input, weights.input_bias, 3 * hidden, inputs, isa);
  hidden_.pack(weights.hidden, weights.hidden_bias, 3 * hidden, hidden, isa);
  kernels_ = &kernels(isa);
}

std::size_t Gru::gates_stride() const noexcept {
  return (std::size_t(input_.rows()) + 15) / 16 * 16;
}

std::size_t Gru::scratch_floats(int batch) const noexcept {
  const int rows = std::min(batch, kVoicesAtOnce);
  return 2 * std::size_t(rows) * gates_stride() +
         std::max(input_.scratch_floats(rows), hidden_.scratch_floats(rows));
}

void Gru::step(const float* const* x, float* const* h, int batch, float* scratch) const noexcept {
  for (; batch > kVoicesAtOnce; batch -= kVoicesAtOnce, x += kVoicesAtOnce, h += kVoicesAtOnce)
    step(x, h, kVoicesAtOnce, scratch);
  const std::size_t stride = gates_stride();
  float* from_input[kVoicesAtOnce];
  float* from_hidden[kVoicesAtOnce];
  for (int i = 0; i < batch; ++i) {
    from_input[i] = scratch + 2 * std::size_t(i) * stride;
    from_hidden[i] = from_input[i] + stride;
  }
  float* rest = scratch + 2 * std::size_t(batch) * stride;
  input_.multiply(x, from_input, batch, rest);
  hidden_.multiply(h, from_hidden, batch, rest);
  for (int i = 0; i < batch; ++i) kernels_->gru_gates(from_input[i], from_hidden[i], h[i], hidden());
}

}  // namespace continuo::nn
