#include "engine/dsp/filtered_noise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "engine/dsp/kernels.h"

namespace continuo::dsp {

namespace {

constexpr int round_up_16(int n) {
  return (n + 15) / 16 * 16;
}

// splitmix64: near seeds give unrelated keys.
std::uint64_t scramble(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

}  // namespace

void NoiseFilter::prepare(const NoiseFilterSpec& spec, SimdLevel level) {
  if (spec.bands < 2 || spec.bands > kMaxBands || !(spec.model_rate >= 1000) || !(spec.device_rate >= 1000) ||
      !(spec.device_rate / spec.model_rate <= 32)) {
    throw std::invalid_argument("noise filter: needs 2 to " + std::to_string(kMaxBands) +
                                " bands and rates from 1000 Hz, the device's at most 32 times the model's");
  }
  kernels_ = &kernels(level);
  bands_ = spec.bands;
  const int last = bands_ - 1;
  const double half_length_s = last / spec.model_rate;
  centre_ = static_cast<int>(std::ceil(half_length_s * spec.device_rate - 1e-9));
  taps_ = round_up_16(2 * centre_);
  rows_ = round_up_16(centre_);
  white_level_ = static_cast<float>(std::sqrt(spec.device_rate / spec.model_rate));
  columns_.assign(static_cast<std::size_t>(bands_) * static_cast<std::size_t>(rows_), 0.f);
  const double spacing_hz = spec.model_rate / 2 / last;
  const double scale = spec.model_rate / spec.device_rate / (2.0 * last);
  for (int b = 0; b < bands_; ++b) {
    const double hz = b * spacing_hz;
    if (hz > spec.device_rate / 2) break;  // would alias
    const double weight = b == 0 || b == last ? 1 : 2;
    for (int n = 0; n < centre_; ++n) {
      const double t = n / spec.device_rate;
      const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * t / half_length_s);
      columns_[static_cast<std::size_t>(b * rows_ + n)] =
          static_cast<float>(scale * weight * window * std::cos(2 * std::numbers::pi * hz * t));
    }
  }
}

void NoiseFilter::design(std::span<const float> magnitudes, std::span<float> taps) const noexcept {
  // Half of the longest filter: 255 / 2 bands spacings at 32 times the model's rate.
  constexpr int kMaxRows = (kMaxBands - 1) * 32 + 16;
  std::array<float, kMaxBands> weights;
  const int given = std::min(bands_, static_cast<int>(magnitudes.size()));
  bool any = false;
  for (int b = 0; b < bands_; ++b) {
    weights[static_cast<std::size_t>(b)] = b < given && std::isfinite(magnitudes[static_cast<std::size_t>(b)])
                                               ? magnitudes[static_cast<std::size_t>(b)]
                                               : 0.f;
    any = any || weights[static_cast<std::size_t>(b)] != 0.f;
  }
  std::fill(taps.begin(), taps.end(), 0.f);
  if (!any) return;
  alignas(64) std::array<float, kMaxRows> half;
  kernels_->weigh(columns_.data(), weights.data(), bands_, rows_, half.data());
  const auto centre = static_cast<std::size_t>(centre_);
  for (std::size_t n = 0; n < centre; ++n) {
    if (centre + n < taps.size()) taps[centre + n] = half[n];
    if (centre - n < taps.size()) taps[centre - n] = half[n];
  }
}

void FilteredNoise::prepare(int max_taps, float level_of_white, SimdLevel level) {
  kernels_ = &kernels(level);
  level_ = level_of_white;
  const auto most = static_cast<std::size_t>(round_up_16(std::max(max_taps, 1)));
  taps_.assign(most + 2 * kTapPadding, 0.f);
  reach_ = most + kChunk + 16;
  sum_.assign(reach_ + std::max<std::size_t>(reach_, 1024) + kChunk, 0.f);
  reset(0);
}

void FilteredNoise::reset(std::uint64_t seed) noexcept {
  key_ = scramble(seed);
  counter_ = 0;
  audible_ = false;
  count_ = ringing_ = 0;
  at_ = 0;
  std::fill(taps_.begin(), taps_.end(), 0.f);
  std::fill(sum_.begin(), sum_.end(), 0.f);
}

void FilteredNoise::set_frame(std::span<const float> taps) noexcept {
  const std::size_t most = taps_.size() - 2 * kTapPadding;
  const std::size_t given = std::min(taps.size(), most);
  const auto before = static_cast<std::size_t>(count_);
  std::copy_n(taps.begin(), given, taps_.begin() + kTapPadding);
  if (before > given) std::fill_n(taps_.begin() + kTapPadding + given, before - given, 0.f);
  count_ = round_up_16(static_cast<int>(given));
  audible_ = std::any_of(taps.begin(), taps.begin() + given, [](float x) { return x != 0.f; });
}

void FilteredNoise::process(std::span<float> out) noexcept {
  for (std::size_t done = 0; done < out.size();) {
    const int n = static_cast<int>(std::min<std::size_t>(out.size() - done, kChunk));
    const auto to = out.subspan(done, static_cast<std::size_t>(n));
    done += static_cast<std::size_t>(n);
    if (audible_) {
      alignas(64) std::array<float, kChunk> in;
      kernels_->white(key_, counter_, level_, n, in.data());
      kernels_->scatter(in.data(), n, taps_.data() + kTapPadding, count_, sum_.data() + at_);
      ringing_ = std::max(ringing_, count_ + n);
    }
    counter_ += static_cast<std::uint32_t>(n);
    if (ringing_ == 0) {
      std::fill(to.begin(), to.end(), 0.f);
      continue;
    }
    float* from = sum_.data() + at_;
    for (float& x : to) {
      x = *from + 0.f;  // a -0 that depends on the cut becomes +0
      *from++ = 0;
    }
    ringing_ = std::max(0, ringing_ - n);
    at_ += static_cast<std::size_t>(n);
    if (at_ + reach_ + kChunk > sum_.size()) {
      std::copy_n(sum_.begin() + static_cast<std::ptrdiff_t>(at_), reach_, sum_.begin());
      std::fill(sum_.begin() + static_cast<std::ptrdiff_t>(reach_), sum_.end(), 0.f);
      at_ = 0;
    }
  }
}

}  // namespace continuo::dsp
