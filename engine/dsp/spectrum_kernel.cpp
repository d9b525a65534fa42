// Multiplying spectra.
#include "engine/dsp/spectrum_kernel.h"

#include "engine/dsp/simd.h"

namespace continuo::dsp::CONTINUO_SIMD {

void complex_mac(const float* a, const float* b, int bins, float* sum) {
  for (int i = 0; i < bins; i += kWidth) {
    const Floats ar = load(a + i), ai = load(a + bins + i), br = load(b + i), bi = load(b + bins + i);
    store(sum + i, subtract_product(ai, bi, multiply_add(ar, br, load(sum + i))));
    store(sum + bins + i, multiply_add(ai, br, multiply_add(ar, bi, load(sum + bins + i))));
  }
}

}  // namespace continuo::dsp::CONTINUO_SIMD
