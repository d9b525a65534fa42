// Notes in a recording's control frames, and the mean shapes of many notes.
#pragma once

#include <span>
#include <vector>

namespace continuo::data {

struct Note {
  std::size_t begin = 0, end = 0;  // frames, end exclusive: from the first to the last frame that sounds
  float midi = 60;                 // median pitch
  float sustain_db = -30;          // median power away from both ends
};

// Runs of sounding frames (above -50 dB and within 40 dB of the recording's loudest), cut where the pitch
// moves by more than 0.7 semitones for good; those shorter than `shortest` frames are left out. All spans
// have one length.
std::vector<Note> find_notes(std::span<const float> midi, std::span<const float> db,
                             std::span<const char> voiced, std::size_t shortest);

// What many notes of one register and level have in common. Arrays hold one value a frame.
struct NoteShapes {
  int notes = 0;
  float centre_db = -30;           // median sustained power
  std::vector<float> onset_db;     // relative to the sustained power, ends at it
  std::vector<float> onset_cents;  // relative to the note's pitch
  float sustain_drift_db_per_s = 0;
  float fluctuation_db = 0;  // standard deviation around the drift
  float fluctuation_cents = 0;
  float fluctuation_hz = 4;
  std::vector<float> release_db;  // relative to the power at the note-off, down to -60; empty when no note of
                                  // the set fades by itself (recordings cut short)
};

// One recording's frames and one note in them.
struct NoteView {
  std::span<const float> midi, db;
  std::span<const char> voiced;
  Note note;
};

// Medians over the notes; `frame_rate` in Hz. Throws std::invalid_argument without notes.
NoteShapes mean_shapes(std::span<const NoteView> notes, double frame_rate);

// The value below which `percent` of the values lie, by linear interpolation. Throws std::invalid_argument
// without values.
float quantile(std::vector<float> values, double percent);

}  // namespace continuo::data
