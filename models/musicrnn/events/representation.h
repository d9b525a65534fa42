// How a sequence of musical events becomes a network's inputs and labels, and back.
//
// The rules are note-seq's (encoder_decoder.py, melody_encoder_decoder.py, drums_encoder_decoder.py,
// polyphony and performance likewise; reference musicrnn.md, section 4.2 and appendix C).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/musicrnn/events/chord.h"
#include "models/musicrnn/events/event.h"

namespace continuo::musicrnn {

enum class Vocabulary : std::uint8_t { kMelody, kDrums, kPolyphony, kPerformance, kPianoRoll };

enum class View : std::uint8_t {
  kOneHot,    // the event's class
  kMultiHot,  // drums: a bit a class, and one for silence; piano roll: a bit a key
  kKey,       // melody: what attention_rnn sees: pitch that sounds, attack, direction, counters, keys
};

// What a model file says of its representation (settings_json.h).
struct Settings {
  std::string name = "basic";  // the preset that it came from
  Vocabulary vocabulary = Vocabulary::kMelody;
  View view = View::kOneHot;
  int min_pitch = 48, max_pitch = 83;  // both inclusive; melody, polyphony and performance
  std::vector<int> distances;          // of lookbacks, steps, ascending, at most 4 of at most 128
  int counter_bits = 0;                // at most 16
  ChordInput chords = ChordInput::kNone;
  int steps_per_quarter = 4, steps_per_bar = 16;  // performance: steps of 10 ms instead
  int velocity_bins = 0, max_shift = 100;         // performance: 0 or 1..127, 1..100
  Compatibility compatibility = Compatibility::kNone;
};

// With Magenta's numbers where it has such a model; inputs and labels:
//   basic 38 38, mono 130 130, lookback 121 40, key (its attention_rnn) 74 40,
//   improv 87 38, key_improv 123 40, chord_pitches_improv 75 38,
//   drums (its drum_kit) 518 512, drums_one_hot 512 512, drums_multi_hot 10 512, drums_lookback 1543 514,
//   polyphony 259 259, performance 356 356, performance_with_dynamics 388 388, piano_roll 88 88
// Throws std::invalid_argument that lists the names.
Settings preset(std::string_view name);
std::span<const std::string_view> preset_names();

// Immutable. Any thread.
class Representation {
 public:
  // Throws std::invalid_argument when the settings do not fit together, and says which.
  explicit Representation(const Settings& settings = {});

  const Settings& settings() const noexcept { return settings_; }
  int inputs() const noexcept { return inputs_; }  // width of the input vector, the chord's part first
  int labels() const noexcept { return labels_; }  // classes of the softmax, or number of sigmoids
  bool sigmoids() const noexcept { return settings_.vocabulary == Vocabulary::kPianoRoll; }
  int most_active() const noexcept { return most_active_; }  // entries that Stream::input() writes at most

  int classes() const noexcept { return classes_; }  // of events, without labels that repeat
  int class_of(const Event& event) const noexcept;   // -1: the vocabulary has no such event
  Event event_of(int event_class) const noexcept;    // its inverse; 0 <= event_class < classes()
  Event default_event() const noexcept;              // what "event accuracy" leaves out
  std::span<const int> distances() const noexcept { return {distances_.data(), distance_count_}; }

 private:
  friend class Stream;
  Settings settings_;
  std::array<int, 4> distances_{};
  std::size_t distance_count_ = 0;
  int classes_ = 0, block_ = 0, inputs_ = 0, labels_ = 0, most_active_ = 0, pitches_ = 0;
};

// The history that a representation needs. A copy forks it: no heap, about 700 bytes. One thread at a time;
// nothing allocates. The representation must outlive it.
class Stream {
 public:
  explicit Stream(const Representation& representation) noexcept : r_(&representation) {}

  void reset() noexcept { *this = Stream(*r_); }
  // The history grows by one event. Those outside the vocabulary count, but are not seen.
  void push(const Event& event) noexcept;
  // What the network sees before it predicts the next event, which sounds with `next`. At least one event
  // must have been pushed. Returns how many entries it wrote; out.size() >= most_active().
  std::size_t input(std::span<Active> out, const Chord& next = {}) const noexcept;
  // The class that the next event has, given the history; -1 when the vocabulary has none. Softmax only:
  // with sigmoids the event's keys are the labels.
  int label(const Event& next) const noexcept;
  // Its inverse: the event that a label stands for now. 0 <= label < labels().
  Event event(int label) const noexcept;
  // Whether the event may come now: a note-off only where a note sounds, a step's pitches downwards, after
  // kVelocity a note. Some event always may, until kEnd.
  bool legal(const Event& next) const noexcept;
  int position() const noexcept { return position_; }  // events pushed

 private:
  static constexpr std::size_t kHistory = 129;  // the farthest lookback, and one for what repeats
  // The event `back` positions before the end, 1 = the last one; nothing before the beginning.
  bool past(int back, Event& event) const noexcept;
  std::size_t write_event(const Event& event, int offset, std::span<Active> out) const noexcept;
  std::size_t write_counter(int offset, std::span<Active> out) const noexcept;
  std::size_t write_key_view(int offset, std::span<Active> out) const noexcept;
  void track(const Event& event) noexcept;
  void track_melody(int code) noexcept;

  const Representation* r_;
  int position_ = 0;
  std::array<std::int16_t, kHistory> codes_{};
  Event last_;
  // Melody.
  std::int16_t sounding_ = -1;
  std::int8_t direction_ = 0;
  bool attack_ = false;
  std::array<std::int16_t, 3> recent_{};  // the last distinct pitches, the newest last
  std::int8_t recent_count_ = 0;
  std::array<std::int32_t, 12> pitch_classes_{};
  // Polyphony and performance: which pitches sound, and those of the step before.
  std::array<std::uint64_t, 2> held_{}, before_{};
  std::int16_t lowest_ = 128;  // of this step so far
};

}  // namespace continuo::musicrnn
