// The LSTM step: the state's product, the inputs' rows or product, then the gates.
#include "models/nn/lstm.h"

#include <stdexcept>
#include <string>

namespace continuo::nn {

void Lstm::pack(std::span<const float> kernel, std::span<const float> bias, int inputs, int hidden,
                bool sparse, Isa isa) {
  const auto n = std::size_t(inputs), h = std::size_t(hidden), g = 4 * h;
  if (inputs < 1 || hidden < 1 || kernel.size() != (n + h) * g || bias.size() != g) {
    throw std::invalid_argument(
        "an LSTM of " + std::to_string(inputs) + " inputs and " + std::to_string(hidden) +
        " units takes a kernel of " + std::to_string((n + h) * g) + " weights and a bias of " +
        std::to_string(g) + ", not " + std::to_string(kernel.size()) + " and " + std::to_string(bias.size()));
  }
  kernels_ = &kernels(isa);
  inputs_ = inputs, hidden_size_ = hidden;
  const auto transposed = [&](std::size_t first, std::size_t count) {
    std::vector<float> out(g * count);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t o = 0; o < g; ++o) out[o * count + i] = kernel[(first + i) * g + o];
    }
    return out;
  };
  std::vector<float> with_one(bias.begin(), bias.end());
  for (std::size_t i = 2 * h; i < 3 * h; ++i) with_one[i] += 1;
  recurrent_.pack(transposed(n, h), with_one, int(g), hidden, isa);
  rows_.clear();
  if (sparse) {
    rows_.assign(kernel.begin(), kernel.begin() + std::ptrdiff_t(n * g));
  } else {
    input_.pack(transposed(0, n), {}, int(g), inputs, isa);
  }
}

void Lstm::gates(float* sums, float* c, float* h) const noexcept {
  const int n = hidden_size_;
  kernels_->sigmoid(sums, n);
  kernels_->tanh(sums + n, n);
  kernels_->sigmoid(sums + 2 * n, 2 * n);
  for (int k = 0; k < n; ++k) {
    c[k] = c[k] * sums[2 * n + k] + sums[k] * sums[n + k];
    h[k] = c[k];
  }
  kernels_->tanh(h, n);
  for (int k = 0; k < n; ++k) h[k] *= sums[3 * n + k];
}

void Lstm::step(std::span<const Element> x, float* c, float* h, float* scratch) const noexcept {
  recurrent_.multiply(h, scratch);
  const auto g = 4 * std::size_t(hidden_size_);
  for (const Element& element : x) {
    const float* row = rows_.data() + std::size_t(element.index) * g;
    for (std::size_t k = 0; k < g; ++k) scratch[k] += element.value * row[k];
  }
  gates(scratch, c, h);
}

void Lstm::step(const float* x, float* c, float* h, float* scratch) const noexcept {
  float* from_input = scratch + stride();
  recurrent_.multiply(h, scratch);
  input_.multiply(x, from_input);
  for (int k = 0; k < 4 * hidden_size_; ++k) scratch[k] += from_input[k];
  gates(scratch, c, h);
}

}  // namespace continuo::nn
