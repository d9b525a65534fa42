// The master.
#include "engine/audio/master.h"

#include <algorithm>
#include <cmath>

namespace continuo {

namespace {
constexpr uint32_t kChunk = 2048;
constexpr double kFadeSeconds = 0.05;
constexpr double kLookaheadSeconds =
    32.0 / 48000;                      // enough for a gain without a click, little enough for a keyboard
constexpr uint32_t kMinimumRamp = 64;  // frames
}  // namespace

Master::Master(double rate, uint32_t channels)
    : channels_(channels),
      fade_frames_(static_cast<uint32_t>(rate * kFadeSeconds)),
      dc_blockers_(channels),
      wet_left_(kChunk),
      wet_right_(kChunk),
      dry_(channels, std::vector<float>(kChunk)) {
  for (dsp::DcBlocker& blocker : dc_blockers_) blocker.prepare(rate);
  limiter_.prepare({.sample_rate = rate,
                    .channels = static_cast<int>(channels),
                    .lookahead_frames = static_cast<int>(std::lround(rate * kLookaheadSeconds))});
  latency_.store(static_cast<uint32_t>(limiter_.latency_frames()));
}

void Master::set(uint16_t parameter, float value, uint64_t frame, uint32_t ramp_frames) noexcept {
  const uint32_t ramp = std::max(ramp_frames, kMinimumRamp);
  switch (parameter) {
    case schema::master::kGain:
      gain_.go(gain_from_db(value), frame, ramp);
      break;
    case schema::master::kReverb:
      reverb_gain_.go(gain_from_db(value), frame, ramp);
      break;
    case schema::master::kLimiter: {
      const bool on = value >= 0.5f;
      if (on && !limiter_runs_) limiter_.reset();
      limiter_runs_ |= on;
      limited_.go(on ? 1.f : 0.f, frame, fade_frames_);
      latency_.store(on ? static_cast<uint32_t>(limiter_.latency_frames()) : 0, std::memory_order_relaxed);
      break;
    }
    default:
      break;
  }
}

void Master::set_reverb(SendReverb* reverb, uint64_t frame) noexcept {
  if (outgoing_ != nullptr && retired_ == nullptr) retired_ = outgoing_;
  outgoing_ = reverb_;
  reverb_ = reverb;
  if (reverb_ != nullptr) reverb_->begin(frame);
  reverb_fade_.set(outgoing_ != nullptr ? 0.f : 1.f);
  reverb_fade_.go(1, frame, fade_frames_);
}

void Master::add_reverb(uint64_t frame, float* const* channels, const float* send, uint32_t frames) noexcept {
  const auto add = [&](SendReverb& reverb, bool incoming) {
    reverb.process(frame, send, wet_left_.data(), wet_right_.data(), frames);
    float* left = channels[0];
    float* right = channels[channels_ > 1 ? 1 : 0];
    for (uint32_t i = 0; i < frames; ++i) {
      const float fade = reverb_fade_.at(frame + i);
      const float gain = reverb_gain_.at(frame + i) * (incoming ? fade : 1 - fade);
      left[i] += wet_left_[i] * gain;
      right[i] += wet_right_[i] * gain;
    }
  };
  if (reverb_ != nullptr) add(*reverb_, true);
  if (outgoing_ == nullptr) return;
  add(*outgoing_, false);
  if (!reverb_fade_.moving(frame + frames) && retired_ == nullptr) {
    retired_ = outgoing_;
    outgoing_ = nullptr;
  }
}

void Master::limit(uint64_t frame, float* const* channels, uint32_t frames) noexcept {
  if (!limiter_runs_) return;
  const bool blends = limited_.moving(frame) || limited_.at(frame) < 1;
  if (blends) {
    for (uint32_t c = 0; c < channels_; ++c) std::copy_n(channels[c], frames, dry_[c].data());
  }
  limiter_.process(channels, static_cast<int>(frames));
  reduction_db_.store(limiter_.take_gain_reduction_db(), std::memory_order_relaxed);
  if (!blends) return;
  for (uint32_t c = 0; c < channels_; ++c) {
    for (uint32_t i = 0; i < frames; ++i) {
      const float share = limited_.at(frame + i);
      channels[c][i] = share * channels[c][i] + (1 - share) * dry_[c][i];
    }
  }
  if (limited_.target() == 0 && !limited_.moving(frame + frames)) limiter_runs_ = false;
}

void Master::process(uint64_t frame, float* const* channels, const float* send, uint32_t frames) noexcept {
  add_reverb(frame, channels, send, frames);
  for (uint32_t c = 0; c < channels_; ++c) {
    dc_blockers_[c].process({channels[c], frames});
    for (uint32_t i = 0; i < frames; ++i) channels[c][i] *= gain_.at(frame + i);
  }
  limit(frame, channels, frames);
  float peak = 0;
  for (uint32_t c = 0; c < channels_; ++c) {
    for (uint32_t i = 0; i < frames; ++i) peak = std::max(peak, std::fabs(channels[c][i]));
  }
  meter.add(peak);
}

}  // namespace continuo
