// A long short-term memory with TensorFlow's semantics (BasicLSTMCell), for one voice. Gates i, j, f, o:
//   c' = c sigmoid(f + 1) + sigmoid(i) tanh(j),   h' = tanh(c') sigmoid(o)
#pragma once
#include <span>

#include "models/nn/matrix.h"

namespace continuo::nn {

// One element of an input vector that is 0 elsewhere.
struct Element {
  int index;
  float value;
};

class Lstm {
 public:
  // Off stage. kernel: [inputs + hidden, 4 hidden], row-major, as TensorFlow stores it; bias: [4 hidden],
  // without the 1 that is added to f. `sparse`: inputs come as elements, so their rows are looked up. Throws
  // std::invalid_argument when the sizes do not fit.
  void pack(std::span<const float> kernel, std::span<const float> bias, int inputs, int hidden, bool sparse,
            Isa isa = best_isa());

  int inputs() const noexcept { return inputs_; }
  int hidden() const noexcept { return hidden_size_; }

  // Any thread, no allocation. c and h: the voice's state of hidden() values each, replaced by the new one; h
  // is the output, too. scratch: scratch_floats(), aligned to 64 bytes.
  void step(std::span<const Element> x, float* c, float* h, float* scratch) const noexcept;  // sparse
  void step(const float* x, float* c, float* h, float* scratch) const noexcept;
  std::size_t scratch_floats() const noexcept { return 2 * stride(); }

 private:
  std::size_t stride() const noexcept { return (4 * std::size_t(hidden_size_) + 15) / 16 * 16; }
  void gates(float* sums, float* c, float* h) const noexcept;

  const Kernels* kernels_ = nullptr;
  int inputs_ = 0, hidden_size_ = 0;
  Matrix input_, recurrent_;
  Floats rows_;  // sparse: [inputs][4 hidden]
};

}  // namespace continuo::nn
