// Fast conversions between pitch, decibels and their linear forms. Any thread; relative error below 1e-6.
#pragma once

#include <bit>
#include <cstdint>

namespace continuo::dsp {

// 2^x for x in -126..127 (clamped; NaN gives the smallest). Relative error below 2e-7.
inline float fast_exp2(float x) noexcept {
  x = x > -126.f ? (x < 127.f ? x : 127.f) : -126.f;
  const auto nearest = static_cast<std::int32_t>(x + (x < 0.f ? -0.5f : 0.5f));
  const float f = x - static_cast<float>(nearest);  // -0.5..0.5, exact
  // Taylor coefficients of 2^f, (ln 2)^n / n!: the rest is below 1.5e-8 at 0.5.
  float p = 1.5252734e-5f;
  p = p * f + 1.5403530e-4f;
  p = p * f + 1.3333558e-3f;
  p = p * f + 9.6181291e-3f;
  p = p * f + 5.5504109e-2f;
  p = p * f + 2.4022651e-1f;
  p = p * f + 6.9314718e-1f;
  p = p * f + 1.f;
  return p * std::bit_cast<float>(static_cast<std::uint32_t>(nearest + 127) << 23);
}

// log2 of x; x at or below the smallest normal float, and NaN, give -126. Absolute error below 2e-7 near 1,
// relative error below 2e-7 elsewhere.
inline float fast_log2(float x) noexcept {
  if (!(x > 1.17549435e-38f)) return -126.f;
  const auto bits = std::bit_cast<std::uint32_t>(x);
  // Mantissa into sqrt(1/2)..sqrt(2), so that the series is short and log2(1) is exactly 0.
  const std::uint32_t offset = bits - 0x3f3504f3u;
  const auto exponent = static_cast<std::int32_t>(offset) >> 23;
  const auto m = std::bit_cast<float>((offset & 0x7fffffu) + 0x3f3504f3u);
  const float t = (m - 1.f) / (m + 1.f), z = t * t;  // log m = 2 artanh t, |t| < 0.172
  float p = 2.8853901f / 9.f;
  p = p * z + 2.8853901f / 7.f;
  p = p * z + 2.8853901f / 5.f;
  p = p * z + 2.8853901f / 3.f;
  return static_cast<float>(exponent) + (p * z * t + 2.8853901f * t);
}

inline float db_to_gain(float db) noexcept {
  return fast_exp2(db * 0.16609640f);
}
// -758.6 dB stands for silence.
inline float gain_to_db(float gain) noexcept {
  return 6.0205999f * fast_log2(gain);
}
inline float semitones_to_ratio(float semitones) noexcept {
  return fast_exp2(semitones * (1.f / 12.f));
}
// MIDI note numbers with fractions; 69 is 440 Hz.
inline float midi_to_hz(float midi) noexcept {
  return 440.f * fast_exp2((midi - 69.f) * (1.f / 12.f));
}
inline float hz_to_midi(float hz) noexcept {
  return 69.f + 12.f * fast_log2(hz * (1.f / 440.f));
}

}  // namespace continuo::dsp
