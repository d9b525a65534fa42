// A part's channel strip.
#include "engine/audio/strip.h"

#include <algorithm>
#include <cmath>

#include "engine/rt/command.h"

namespace continuo {

namespace {
constexpr double kFadeSeconds = 0.005;
constexpr uint32_t kMinimumRamp =
    64;  // frames: enough that a jump of gain is a ramp, little enough to feel direct
constexpr float kOffDb = -60;
}  // namespace

float gain_from_db(float db) noexcept {
  return db <= kOffDb ? 0.f : std::pow(10.f, db / 20.f);
}

Strip::Strip() noexcept = default;

void Strip::prepare(double rate) noexcept {
  fade_frames_ = static_cast<uint32_t>(rate * kFadeSeconds);
}

void Strip::set(uint16_t parameter, float value, uint64_t frame, uint32_t ramp_frames) noexcept {
  const uint32_t ramp = std::max(ramp_frames, kMinimumRamp);
  switch (parameter) {
    case schema::strip::kGain:
      gain_.go(gain_from_db(value), frame, ramp);
      break;
    case schema::strip::kPan:
      pan_.go(value, frame, ramp);
      break;
    case schema::strip::kMute:
      mute_ = value >= 0.5f;
      open_.go(mute_ || !audible_ ? 0.f : 1.f, frame, fade_frames_);
      break;
    case schema::strip::kSolo:
      solo_ = value >= 0.5f;
      break;
    case schema::strip::kOut:
      first_channel_ = static_cast<uint32_t>(std::max(1.f, value)) - 1;
      break;
    case schema::strip::kSend:
      send_.go(gain_from_db(value), frame, ramp);
      break;
    case schema::strip::kRails:
      rails_ = value >= 0.5f;
      break;
    default:
      break;
  }
}

void Strip::set_audible(bool audible, uint64_t frame) noexcept {
  if (audible == audible_) return;
  audible_ = audible;
  open_.go(mute_ || !audible_ ? 0.f : 1.f, frame, fade_frames_);
}

// Equal power: the sum of squares is 2 at every position, so that the centre is unity on both sides.
void Strip::pan_gains(float pan, float& left, float& right) const noexcept {
  const float angle = (pan + 1.f) * static_cast<float>(M_PI / 4);
  left = std::cos(angle) * static_cast<float>(M_SQRT2);
  right = std::sin(angle) * static_cast<float>(M_SQRT2);
}

void Strip::process(uint64_t frame, std::span<const float> in, float* left, float* right,
                    float* send) noexcept {
  const uint64_t tick = frame - frame % rt::kTickFrames;
  float left0, right0, left1, right1;
  pan_gains(pan_.at(tick), left0, right0);
  if (pan_.moving(tick)) {
    pan_gains(pan_.at(tick + rt::kTickFrames), left1, right1);
  } else {
    left1 = left0, right1 = right0;
  }
  const bool still = !gain_.moving(frame) && !open_.moving(frame) && !send_.moving(frame);
  float gain = gain_.at(frame) * open_.at(frame), send_gain = send_.at(frame), peak = 0;
  for (size_t i = 0; i < in.size(); ++i) {
    if (!still) {
      gain = gain_.at(frame + i) * open_.at(frame + i);
      send_gain = send_.at(frame + i);
    }
    const float along = static_cast<float>(frame - tick + i) * (1.f / rt::kTickFrames);
    const float x = in[i] * gain;
    left[i] = x * (left0 + (left1 - left0) * along);
    right[i] = x * (right0 + (right1 - right0) * along);
    send[i] = x * send_gain;
    peak = std::max(peak, std::max(std::fabs(left[i]), std::fabs(right[i])));
  }
  meter.add(peak);
}

}  // namespace continuo
