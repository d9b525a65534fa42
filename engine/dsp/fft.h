// Real FFT of a fixed size.
#pragma once

#include <complex>
#include <memory>

namespace continuo::dsp {

// One direction's plans and scratch memory (kissfft); an object serves one thread at a time.
class RealFft {
 public:
  RealFft() = default;
  // Control thread. A copy has plans of its own.
  RealFft(const RealFft& other) {
    if (other.size_ > 0) prepare(other.size_);
  }
  RealFft& operator=(const RealFft& other) {
    if (this != &other && other.size_ > 0) prepare(other.size_);
    return *this;
  }
  RealFft(RealFft&&) noexcept = default;
  RealFft& operator=(RealFft&&) noexcept = default;
  ~RealFft() = default;

  // Control thread. Allocates. size: even, at least 4; products of 2, 3 and 5 never allocate later. Throws
  // std::invalid_argument on another size.
  void prepare(int size);
  [[nodiscard]] int size() const noexcept { return size_; }
  [[nodiscard]] int bins() const noexcept { return size_ / 2 + 1; }
  // Audio thread. `in` holds size() samples, `out` bins() values; unscaled, sum over n of x[n] e^(-i 2 pi k n
  // / size).
  void forward(const float* in, std::complex<float>* out) noexcept;
  // Audio thread. Unscaled: inverse(forward(x)) is size() * x.
  void inverse(const std::complex<float>* in, float* out) noexcept;

 private:
  struct Free {
    void operator()(void* plan) const noexcept;
  };
  int size_ = 0;
  std::unique_ptr<void, Free> forward_, inverse_;
};

}  // namespace continuo::dsp
