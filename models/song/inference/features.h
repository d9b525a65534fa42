// What the two networks of a song model see and say, as numbers; training and playing share it.
//
// A song has two tiers. The note tier says, note by note: technique, interval from the note before, length,
// rest behind it. The frame tier fills a note with life, frame by frame: whether it is voiced, how far the
// pitch is from the note's (scoops, portamento, vibrato, trills), and the level.
#pragma once
#include <span>

#include "models/song/inference/curve.h"

namespace continuo::song {

// Rests: class 0 is none (below 0.03 s), then logarithmic from 0.03 to 3 s.
inline constexpr int kGaps = 14;
int gap_class(double seconds) noexcept;
double gap_border(int border) noexcept;  // 0..kGaps; border 0 is 0
int first_breath_class() noexcept;       // gaps from here on part phrases

// What the note tier knows when it chooses the next note.
struct NoteInput {
  int interval = -1, length = -1, gap = -1;  // classes of the last note; -1 before the first
  int technique = 0;
  int degree = 0;      // semitones above the tonic, 0..11
  float place = 0;     // in the register: -1 its lowest, 1 its highest pitch
  float phrase_s = 0;  // since the phrase began; 0 when a new one begins
  float phrase_notes = 0;
};
constexpr int note_features(int techniques) {
  return kIntervals + kLengths + kGaps + techniques + 12 + 4;
}
// x: note_features(techniques) values.
void write_features(const NoteInput& input, int techniques, std::span<float> x) noexcept;

// The pitch's distance from the note, semitones: 81 classes, fine near 0, to +-12 at the ends.
inline constexpr int kDeviations = 81;
int deviation_class(float semitones) noexcept;
float deviation_value(float place) noexcept;      // class numbers, fractions allowed
float deviation_scale(float semitones) noexcept;  // -1..1, as the network sees it

// Level: 49 classes of 1.5 dB; class 0 is -72 and below.
inline constexpr int kLevels = 49;
inline constexpr float kLevelStep_db = 1.5f, kLowest_db = -72;
int level_class(float db) noexcept;
float level_value(float place) noexcept;
float level_scale(float db) noexcept;  // 0..1

// What surrounds a frame; times in seconds.
struct FrameInput {
  float deviation = 0, deviation_before = 0;  // of the last two frames, from this frame's note
  float db = -80, db_before = -80;            // of the last two frames
  bool voiced = false;                        // the last frame
  bool sounding = false;                      // within the note; else in the rest behind it
  float since = 0, left = 0;                  // within the note: from its begin, to its end
  float rest_since = 0, rest_left = 0;        // in the rest
  float length_s = 0;                         // of the note
  float from = 0, to = 0;  // semitones from the note before and to the one after, where no rest parts them
  bool joined_before = false, joined_after = false;
  float place = 0, phrase_s = 0;
  int technique = 0;
};
constexpr int frame_features(int techniques) {
  return 32 + techniques;
}
void write_features(const FrameInput& input, int techniques, std::span<float> x) noexcept;

}  // namespace continuo::song
