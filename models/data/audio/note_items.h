// Single notes for NSynth: found, cut and padded to one length, with pitch and velocity.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/data/audio/labels.h"
#include "models/data/audio/measure_recording.h"

namespace continuo::data {

// Pitch and velocity in a name of NSynth's form: "guitar_acoustic_010-060-100".
Known known_from_name(const std::string& stem);

// Any thread. The notes in a sounding stretch, each `note_s` long: from 10 ms before its onset, faded where
// it is cut, silent where it is over. Sets details "pitch" (MIDI number), "level_db" (its loudest frame) and,
// where it is known, "velocity"; a fault for each reason why it is no single steady note.
std::vector<Piece> note_pieces(const Piece& stretch, const Known& known, const Desk& desk);

// 127 for the loudest note, 40 dB less for a tenth of that: 127 * 10^((level - loudest) / 40 dB), 1 to 127.
int velocity_of(double level_db, double loudest_db);

}  // namespace continuo::data
