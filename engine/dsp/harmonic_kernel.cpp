// The harmonic recurrence, vectorised over samples.
#include "engine/dsp/harmonic_kernel.h"

#include "engine/dsp/simd.h"

namespace continuo::dsp::CONTINUO_SIMD {

namespace {

// sin and cos of x within a quarter of pi around 0, relative error below 1e-7 (Cephes sinf, cosf).
inline void sin_cos(Floats x, Floats* sine, Floats* cosine) {
  const Floats z = x * x;
  Floats s = multiply_add(z, broadcast(-1.9515295891e-4f), broadcast(8.3321608736e-3f));
  s = multiply_add(z, s, broadcast(-1.6666654611e-1f));
  *sine = multiply_add(x * z, s, x);
  Floats c = multiply_add(z, broadcast(2.443315711809948e-5f), broadcast(-1.388731625493765e-3f));
  c = multiply_add(z, c, broadcast(4.166664568298827e-2f));
  *cosine = multiply_add(z * z, c, multiply_add(z, broadcast(-0.5f), broadcast(1.f)));
}

alignas(64) constexpr float kCount[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// `kVectors` vectors of samples at once, so that their recurrences overlap.
template <int kVectors>
inline void run(const HarmonicJob& job, int first, float* out) {
  Floats s[kVectors], d[kVectors], curve[kVectors], index[kVectors], nyquist[kVectors], even[kVectors],
      odd[kVectors];
  Words flip[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const int at = first + v * kWidth;
    const Words phase = load(job.phase + at);
    flip[v] = (phase + 0x40000000u) & 0x80000000u;
    const Ints folded = reinterpret_cast<Ints>(phase - flip[v]);
    Floats half_sine, half_cosine;
    // pi / 2^32: half of the angle.
    sin_cos(__builtin_convertvector(folded, Floats) * 7.3145904e-10f, &half_sine, &half_cosine);
    curve[v] = -4.f * half_sine * half_sine;
    d[v] = s[v] = 2.f * half_sine * half_cosine;
    index[v] = broadcast(static_cast<float>(job.index + at)) + load(kCount);
    nyquist[v] = load(job.increment + at) * -kNyquistFadeSlope;
    even[v] = odd[v] = Floats{};
  }
  const auto plain = [&](int k, Floats* sum) __attribute__((always_inline)) {
    const Floats start = broadcast(job.start[k - 1]), slope = broadcast(job.slope[k - 1]);
    for (int v = 0; v < kVectors; ++v) {
      sum[v] = multiply_add(multiply_add(slope, index[v], start), s[v], sum[v]);
      d[v] = multiply_add(curve[v], s[v], d[v]);
      s[v] += d[v];
    }
  };
  const auto faded = [&](int k, Floats* sum) __attribute__((always_inline)) {
    const Floats start = broadcast(job.start[k - 1]), slope = broadcast(job.slope[k - 1]);
    const Floats order = broadcast(static_cast<float>(k));
    for (int v = 0; v < kVectors; ++v) {
      const Floats weight = unit_clamp(multiply_add(order, nyquist[v], broadcast(0.5f * kNyquistFadeSlope)));
      sum[v] = multiply_add(multiply_add(slope, index[v], start), weight * s[v], sum[v]);
      d[v] = multiply_add(curve[v], s[v], d[v]);
      s[v] += d[v];
    }
  };
  int k = 1;
  for (; k + 1 <= job.full; k += 2) {
    plain(k, odd);
    plain(k + 1, even);
  }
  for (; k <= job.full; ++k) plain(k, odd);
  for (; k <= job.partial; ++k) {
    if (k % 2 != 0) {
      faded(k, odd);
    } else {
      faded(k, even);
    }
  }
  for (int v = 0; v < kVectors; ++v) {
    const Floats signed_odd = reinterpret_cast<Floats>(reinterpret_cast<Words>(odd[v]) ^ flip[v]);
    store(out + first + v * kWidth, even[v] + signed_odd);
  }
}

}  // namespace

void harmonics(const HarmonicJob& job, float* out) {
  int first = 0;
  for (; first + kWidth < job.frames; first += 2 * kWidth) run<2>(job, first, out);
  if (first < job.frames) run<1>(job, first, out);
}

}  // namespace continuo::dsp::CONTINUO_SIMD
