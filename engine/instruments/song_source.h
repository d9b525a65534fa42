// A voice that sings by itself: a song model plays a DDSP voice.
#pragma once

#include <memory>

#include "engine/instruments/frame_source.h"
#include "models/song/inference/singer.h"

namespace continuo {

class SongSource final : public FrameSource {
 public:
  // Disk thread.
  SongSource(std::shared_ptr<const song::Model> model, double device_rate);

  void start(uint64_t frame, uint32_t seed, const SourceContext& context) noexcept override;
  // kPlay: a player's note is sung at once and held until the next, or until a negative one.
  void express(rt::Expression what, float value, uint64_t frame, uint32_t ramp_frames) noexcept override;
  SourceFrame at(uint64_t frame, const SourceContext& context) noexcept override;

 private:
  // What the voice sings by a seed of its own, or by the part's.
  [[nodiscard]] uint64_t song_of(uint32_t seed) const noexcept {
    return seed > 0 ? seed : 0x5eed0000u + voice_seed_ + 0x10001u * songs_;
  }
  [[nodiscard]] int asked_technique(uint64_t frame, const SourceContext& context) const noexcept;
  [[nodiscard]] song::Controls controls(uint64_t frame, const SourceContext& context) const noexcept;
  // The song's levels are those of its set; this gives the same quantile of the voice's.
  [[nodiscard]] float level(float db, const ddsp::Config& model) const noexcept;

  song::Singer singer_;
  double song_frames_;  // a frame of the device
  uint64_t start_ = 0;
  uint64_t made_ = 0;  // song frames so far
  bool sounded_ = false;
  uint32_t voice_seed_ = 0, songs_ = 0;  // songs_: that this voice has gone to
  uint32_t seed_ = 0;                    // the part's, which sings or comes
  song::Frame before_, after_;
};

// What `controls` do: the part's parameters sing/...; a centre of 0 is the middle of the voice's trained
// range, a range of 0 the song's own. Any thread.
float song_centre(float wanted, const ddsp::Config& model) noexcept;

}  // namespace continuo
