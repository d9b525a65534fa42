#include "engine/dsp/convolution.h"

#include <algorithm>
#include <cmath>

#include "engine/dsp/kernels.h"

namespace continuo::dsp {

namespace {

bool any(const float* x, int n) {
  return std::any_of(x, x + n, [](float v) { return v != 0.f; });
}

void zero(std::vector<float>& v) {
  std::fill(v.begin(), v.end(), 0.f);
}

}  // namespace

void PartitionedConvolution::History::prepare(int bins_, int count_) {
  bins = bins_;
  count = std::max(count_, 1);
  spectra.assign(static_cast<std::size_t>(count) * 2 * static_cast<std::size_t>(bins), 0.f);
  sounding.assign(static_cast<std::size_t>(count), 0);
  newest = 0;
}

void PartitionedConvolution::History::clear() noexcept {
  std::fill(sounding.begin(), sounding.end(), 0);
}

float* PartitionedConvolution::History::advance(bool is_sounding) noexcept {
  newest = newest + 1 == count ? 0 : newest + 1;
  sounding[static_cast<std::size_t>(newest)] = is_sounding ? 1 : 0;
  return spectra.data() + static_cast<std::ptrdiff_t>(newest) * 2 * bins;
}

const float* PartitionedConvolution::History::past(int age) const noexcept {
  const int i = newest >= age ? newest - age : newest - age + count;
  return sounding[static_cast<std::size_t>(i)] != 0
             ? spectra.data() + static_cast<std::ptrdiff_t>(i) * 2 * bins
             : nullptr;
}

void PartitionedConvolution::Lane::prepare() {
  head.assign(2 * kSmall + 16, 0.f);
  small_out.assign(kSmall, 0.f);
  large_out.assign(kLarge, 0.f);
  large_next.assign(kLarge, 0.f);
  large_sum.assign(2 * ConvolutionIr::kLargeBins, 0.f);
}

void PartitionedConvolution::Lane::clear() noexcept {
  for (auto* v : {&head, &small_out, &large_out, &large_next, &large_sum}) zero(*v);
  large_any = false;
}

void PartitionedConvolution::prepare(int max_taps, SimdLevel level) {
  kernels_ = &kernels(level);
  max_large_parts_ = std::max(0, (max_taps - ConvolutionIr::kLargeStart + kLarge - 1) / kLarge);
  small_fft_.prepare(2 * kSmall);
  large_fft_.prepare(2 * kLarge);
  small_window_.assign(2 * kSmall, 0.f);
  large_window_.assign(2 * kLarge, 0.f);
  small_history_.prepare(ConvolutionIr::kSmallBins, ConvolutionIr::kSmallParts);
  large_history_.prepare(ConvolutionIr::kLargeBins, max_large_parts_);
  for (Lane& lane : lanes_) lane.prepare();
  spectrum_.assign(kLarge + 1, {});
  small_sum_.assign(2 * ConvolutionIr::kSmallBins, 0.f);
  time_.assign(2 * kLarge, 0.f);
  reset();
}

void PartitionedConvolution::reset() noexcept {
  if (change_ == Change::warming || change_ == Change::fading) {
    retired_ = lanes_[static_cast<std::size_t>(active_)].ir;
    active_ = 1 - active_;
  } else if (change_ == Change::waiting) {
    retired_ = lanes_[static_cast<std::size_t>(active_)].ir;
    lanes_[static_cast<std::size_t>(active_)].ir = waiting_;
  }
  lanes_[static_cast<std::size_t>(1 - active_)].ir = nullptr;
  change_ = Change::none;
  waiting_ = nullptr;
  at_ = step_ = 0;
  zero(small_window_);
  zero(large_window_);
  small_history_.clear();
  large_history_.clear();
  for (Lane& lane : lanes_) lane.clear();
}

void PartitionedConvolution::align(uint64_t frame) noexcept {
  at_ = static_cast<int>(frame % kSmall);
  step_ = static_cast<int>(frame / kSmall % kSteps);
}

bool PartitionedConvolution::set_ir(const ConvolutionIr* ir) noexcept {
  if (change_ != Change::none || retired_ != nullptr) return false;
  if (ir == lanes_[static_cast<std::size_t>(active_)].ir) return true;
  waiting_ = ir;
  change_ = Change::waiting;
  return true;
}

const ConvolutionIr* PartitionedConvolution::take_retired() noexcept {
  const ConvolutionIr* ir = retired_;
  retired_ = nullptr;
  return ir;
}

void PartitionedConvolution::lane_output(Lane& lane, const float* in, int frames, float* out) noexcept {
  float* sum = lane.head.data() + at_;
  if (lane.ir != nullptr) kernels_->scatter(in, frames, lane.ir->head(), kSmall, sum);
  const float* small = lane.small_out.data() + at_;
  const float* large = lane.large_out.data() + step_ * kSmall + at_;
  for (int i = 0; i < frames; ++i) out[i] = sum[i] + small[i] + large[i];
}

void PartitionedConvolution::process(std::span<const float> in, std::span<float> out) noexcept {
  const auto total = static_cast<int>(out.size());
  for (int done = 0; done < total;) {
    const int n = std::min(total - done, kSmall - at_);
    float* input = small_window_.data() + kSmall + at_;
    for (int i = 0; i < n; ++i) {
      const float x = in[static_cast<std::size_t>(done + i)];
      input[i] = std::isfinite(x) ? x : 0.f;
    }
    float* to = out.data() + done;
    lane_output(lanes_[static_cast<std::size_t>(active_)], input, n, to);
    if (change_ == Change::warming || change_ == Change::fading) {
      std::array<float, kSmall> coming;
      lane_output(lanes_[static_cast<std::size_t>(1 - active_)], input, n, coming.data());
      if (change_ == Change::fading) {
        for (int i = 0; i < n; ++i) {
          const float share = static_cast<float>(step_ * kSmall + at_ + i) / kLarge;
          to[i] += share * (coming[static_cast<std::size_t>(i)] - to[i]);
        }
      }
    }
    done += n;
    at_ += n;
    if (at_ == kSmall) step();
  }
}

// A small block of input is complete.
void PartitionedConvolution::step() noexcept {
  at_ = 0;
  std::copy_n(small_window_.data() + kSmall, kSmall, large_window_.data() + kLarge + step_ * kSmall);
  step_ = step_ + 1 == kSteps ? 0 : step_ + 1;
  large_step();
  small_step();
}

void PartitionedConvolution::transform(RealFft& fft, const float* window, int bins,
                                       float* spectrum) noexcept {
  fft.forward(window, spectrum_.data());
  for (int i = 0; i < fft.bins(); ++i) {
    spectrum[i] = spectrum_[static_cast<std::size_t>(i)].real();
    spectrum[bins + i] = spectrum_[static_cast<std::size_t>(i)].imag();
  }
}

// The second half of the block, where the circular convolution is the linear one.
void PartitionedConvolution::back(RealFft& fft, const float* spectrum, int bins, float* out) noexcept {
  for (int i = 0; i < fft.bins(); ++i)
    spectrum_[static_cast<std::size_t>(i)] = {spectrum[i], spectrum[bins + i]};
  fft.inverse(spectrum_.data(), time_.data());
  std::copy_n(time_.data() + fft.size() / 2, fft.size() / 2, out);
}

void PartitionedConvolution::small_step() noexcept {
  constexpr int kBins = ConvolutionIr::kSmallBins;
  const bool sounding = any(small_window_.data(), 2 * kSmall);
  float* spectrum = small_history_.advance(sounding);
  if (sounding) transform(small_fft_, small_window_.data(), kBins, spectrum);
  std::copy_n(small_window_.data() + kSmall, kSmall, small_window_.data());
  for (Lane& lane : lanes_) {
    std::copy_n(lane.head.data() + kSmall, kSmall, lane.head.data());
    std::fill(lane.head.begin() + kSmall, lane.head.end(), 0.f);
    bool added = false;
    zero(small_sum_);
    for (int i = 0; lane.ir != nullptr && i < lane.ir->small_parts(); ++i) {
      const float* past = small_history_.past(i);
      if (past == nullptr) continue;
      kernels_->complex_mac(past, lane.ir->small_part(i), kBins, small_sum_.data());
      added = true;
    }
    if (added) {
      back(small_fft_, small_sum_.data(), kBins, lane.small_out.data());
    } else {
      zero(lane.small_out);
    }
  }
}

void PartitionedConvolution::large_step() noexcept {
  constexpr int kBins = ConvolutionIr::kLargeBins;
  if (step_ == 0) {
    const bool sounding = any(large_window_.data(), 2 * kLarge);
    float* spectrum = large_history_.advance(sounding);
    if (sounding) transform(large_fft_, large_window_.data(), kBins, spectrum);
    std::copy_n(large_window_.data() + kLarge, kLarge, large_window_.data());
    for (Lane& lane : lanes_) {
      std::swap(lane.large_out, lane.large_next);
      if (lane.large_any) zero(lane.large_sum);
      lane.large_any = false;
    }
    advance_change();
    return;
  }
  for (Lane& lane : lanes_) {
    if (step_ == kSteps - 1) {
      if (lane.large_any) {
        back(large_fft_, lane.large_sum.data(), kBins, lane.large_next.data());
      } else {
        zero(lane.large_next);
      }
      continue;
    }
    if (lane.ir == nullptr) continue;
    const int parts = std::min(lane.ir->large_parts(), max_large_parts_);
    const int shares = kSteps - 2;
    for (int i = parts * (step_ - 1) / shares; i < parts * step_ / shares; ++i) {
      const float* past = large_history_.past(i);
      if (past == nullptr) continue;
      kernels_->complex_mac(past, lane.ir->large_part(i), kBins, lane.large_sum.data());
      lane.large_any = true;
    }
  }
}

// At the start of a large block: a new response first fills its pipeline for one block, then fades in over
// the next.
void PartitionedConvolution::advance_change() noexcept {
  Lane& old = lanes_[static_cast<std::size_t>(active_)];
  Lane& coming = lanes_[static_cast<std::size_t>(1 - active_)];
  switch (change_) {
    case Change::none:
      break;
    case Change::waiting:
      coming.clear();
      coming.ir = waiting_;
      waiting_ = nullptr;
      change_ = Change::warming;
      break;
    case Change::warming:
      change_ = Change::fading;
      break;
    case Change::fading:
      retired_ = old.ir;
      old.ir = nullptr;
      old.clear();
      active_ = 1 - active_;
      change_ = Change::none;
      break;
  }
}

}  // namespace continuo::dsp
