// What a voice does over time, as curves; the notes in them, and histograms that compare two voices.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace continuo::song {

// One stretch of singing. All lists have one length.
struct Curve {
  double frame_rate = 100;              // frames a second
  std::vector<float> midi;              // 0 where there is no pitch
  std::vector<float> db;                // power; -80 is silence
  std::vector<std::uint8_t> technique;  // index into a list of names; 0 throughout when nothing is known
  std::size_t frames() const noexcept { return midi.size(); }
};

struct SungNote {
  std::size_t begin = 0, end = 0;  // frames, end exclusive
  float midi = 60;                 // median pitch
  std::uint8_t technique = 0;      // at its middle
};

// The notes of a curve: cut at silence (50 dB below full scale, or 35 below the loudest), where the pitch
// leaves a note by more than 0.7 semitones for good, and at dips of 5 dB and more between two syllables. A
// trill is one note on its lower pitch; the way of a glide belongs half to either note.
std::vector<SungNote> find_notes(const Curve& curve);

inline constexpr int kLargestInterval = 16;  // semitones; wider ones count as this
inline constexpr int kIntervals = 2 * kLargestInterval + 1;
inline constexpr int kLengths = 28;
inline constexpr float kShortestNote_s = 0.08f, kLongestNote_s = 6;

// The class of a note's length: logarithmic from 0.08 to 6 s, ends held; and a class's borders (0..kLengths).
int length_class(double seconds) noexcept;
double length_border(int border) noexcept;

// What is compared: shares that sum to 1 (or to 0 without notes).
struct Histograms {
  std::array<double, kIntervals> intervals{};  // from note to note within a phrase, -16 .. 16 semitones
  std::array<double, kLengths> lengths{};
};

struct Measures {
  Histograms histograms;
  int notes = 0, breaths = 0;  // breath: a rest of 0.2 s or more between notes
  double seconds = 0, longest_note_s = 0, median_phrase_s = 0;
  double notes_a_minute() const noexcept { return seconds > 0 ? 60 * notes / seconds : 0; }
};
inline constexpr double kBreath_s = 0.2;

Measures measure(std::span<const Curve> curves);

// The sum of the smaller share of each class: 1 alike, 0 nothing in common.
double overlap(std::span<const double> a, std::span<const double> b) noexcept;

}  // namespace continuo::song
