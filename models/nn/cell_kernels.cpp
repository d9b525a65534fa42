// What stands between matrix products: gates, norms and activations. No fused operations and a fixed order of
// sums, so these give the same bits on every instruction set.
#include "models/nn/simd.h"

namespace continuo::nn::CONTINUO_SIMD {
namespace {

// exp after Cephes' expf: x = n ln 2 + r, |r| <= ln 2 / 2, polynomial in r, n into the exponent.
inline Vector exp_of(Vector x) {
  x = at_most(at_least(x, fill(-87.0f)), fill(88.0f));
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23
  const Vector shifted = x * 1.44269504088896341f + kRound;
  const Vector n = shifted - kRound;
  const Vector r = x - n * 0.693359375f - n * -2.12194440e-4f;
  Vector p = fill(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const Integers power = (bits(shifted) - 0x4b400000) << 23;
  return from_bits(bits(p) + power);
}

// log(1 + e) for e in 0..1, after Cephes' logf.
inline Vector log_one_plus(Vector e) {
  const Vector u = e + 1.0f;
  const auto upper = u > 1.41421356f;
  const Vector f = (upper ? u * 0.5f : u) - 1.0f;
  Vector p = fill(7.0376836292e-2f);
  p = p * f + -1.1514610310e-1f;
  p = p * f + 1.1676998740e-1f;
  p = p * f + -1.2420140846e-1f;
  p = p * f + 1.4249322787e-1f;
  p = p * f + -1.6668057665e-1f;
  p = p * f + 2.0000714765e-1f;
  p = p * f + -2.4999993993e-1f;
  p = p * f + 3.3333331174e-1f;
  const Vector square = f * f;
  const Vector log_f = f + (p * f * square - square * 0.5f);
  return log_f + (upper ? fill(0.693147180559945f) : fill(0.0f));
}

inline Vector sigmoid_of(Vector x) {
  return 1.0f / (exp_of(-x) + 1.0f);
}

inline Vector tanh_of(Vector x) {
  const Vector e = exp_of(magnitude(x) * -2.0f);
  const Vector t = (1.0f - e) / (e + 1.0f);
  return from_bits(bits(t) | (bits(x) & INT32_MIN));
}

// 2 sigmoid(x)^ln(10) + 1e-7, by way of log sigmoid(x) = min(x, 0) - log(1 + exp(-|x|)).
inline Vector exp_sigmoid_of(Vector x) {
  const Vector log_sigmoid = at_most(x, fill(0.0f)) - log_one_plus(exp_of(-magnitude(x)));
  return exp_of(log_sigmoid * 2.302585093f) * 2.0f + 1e-7f;
}

// What remains after whole vectors goes through a padded one.
template <class Function>
inline void apply(float* x, int count, Function function) {
  int i = 0;
  for (; i + kWidth <= count; i += kWidth) store(x + i, function(load(x + i)));
  if (i < count) {
    float padded[kWidth] = {};
    memcpy(padded, x + i, sizeof(float) * unsigned(count - i));
    store(padded, function(load(padded)));
    memcpy(x + i, padded, sizeof(float) * unsigned(count - i));
  }
}

inline Vector new_state(Vector ir, Vector iz, Vector in, Vector hr, Vector hz, Vector hn, Vector h) {
  const Vector r = sigmoid_of(ir + hr);
  const Vector z = sigmoid_of(iz + hz);
  const Vector n = tanh_of(in + r * hn);
  return (1.0f - z) * n + z * h;
}

// Sixteen interleaved sums, then a tree: the same order at every vector width.
template <class Term>
inline float sum(int count, Term term) {
  float lanes[16] = {};
  int i = 0;
  Vector sums[16 / kWidth];
  for (Vector& s : sums) s = fill(0);
  for (; i + 16 <= count; i += 16)
    for (int v = 0; v < 16 / kWidth; ++v) sums[v] = sums[v] + term(load, i + v * kWidth);
  memcpy(lanes, sums, sizeof lanes);
  const auto scalar = [](const float* at) { return *at; };
  for (int k = 0; i < count; ++i, ++k) lanes[k] += term(scalar, i);
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; ++k) lanes[k] += lanes[k + width];
  return lanes[0];
}

}  // namespace

void gru_gates(const float* gi, const float* gh, float* h, int hidden) noexcept {
  const float* parts[6] = {gi, gi + hidden, gi + 2 * hidden, gh, gh + hidden, gh + 2 * hidden};
  int i = 0;
  for (; i + kWidth <= hidden; i += kWidth)
    store(h + i, new_state(load(parts[0] + i), load(parts[1] + i), load(parts[2] + i), load(parts[3] + i),
                           load(parts[4] + i), load(parts[5] + i), load(h + i)));
  if (i < hidden) {
    const unsigned bytes = sizeof(float) * unsigned(hidden - i);
    float padded[7][kWidth] = {};
    for (int k = 0; k < 6; ++k) memcpy(padded[k], parts[k] + i, bytes);
    memcpy(padded[6], h + i, bytes);
    store(padded[6], new_state(load(padded[0]), load(padded[1]), load(padded[2]), load(padded[3]),
                               load(padded[4]), load(padded[5]), load(padded[6])));
    memcpy(h + i, padded[6], bytes);
  }
}

void layer_norm_leaky_relu(float* x, const float* weight, const float* bias, int count, float epsilon,
                           float slope) noexcept {
  const float mean = sum(count, [&](auto get, int i) { return get(x + i); }) / float(count);
  const float variance = sum(count,
                             [&](auto get, int i) {
                               const auto centred = get(x + i) - mean;
                               return centred * centred;
                             }) /
                         float(count);
  const float scale = 1.0f / __builtin_sqrtf(variance + epsilon);
  int i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    const Vector y = (load(x + i) - mean) * scale * load(weight + i) + load(bias + i);
    store(x + i, y < 0.0f ? y * slope : y);
  }
  for (; i < count; ++i) {
    const float y = (x[i] - mean) * scale * weight[i] + bias[i];
    x[i] = y < 0.0f ? y * slope : y;
  }
}

void exp_all(float* x, int count) noexcept {
  apply(x, count, [](Vector v) { return exp_of(v); });
}
void sigmoid_all(float* x, int count) noexcept {
  apply(x, count, [](Vector v) { return sigmoid_of(v); });
}
void tanh_all(float* x, int count) noexcept {
  apply(x, count, [](Vector v) { return tanh_of(v); });
}
void exp_sigmoid_all(float* x, int count) noexcept {
  apply(x, count, [](Vector v) { return exp_sigmoid_of(v); });
}

}  // namespace continuo::nn::CONTINUO_SIMD
