// A voice that is played by a stream of f0 and level: what OSC sends as it comes, or a file's curves.
#pragma once

#include "engine/instruments/frame_source.h"
#include "engine/rt/ramped.h"

namespace continuo {

// kPlay sets the pitch (below 0: none, the voice is silent), kLevel the power as the model hears it, each
// over its ramp. When nothing has come for `stream/timeout` seconds after that, the voice is released.
class StreamSource final : public FrameSource {
 public:
  explicit StreamSource(double device_rate) : rate_(device_rate) {}

  void start(uint64_t frame, uint32_t seed, const SourceContext& context) noexcept override;
  void express(rt::Expression what, float value, uint64_t frame, uint32_t ramp_frames) noexcept override;
  SourceFrame at(uint64_t frame, const SourceContext& context) noexcept override;

 private:
  double rate_;
  rt::Ramped midi_{60}, db_{-80};
  bool voiced_ = false, pitched_ = false;  // now; ever
  uint64_t silent_since_ = 0, heard_ = 0;
};

}  // namespace continuo
