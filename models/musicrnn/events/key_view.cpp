// What attention_rnn sees of a melody: the note that sounds, where it is in the bar, which keys it may be in.
#include <algorithm>

#include "models/musicrnn/events/representation.h"

namespace continuo::musicrnn {

namespace {

// Marks each major key that most of the notes are in; all twelve when there are none.
std::size_t write_keys(const std::array<std::int32_t, 12>& pitch_classes, int offset, std::span<Active> out) {
  constexpr std::array<int, 7> kMajor{0, 2, 4, 5, 7, 9, 11};
  std::array<std::int32_t, 12> votes{};
  for (std::size_t key = 0; key < 12; ++key)
    for (const int degree : kMajor)
      votes[key] += pitch_classes[(key + static_cast<std::size_t>(degree)) % 12];
  const auto most = *std::max_element(votes.begin(), votes.end());
  std::size_t n = 0;
  for (std::size_t key = 0; key < 12; ++key)
    if (votes[key] == most) out[n++] = {offset + static_cast<int>(key), 1};
  return n;
}

}  // namespace

void Stream::track_melody(int code) noexcept {
  if (code == kNoEvent) {
    attack_ = false;
    return;
  }
  if (code == kNoteOff) {  // an attack stays one over a note-off: so was Magenta's model trained
    sounding_ = -1;
    return;
  }
  const auto pitch = static_cast<std::int16_t>(code);
  const auto end = recent_.begin() + recent_count_;
  if (recent_count_ > 0 && pitch != end[-1]) direction_ = pitch > end[-1] ? 1 : -1;
  attack_ = true;
  sounding_ = pitch;
  ++pitch_classes_[static_cast<std::size_t>(pitch) % 12];
  auto out = std::find(recent_.begin(), end, pitch);  // a pitch counts once, at its latest place
  if (out == end && recent_count_ == 3) out = recent_.begin();
  if (out == end)
    ++recent_count_;
  else
    std::move(out + 1, end, out);
  recent_[static_cast<std::size_t>(recent_count_ - 1)] = pitch;
}

std::size_t Stream::write_key_view(int offset, std::span<Active> out) const noexcept {
  const Settings& s = r_->settings_;
  const int pitches = r_->pitches_;
  std::size_t n = 0;
  if (sounding_ > 0) {  // Magenta takes pitch 0 for silence
    out[n++] = {offset + sounding_ - s.min_pitch, 1};
    out[n++] = {offset + pitches, 1};
  } else {
    out[n++] = {offset + pitches + 1, 1};
  }
  if (attack_) out[n++] = {offset + pitches + 2, 1};
  if (direction_ != 0) out[n++] = {offset + pitches + 3, static_cast<float>(direction_)};
  offset += r_->block_;
  for (const int distance : r_->distances()) {
    Event then;
    if (past(1 + distance, then) && then == last_) out[n++] = {offset, 1};
    ++offset;
  }
  n += write_counter(offset, out.subspan(n));
  offset += s.counter_bits;
  if (position_ % s.steps_per_bar == 0) out[n++] = {offset, 1};
  ++offset;
  n += write_keys(pitch_classes_, offset, out.subspan(n));
  std::array<std::int32_t, 12> recent{};
  for (int i = 0; i < recent_count_; ++i)
    ++recent[static_cast<std::size_t>(recent_[static_cast<std::size_t>(i)]) % 12];
  return n + write_keys(recent, offset + 12, out.subspan(n));
}

}  // namespace continuo::musicrnn
