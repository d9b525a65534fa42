#include "engine/players/improviser.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace continuo::players {
namespace {

constexpr double kReady_beats = 4;    // that are computed ahead
constexpr double kForget_beats = 16;  // of silence, after which a new call is a new beginning
constexpr double kRemembered_beats = 64;
constexpr double kFeel_beats = 8;    // of late, while accompanying
constexpr double kFewOnsets = 0.25;  // a beat: less is no less
constexpr float kMostDensity = 1;
constexpr double kDown = -1;            // the length of a note that has no end yet
constexpr float kModelVelocity = 0.6f;  // the mean of what models say

}  // namespace

Improviser::Improviser(std::unique_ptr<Generator> generator) : generator_(std::move(generator)) {}

void Improviser::seed(uint32_t seed) {
  generator_->seed(seed);
}

int64_t Improviser::step_of(double beat) const {
  return static_cast<int64_t>(std::floor(beat * generator_->steps_a_beat() + 0.5));
}

void Improviser::note_on(double beat, int pitch, float velocity) {
  note_off(beat, pitch);
  if (silent_since_ && beat - *silent_since_ > kForget_beats && !turn_) aware_ = false;
  silent_since_.reset();
  const auto after = std::upper_bound(heard_.begin(), heard_.end(), beat,
                                      [](double b, const PlayedNote& note) { return b < note.beat; });
  heard_.insert(after, {beat, kDown, pitch, velocity});
  turns_.note_on(beat);
}

void Improviser::note_off(double beat, int pitch) {
  bool down = false, found = false;
  for (PlayedNote& note : heard_) {
    if (note.beats != kDown) continue;
    if (note.pitch == pitch) {
      note.beats = std::max(0.0, beat - note.beat);
      found = true;
    } else {
      down = true;
    }
  }
  if (!found) return;
  turns_.note_off(beat);
  if (!down) silent_since_ = beat;
}

// The steps that are over, as the human played them.
void Improviser::listen(double beat) {
  if (turn_) return;
  const int64_t over = static_cast<int64_t>(std::floor(beat * generator_->steps_a_beat() - 0.5));  // the last
  if (!aware_) {
    if (heard_.empty()) return;
    const int64_t first = step_of(heard_.back().beat);
    if (first > over) return;
    generator_->forget();
    next_ = first;
    aware_ = true;
  }
  if (silent_since_ && beat - *silent_since_ > kForget_beats) return;
  // After a long halt nothing but what is late is heard.
  next_ = std::max(next_, over - static_cast<int64_t>(kForget_beats) * generator_->steps_a_beat());
  for (; next_ <= over; ++next_) {
    std::array<StepNote, kMostNotes> notes{};
    size_t count = 0;
    bool sounds = false;
    for (const PlayedNote& note : heard_) {
      const int64_t step = step_of(note.beat);
      if (step == next_ && count < notes.size())
        notes[count++] = {note.pitch, note.velocity, note.beat - beat_of(step), note.beats};
      else if (step < next_)
        sounds = sounds || note.beats == kDown || step_of(note.beat + note.beats) > next_;
    }
    generator_->hear({notes.data(), count}, sounds);
  }
}

void Improviser::begin(const Turn& turn) {
  const int64_t first = step_of(turn.answer_begin);
  if (turn_) cancel(turn.answer_begin);
  if (!aware_) generator_->forget();
  if (!aware_ || next_ < first - static_cast<int64_t>(kForget_beats) * generator_->steps_a_beat())
    next_ = first;
  aware_ = true;
  turn_ = turn;
  length_ = std::isfinite(turn.answer_end) ? turn.answer_end - turn.answer_begin : 0;
  mutate_from_ = mutate_to_ = 0;
  answer_.clear();
  open_ = false;
  if (turn.call_end > turn.call_begin) feel_ = feel_of(heard_, turn.call_begin - 0.25, turn.call_end + 0.25);
  ++answers_;
}

void Improviser::cancel(double beat) {
  std::erase_if(planned_, [&](const OutNote& note) {
    return note.beat >= beat && std::none_of(sounding_.begin(), sounding_.end(),
                                             [&](const OutNote& s) { return s.id == note.id; });
  });
  for (OutNote& note : planned_) note.beat = std::min(note.beat, beat);
  for (const OutNote& note : sounding_) {
    if (std::none_of(planned_.begin(), planned_.end(),
                     [&](const OutNote& off) { return off.id == note.id && off.velocity == 0; }))
      plan(beat, note.id, note.pitch, 0);
  }
  open_ = false;
  // What was computed and is not to be heard was never played; a human's note counts from its own step on.
  const bool interrupted = !heard_.empty() && heard_.back().beats == kDown;
  const double over = interrupted ? std::min(beat, heard_.back().beat) : beat;
  const auto place = std::find_if(places_.begin(), places_.end(), [&](const Place& p) {
    return interrupted ? p.step >= step_of(over) : beat_of(p.step) >= over;
  });
  if (place != places_.end()) {
    generator_->recall(*place->memory);
    next_ = place->step;
  }
  places_.clear();
  turn_.reset();
}

void Improviser::panic() {
  restart();
  turns_.stop();
}

void Improviser::restart() {
  cancel(-std::numeric_limits<double>::infinity());
  planned_.clear();
  for (const OutNote& note : sounding_) planned_.push_back({0, note.id, note.pitch, 0});
  heard_.clear();
  turns_.reset();
  silent_since_.reset();
  aware_ = false;
}

void Improviser::mutate(double amount) {
  if (!turn_ || length_ <= 0) return;
  const double cycles = std::floor((beat_of(next_) - turn_->answer_begin) / length_ + 1e-9) + 1;
  mutate_to_ = turn_->answer_begin + (cycles + 1) * length_;
  mutate_from_ = mutate_to_ - std::clamp(amount, 1.0 / generator_->steps_a_beat() / length_, 1.0) * length_;
  if (std::isfinite(turn_->answer_end)) turn_->answer_end = std::max(turn_->answer_end, mutate_to_);
}

Wishes Improviser::wishes(const Bars& bars) const {
  Wishes wishes = manner_.wishes;
  if (progression_ && !progression_->chords.empty()) {
    const double beat = beat_of(next_);
    const double from = turn_ ? bars.before(turn_->answer_begin) : 0;
    const auto chord =
        static_cast<size_t>(std::max(0.0, std::floor((beat - from) / progression_->beats + 1e-9)));
    wishes.chord = progression_->chords[chord % progression_->chords.size()];
  }
  if (!manner_.follows || turns_.settings().mode != Mode::kAccompany) return wishes;
  // As much as the human: what it plays of late beside what the human plays.
  const double now = beat_of(next_);
  const double own = feel_of(answer_, now - kFeel_beats, now).onsets_a_beat;
  const double lack = std::log2((feel_.onsets_a_beat + kFewOnsets) / (own + kFewOnsets));
  wishes.density = std::clamp(wishes.density + static_cast<float>(lack), -kMostDensity, kMostDensity);
  return wishes;
}

// What sounded so many beats before, once more.
size_t Improviser::repeat(double before, std::span<StepNote, kMostNotes> notes, bool& ends) const {
  size_t count = 0;
  const int64_t from = step_of(beat_of(next_) - before);
  for (const PlayedNote& note : answer_) {
    const int64_t step = step_of(note.beat);
    if (step == from && count < notes.size())
      notes[count++] = {note.pitch, note.velocity, note.beat - beat_of(step), note.beats};
  }
  ends = false;
  return count;
}

void Improviser::play_step(const Bars& bars) {
  const double beat = beat_of(next_);
  places_.push_back({next_, generator_->remember()});
  if (beat < turn_->answer_begin - 1e-9) {  // silence until it begins
    generator_->hear({}, false);
    ++next_;
    return;
  }
  if (turns_.settings().mode == Mode::kAccompany) {
    feel_ = feel_of(heard_, beat - kFeel_beats, beat);
    length_ = std::max(1.0, turns_.settings().answer_bars) * bars.bar_beats;
  }
  std::array<StepNote, kMostNotes> notes{};
  size_t count = 0;
  bool ends = false;
  const bool again = (turns_.settings().loop || manner_.hold || mutate_to_ > beat) && length_ > 0 &&
                     beat - length_ >= turn_->answer_begin - 1e-9 &&
                     (beat < mutate_from_ || beat >= mutate_to_);
  if (again) {
    count = repeat(length_, notes, ends);
    end_open();
    generator_->hear({notes.data(), count}, true);
  } else {
    count = static_cast<size_t>(generator_->play(wishes(bars), notes, ends));
    if (ends || (count > 0 && notes[0].beats < 0)) end_open();
  }
  ++next_;
  for (const StepNote& note : std::span(notes).first(count)) {
    const double place = beat + note.offset;
    answer_.push_back({place, note.beats, note.pitch, note.velocity});
    float velocity = note.velocity >= 0 ? note.velocity : manner_.velocity;
    Feel feel;
    feel.swing = manner_.swing;
    if (manner_.follows && feel_.onsets_a_beat > 0) {
      feel = feel_;
      const auto accent =
          static_cast<size_t>(static_cast<long>(std::floor(beat * kPlaces + 0.5)) & (kPlaces - 1));
      velocity =
          feel_.velocity * (note.velocity >= 0 ? note.velocity / kModelVelocity : feel_.accents[accent]);
    }
    velocity = std::clamp(velocity, 1.f / 127, 1.f);
    const uint32_t id = ++ids_;
    const int pitch = std::clamp(note.pitch + manner_.transpose, 0, 127);
    plan(swung(place, feel), id, pitch, velocity);
    if (note.beats < 0) {
      open_ = true;
      open_id_ = id;
    } else {
      plan(swung(place + std::max(note.beats, 0.02), feel), id, pitch, 0);
    }
  }
  // Old bars are of no use to anybody but a loop.
  const double oldest = beat - std::max(kRemembered_beats, 2 * length_);
  std::erase_if(answer_, [&](const PlayedNote& note) { return note.beat < oldest; });
}

// The note that the model let sound ends before this step.
void Improviser::end_open() {
  if (!open_) return;
  open_ = false;
  PlayedNote& note = answer_.back();
  note.beats = beat_of(next_) - note.beat;
  Feel feel;
  feel.swing = manner_.swing;
  if (manner_.follows && feel_.onsets_a_beat > 0) feel = feel_;
  plan(swung(beat_of(next_), feel), open_id_, std::clamp(note.pitch + manner_.transpose, 0, 127), 0);
}

void Improviser::plan(double beat, uint32_t id, int pitch, float velocity) {
  const OutNote note{beat, id, pitch, velocity};
  // An end comes before a beginning at the same beat.
  const auto place =
      std::upper_bound(planned_.begin(), planned_.end(), note, [](const OutNote& a, const OutNote& b) {
        return a.beat != b.beat ? a.beat < b.beat : (a.velocity == 0) > (b.velocity == 0);
      });
  planned_.insert(place, note);
}

double Improviser::ready_beats(double beat) const {
  return turn_ ? std::max(0.0, beat_of(next_) - std::max(beat, turn_->answer_begin)) : 0;
}

void Improviser::leave_old(double beat) {
  while (places_.size() > 1 && beat_of(places_.front().step) < beat - 1) places_.pop_front();
  std::erase_if(heard_, [&](const PlayedNote& note) {
    return note.beats != kDown && note.beat + note.beats < beat - kRemembered_beats;
  });
}

size_t Improviser::advance(double beat, double ahead, const Bars& bars, std::span<OutNote> out, int steps) {
  listen(beat);
  switch (turns_.advance(beat, ahead, bars)) {
    case Turns::Change::kAnswer:
      begin(*turns_.turn());
      break;
    case Turns::Change::kCancel:
      cancel(beat);
      break;
    case Turns::Change::kNone:
      break;
  }
  if (turn_) {
    const double end = turns_.settings().loop ? std::numeric_limits<double>::infinity() : turn_->answer_end;
    for (; steps > 0 && beat_of(next_) < end - 1e-9 &&
           beat_of(next_) < std::max(beat + ahead, turn_->answer_begin) + kReady_beats;
         --steps)
      play_step(bars);
    if (beat_of(next_) >= end - 1e-9) {
      end_open();
      if (beat + ahead >= end) turn_.reset();
    }
  }
  size_t count = 0;
  while (count < out.size() && !planned_.empty() && planned_.front().beat < beat + ahead) {
    const OutNote note = planned_.front();
    planned_.pop_front();
    if (note.velocity > 0) {
      if (manner_.mute) continue;
      sounding_.push_back(note);
    } else if (std::erase_if(sounding_, [&](const OutNote& s) { return s.id == note.id; }) == 0) {
      continue;
    }
    out[count++] = note;
  }
  leave_old(beat);
  return count;
}

}  // namespace continuo::players
