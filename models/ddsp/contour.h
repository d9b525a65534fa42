// How a technique moves pitch and power: what the code of a frame cannot hold.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "models/ddsp/dataset.h"

namespace continuo::ddsp {

// Of clips that share a label, at `frame_rate` Hz; what is absent is left out:
//   vibrato_hz, vibrato_cents (from the middle to the top), vibrato_delay_s (after the onset)
//   trill_hz, trill_semitones (from the lower to the upper note)
//   tremolo_hz, tremolo_db (from the middle to the top)
//   glide_s, glide_semitones   when most notes slide
//   fry_hz                     when pulses are slower than 80 a second
//   jitter_cents, shimmer_db   standard deviations from frame to frame
// Each is a median over the clips' notes.
nlohmann::json describe_contour(std::span<const Clip* const> clips, double frame_rate);

}  // namespace continuo::ddsp
