// A stream of events: its history, what the network sees of it, the labels.
#include <algorithm>

#include "models/musicrnn/events/representation.h"

namespace continuo::musicrnn {

namespace {

bool has(const std::array<std::uint64_t, 2>& set, int pitch) {
  return (set[static_cast<std::size_t>(pitch) / 64] >> (static_cast<unsigned>(pitch) % 64) & 1u) != 0;
}
void put(std::array<std::uint64_t, 2>& set, int pitch, bool in) {
  auto& word = set[static_cast<std::size_t>(pitch) / 64];
  const auto bit = std::uint64_t{1} << (static_cast<unsigned>(pitch) % 64);
  word = in ? word | bit : word & ~bit;
}

bool is_velocity(const Event& event) {
  return event.code >= kVelocity;
}

}  // namespace

bool Stream::past(int back, Event& event) const noexcept {
  if (back > position_) return false;
  event = back == 1 ? last_ : Event(codes_[static_cast<std::size_t>(position_ - back) % kHistory]);
  return true;
}

void Stream::push(const Event& event) noexcept {
  const bool known = r_->sigmoids() || r_->class_of(event) >= 0;
  codes_[static_cast<std::size_t>(position_) % kHistory] =
      static_cast<std::int16_t>(std::clamp(event.code, -32768, 32767));
  last_ = event;
  ++position_;
  if (known)
    track(event);
  else
    attack_ = false;
}

void Stream::track(const Event& event) noexcept {
  const int code = event.code;
  switch (r_->settings_.vocabulary) {
    case Vocabulary::kMelody:
      track_melody(code);
      break;
    case Vocabulary::kPolyphony:
      if (code >= kNewNote) {
        lowest_ = static_cast<std::int16_t>(code < kContinuedNote ? code - kNewNote : code - kContinuedNote);
        put(held_, lowest_, true);
      } else {
        before_ = code == kStart ? decltype(before_){} : held_;
        held_ = {};
        lowest_ = 128;
      }
      break;
    case Vocabulary::kPerformance:
      if (code < kTimeShift) put(held_, code % kNoteRelease, code < kNoteRelease);
      break;
    case Vocabulary::kDrums:
    case Vocabulary::kPianoRoll:
      break;
  }
}

std::size_t Stream::write_event(const Event& event, int offset, std::span<Active> out) const noexcept {
  if (r_->settings_.view != View::kMultiHot) {
    const int c = r_->class_of(event);
    if (c < 0) return 0;
    out[0] = {offset + c, 1};
    return 1;
  }
  std::size_t n = 0;
  if (r_->settings_.vocabulary == Vocabulary::kPianoRoll) {
    for (int key = 0; key < r_->block_; ++key)
      if (event.key(key)) out[n++] = {offset + key, 1};
    return n;
  }
  if (r_->class_of(event) < 0) return 0;
  const int silence = r_->block_ - 1;
  for (int c = 0; c < silence; ++c)
    if (event.code >> c & 1) out[n++] = {offset + c, 1};
  if (n == 0) out[n++] = {offset + silence, 1};
  return n;
}

std::size_t Stream::input(std::span<Active> out, const Chord& next) const noexcept {
  const Settings& s = r_->settings_;
  std::size_t n = chord_input(s.chords, next, out);
  int offset = chord_inputs(s.chords);
  if (s.view == View::kKey) return n + write_key_view(offset, out.subspan(n));
  Event event = r_->default_event(), repeated;
  past(1, event);
  n += write_event(event, offset, out.subspan(n));
  offset += r_->block_;
  for (const int distance : r_->distances()) {  // what comes next if it repeats
    Event then = r_->default_event();
    past(distance, then);
    n += write_event(then, offset, out.subspan(n));
    offset += r_->block_;
  }
  n += write_counter(offset, out.subspan(n));
  offset += s.counter_bits;
  for (const int distance : r_->distances()) {
    if (past(1 + distance, repeated) && repeated == event) out[n++] = {offset, 1};
    ++offset;
  }
  return n;
}

std::size_t Stream::write_counter(int offset, std::span<Active> out) const noexcept {
  const int bits = r_->settings_.counter_bits;
  for (int b = 0; b < bits; ++b)
    out[static_cast<std::size_t>(b)] = {offset + b, (position_ >> b & 1) != 0 ? 1.f : -1.f};
  return static_cast<std::size_t>(bits);
}

int Stream::label(const Event& next) const noexcept {
  const auto distances = r_->distances();
  const int lookbacks = static_cast<int>(distances.size());
  // Magenta's way to say "as before the beginning"; it holds as long as not every lookback has an event.
  if (lookbacks > 0 && position_ < distances.back() && next == r_->default_event())
    return r_->classes_ + lookbacks - 1;
  for (int i = lookbacks - 1; i >= 0; --i) {
    Event then;
    if (past(distances[static_cast<std::size_t>(i)], then) && then == next) return r_->classes_ + i;
  }
  return r_->class_of(next);
}

Event Stream::event(int label) const noexcept {
  if (r_->sigmoids() || label < r_->classes_) return r_->event_of(label);
  Event then = r_->default_event();
  past(r_->distances_[static_cast<std::size_t>(label - r_->classes_)], then);
  return then;
}

bool Stream::legal(const Event& next) const noexcept {
  const Settings& s = r_->settings_;
  if (r_->sigmoids()) return true;
  if (r_->class_of(next) < 0) return false;
  const int code = next.code;
  switch (s.vocabulary) {
    case Vocabulary::kMelody:
      return code != kNoteOff || sounding_ >= 0;
    case Vocabulary::kPolyphony:
      if (position_ == 0 || code == kStart) return position_ == 0 && code == kStart;
      if (last_.code == kEnd) return false;
      if (code == kStepEnd) return true;
      if (code == kEnd) return last_.code == kStepEnd;
      if (code < kContinuedNote) return code - kNewNote < lowest_;
      return code - kContinuedNote < lowest_ && has(before_, code - kContinuedNote);
    case Vocabulary::kPerformance: {
      if (code < kNoteRelease) return !has(held_, code);
      if (position_ > 0 && is_velocity(last_)) return false;
      if (code < kTimeShift) return has(held_, code - kNoteRelease);
      if (code < kVelocity) return true;
      for (int p = s.min_pitch; p <= s.max_pitch; ++p)
        if (!has(held_, p)) return true;
      return false;
    }
    case Vocabulary::kDrums:
    case Vocabulary::kPianoRoll:
      break;
  }
  return true;
}

}  // namespace continuo::musicrnn
