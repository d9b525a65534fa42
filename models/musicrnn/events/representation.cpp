// The classes of a vocabulary, and the widths that follow from them.
#include "models/musicrnn/events/representation.h"

#include <stdexcept>

#include "models/musicrnn/events/drum_kit.h"

namespace continuo::musicrnn {

namespace {

constexpr int kKeys = 88, kLowestKey = 21;

void require(bool ok, const Settings& s, const char* what) {
  if (!ok) throw std::invalid_argument("representation \"" + s.name + "\": " + what);
}

void check(const Settings& s) {
  const bool melody = s.vocabulary == Vocabulary::kMelody, drums = s.vocabulary == Vocabulary::kDrums,
             roll = s.vocabulary == Vocabulary::kPianoRoll,
             performance = s.vocabulary == Vocabulary::kPerformance;
  require(0 <= s.min_pitch && s.min_pitch <= s.max_pitch && s.max_pitch <= 127, s,
          "the pitches are to be 0 to 127, the lowest first");
  require(s.view != View::kKey || melody, s, "only a melody can be seen with its key");
  require(s.view != View::kMultiHot || drums || roll, s, "only drums and a piano roll are seen as sets");
  require(s.view == View::kMultiHot || !roll, s, "a piano roll can only be seen as a set");
  require(!roll || (s.min_pitch == kLowestKey && s.max_pitch == kLowestKey + kKeys - 1), s,
          "a piano roll has the pitches 21 to 108");
  require(!roll || s.distances.empty(), s, "a piano roll has no lookbacks");
  require(s.distances.size() <= 4, s, "there are at most 4 lookbacks");
  int before = 0;
  for (const int d : s.distances) {
    require(d > before && d <= 128, s, "lookbacks are to be 1 to 128 steps, the nearest first");
    before = d;
  }
  require(s.counter_bits >= 0 && s.counter_bits <= 16, s, "a counter has at most 16 bits");
  require(s.steps_per_quarter >= 1 && s.steps_per_quarter <= 96, s, "a quarter has 1 to 96 steps");
  require(s.steps_per_bar >= 1 && s.steps_per_bar <= 1024, s, "a bar has 1 to 1024 steps");
  require(s.velocity_bins >= 0 && s.velocity_bins <= 127, s, "there are 0 to 127 velocities");
  require(s.velocity_bins == 0 || performance, s, "only a performance has velocities");
  require(s.max_shift >= 1 && s.max_shift <= kVelocity - kTimeShift, s, "a time shift has 1 to 100 steps");
}

}  // namespace

Representation::Representation(const Settings& settings) : settings_(settings) {
  check(settings);
  for (const int d : settings.distances) distances_[distance_count_++] = d;
  const int lookbacks = static_cast<int>(distance_count_);
  pitches_ = settings.max_pitch - settings.min_pitch + 1;
  switch (settings.vocabulary) {
    case Vocabulary::kMelody:
      classes_ = pitches_ + 2;
      break;
    case Vocabulary::kDrums:
      classes_ = 1 << kDrumClasses;
      break;
    case Vocabulary::kPolyphony:
      classes_ = kNewNote + 2 * pitches_;
      break;
    case Vocabulary::kPerformance:
      classes_ = 2 * pitches_ + settings.max_shift + settings.velocity_bins;
      break;
    case Vocabulary::kPianoRoll:
      classes_ = kKeys;
      break;
  }
  labels_ = classes_ + lookbacks;
  const int chord = chord_inputs(settings.chords);
  const int most_of_chord = settings.chords == ChordInput::kNone ? 0 : 15;
  if (settings.view == View::kKey) {
    block_ = pitches_ + 4;  // any note, silence, attack, direction
    inputs_ = chord + block_ + lookbacks + settings.counter_bits + 1 + 24;
    most_active_ = most_of_chord + 4 + lookbacks + settings.counter_bits + 1 + 24;
    return;
  }
  block_ = classes_;
  if (settings.view == View::kMultiHot && settings.vocabulary == Vocabulary::kDrums)
    block_ = kDrumClasses + 1;
  inputs_ = chord + block_ * (1 + lookbacks) + settings.counter_bits + lookbacks;
  most_active_ = most_of_chord + (settings.view == View::kMultiHot ? block_ : 1) * (1 + lookbacks) +
                 settings.counter_bits + lookbacks;
}

int Representation::class_of(const Event& event) const noexcept {
  const int code = event.code, low = settings_.min_pitch;
  const auto in_range = [&](int pitch) { return pitch >= low && pitch <= settings_.max_pitch; };
  switch (settings_.vocabulary) {
    case Vocabulary::kMelody:
      if (code == kNoEvent || code == kNoteOff)  // attention_rnn has them behind the pitches
        return settings_.view == View::kKey ? pitches_ + code - kNoEvent : code - kNoEvent;
      if (!in_range(code)) return -1;
      return settings_.view == View::kKey ? code - low : code - low + 2;
    case Vocabulary::kDrums:
      return code >= 0 && code < classes_ ? code : -1;
    case Vocabulary::kPolyphony:
      if (code >= kStart && code < kNewNote) return code;
      if (code >= kNewNote && code < kContinuedNote) return in_range(code - kNewNote) ? code - low : -1;
      return in_range(code - kContinuedNote) ? kNewNote + pitches_ + code - kContinuedNote - low : -1;
    case Vocabulary::kPerformance:
      if (code >= kNoteOn && code < kNoteRelease) return in_range(code) ? code - low : -1;
      if (code >= kNoteRelease && code < kTimeShift)
        return in_range(code - kNoteRelease) ? pitches_ + code - kNoteRelease - low : -1;
      if (code >= kTimeShift && code < kVelocity)
        return code - kTimeShift < settings_.max_shift ? 2 * pitches_ + code - kTimeShift : -1;
      if (code >= kVelocity && code - kVelocity < settings_.velocity_bins)
        return 2 * pitches_ + settings_.max_shift + code - kVelocity;
      return -1;
    case Vocabulary::kPianoRoll:
      return -1;  // a set of them
  }
  return -1;
}

Event Representation::event_of(int event_class) const noexcept {
  const int low = settings_.min_pitch;
  switch (settings_.vocabulary) {
    case Vocabulary::kMelody:
      if (settings_.view == View::kKey)
        return event_class < pitches_ ? event_class + low : event_class - pitches_ + kNoEvent;
      return event_class < 2 ? event_class + kNoEvent : event_class - 2 + low;
    case Vocabulary::kDrums:
      return event_class;
    case Vocabulary::kPolyphony:
      if (event_class < kNewNote) return event_class;
      if (event_class < kNewNote + pitches_) return event_class + low;
      return event_class - kNewNote - pitches_ + kContinuedNote + low;
    case Vocabulary::kPerformance:
      if (event_class < pitches_) return kNoteOn + event_class + low;
      if (event_class < 2 * pitches_) return kNoteRelease + event_class - pitches_ + low;
      event_class -= 2 * pitches_;
      return event_class < settings_.max_shift ? kTimeShift + event_class
                                               : kVelocity + event_class - settings_.max_shift;
    case Vocabulary::kPianoRoll: {
      Event event;
      event.set_key(event_class);
      return event;
    }
  }
  return {};
}

Event Representation::default_event() const noexcept {
  switch (settings_.vocabulary) {
    case Vocabulary::kDrums:
      return 0;
    case Vocabulary::kPolyphony:
      return kStepEnd;
    case Vocabulary::kPerformance:
      return kTimeShift + settings_.max_shift - 1;
    case Vocabulary::kMelody:
    case Vocabulary::kPianoRoll:
      break;
  }
  return {};
}

}  // namespace continuo::musicrnn
