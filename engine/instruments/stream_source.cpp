// A voice that is played by a stream.
#include "engine/instruments/stream_source.h"

#include <algorithm>

namespace continuo {

namespace {
constexpr double kFadeSeconds = 0.03;  // where the pitch ends
}

void StreamSource::start(uint64_t frame, uint32_t, const SourceContext&) noexcept {
  voiced_ = pitched_ = false;
  heard_ = silent_since_ = frame;
}

void StreamSource::express(rt::Expression what, float value, uint64_t frame, uint32_t ramp_frames) noexcept {
  heard_ = std::max(heard_, frame + ramp_frames);
  if (what == rt::Expression::kLevel) {
    if (pitched_ && voiced_) {
      db_.go(value, frame, ramp_frames);
    } else {
      db_.set(value);
    }
  } else if (what == rt::Expression::kPlay) {
    if (value < 0) {
      if (voiced_) silent_since_ = frame;
      voiced_ = false;
      return;
    }
    // After silence a pitch is there at once: no glide from the last one.
    if (voiced_) {
      midi_.go(value, frame, ramp_frames);
    } else {
      midi_.set(value);
    }
    voiced_ = pitched_ = true;
  }
}

SourceFrame StreamSource::at(uint64_t frame, const SourceContext& context) noexcept {
  SourceFrame out;
  const double timeout =
      static_cast<double>(context.controls.at(schema::ddsp::kStreamTimeout, frame)) * rate_;
  out.ended = frame > heard_ && static_cast<double>(frame - heard_) > timeout;
  out.midi = midi_.at(frame);
  const float floor = context.model.power_floor_db;
  out.db = std::max(floor, db_.at(frame));
  if (!voiced_) {
    const double gone = static_cast<double>(frame - std::min(frame, silent_since_)) / (kFadeSeconds * rate_);
    out.db = pitched_ && gone < 1 ? out.db + static_cast<float>(gone) * (floor - out.db) : floor;
  }
  return out;
}

}  // namespace continuo
