// Joins the kernels of each instruction set into tables.
#include "models/nn/kernels.h"

namespace continuo::nn {

#define CONTINUO_DECLARE(level)                                                               \
  namespace level {                                                                           \
  void gemv(const PanelsF32&, const float*, float*) noexcept;                                 \
  void gemm(const PanelsF32&, const float* const*, float* const*, int, float*) noexcept;      \
  void gemv_int8(const PanelsInt8&, const std::int8_t*, float, float*) noexcept;              \
  float quantize(const float*, int, std::int8_t*) noexcept;                                   \
  void gru_gates(const float*, const float*, float*, int) noexcept;                           \
  void layer_norm_leaky_relu(float*, const float*, const float*, int, float, float) noexcept; \
  void exp_all(float*, int) noexcept;                                                         \
  void sigmoid_all(float*, int) noexcept;                                                     \
  void tanh_all(float*, int) noexcept;                                                        \
  void exp_sigmoid_all(float*, int) noexcept;                                                 \
  constexpr Kernels kTable{                                                                   \
      gemv,    gemm,        gemv_int8, quantize,       gru_gates, layer_norm_leaky_relu,      \
      exp_all, sigmoid_all, tanh_all,  exp_sigmoid_all};                                      \
  }

CONTINUO_DECLARE(portable)
#if defined(__x86_64__) && !defined(CONTINUO_PORTABLE_ONLY)
CONTINUO_DECLARE(avx2)
CONTINUO_DECLARE(avx512)
#endif
#undef CONTINUO_DECLARE

const Kernels& kernels(Isa isa) noexcept {
#if defined(__x86_64__) && !defined(CONTINUO_PORTABLE_ONLY)
  if (isa == Isa::avx512 && supported(isa)) return avx512::kTable;
  if (isa == Isa::avx2 && supported(isa)) return avx2::kTable;
#endif
  (void)isa;
  return portable::kTable;
}

}  // namespace continuo::nn
