// What a model file says about its data besides weights: pitch and power statistics, and the shapes of notes.
//
// The JSON that models/ddsp/inference/config.h reads:
//   "statistics": {"pitch_midi": {p1, p5, p50, p95, p99}, "note_power_db": {p5, p10, p25, p50, p75, p90,
//   p95}} "notes": {"registers": [{"centre_midi", "note_power_db": {...}, "levels": [{"centre_db",
//   "onset_db": [],
//     "onset_cents": [], "sustain_drift_db_per_s", "fluctuation_db", "fluctuation_cents", "fluctuation_hz",
//     "release_db": [], "notes"}]}]}
// Registers are thirds of the notes by pitch; levels their softer and louder half. Arrays: one value a frame.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "models/ddsp/dataset.h"

namespace continuo::ddsp {

// {"statistics": ..., "notes": ...} of recordings at `frame_rate` Hz. Throws std::runtime_error when no note
// of at least 0.3 s is found.
nlohmann::json describe(std::span<const Clip> clips, double frame_rate);

}  // namespace continuo::ddsp
