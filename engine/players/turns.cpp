#include "engine/players/turns.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace continuo::players {
namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();
constexpr double kEarly_beats = 0.125;  // half a sixteenth
constexpr double kSame = 1e-9;          // beats that differ less are one

double up_to(double beat, double grid) {
  return std::ceil(beat / grid - kSame) * grid;
}

}  // namespace

double Bars::before(double beat) const {
  return origin_beat + std::floor((beat - origin_beat) / bar_beats + kSame) * bar_beats;
}

double Bars::after(double beat) const {
  return origin_beat + std::ceil((beat - origin_beat) / bar_beats - kSame) * bar_beats;
}

void Turns::set(const TurnSettings& settings) {
  if (settings.mode != settings_.mode) {
    trade_begin_.reset();
    waits_ = false;
  }
  settings_ = settings;
}

void Turns::reset() {
  keys_ = 0;
  call_begin_.reset();
  trade_begin_.reset();
  asked_bars_.reset();
  turn_.reset();
  ended_ = interrupted_ = false;
}

void Turns::note_on(double beat) {
  ++keys_;
  last_ = beat;
  waits_ = false;
  if (turn_ && settings_.mode == Mode::kCall) {
    interrupted_ = true;
    call_begin_.reset();
  }
  if (!call_begin_) call_begin_ = beat;
  ended_ = false;
}

void Turns::note_off(double beat) {
  keys_ = std::max(0, keys_ - 1);
  last_ = beat;
}

void Turns::end_call(double beat) {
  if (!call_begin_) return;
  ended_ = true;
  last_ = std::max(last_, beat);
}

void Turns::ask(double beat, double bars) {
  if (!call_begin_) call_begin_ = beat;
  asked_bars_ = bars;
}

void Turns::stop() {
  if (turn_) interrupted_ = true;
  call_begin_.reset();
  asked_bars_.reset();
  trade_begin_.reset();
  ended_ = false;
  waits_ = true;
}

bool Turns::call_ended(double beat, const Bars& bars) const {
  if (!call_begin_) return false;
  if (ended_) return true;
  if (settings_.by_call_only) return false;
  if (settings_.call_bars > 0)
    return beat >= bars.before(*call_begin_ + kEarly_beats) + settings_.call_bars * bars.bar_beats - kSame;
  return keys_ == 0 && beat >= last_ + settings_.silence_beats - kSame;
}

Turns::Change Turns::answer(double earliest, double bars_long, const Bars& bars) {
  Turn turn;
  turn.call_begin = *call_begin_;
  turn.call_end = std::max(last_, *call_begin_);
  turn.answer_begin = up_to(earliest, settings_.grid_beats);
  const double call = up_to(turn.call_end - turn.call_begin, settings_.grid_beats);
  turn.answer_end =
      turn.answer_begin + (bars_long > 0 ? bars_long * bars.bar_beats : std::max(call, settings_.grid_beats));
  turn_ = turn;
  call_begin_.reset();
  ended_ = interrupted_ = false;
  return Change::kAnswer;
}

Turns::Change Turns::trade(double beat, double ahead, const Bars& bars) {
  if (!trade_begin_) {
    if (!call_begin_) return Change::kNone;
    trade_begin_ = bars.before(*call_begin_ + kEarly_beats);
  }
  const double length = std::max(1.0, settings_.answer_bars) * bars.bar_beats;
  // The answer is decided on when it can just be made ready.
  const double now = beat + ahead - *trade_begin_;
  const auto turn = static_cast<long>(std::floor(now / length + kSame));
  if (turn % 2 == 0) return Change::kNone;
  Turn next;
  next.answer_begin = *trade_begin_ + static_cast<double>(turn) * length;
  next.answer_end = next.answer_begin + length;
  next.call_begin = next.answer_begin - length;
  next.call_end = next.answer_begin;
  if (turn_ && turn_->answer_begin == next.answer_begin) return Change::kNone;
  // Come too late for it, as after a change of mode.
  if (beat > next.answer_begin + bars.bar_beats) return Change::kNone;
  call_begin_.reset();
  turn_ = next;
  return Change::kAnswer;
}

Turns::Change Turns::advance(double beat, double ahead, const Bars& bars) {
  if (interrupted_) {
    interrupted_ = false;
    turn_.reset();
    return Change::kCancel;
  }
  if (turn_ && beat >= turn_->answer_end - kSame) {
    if (!settings_.loop || settings_.mode == Mode::kTrade) {
      turn_.reset();
    } else {
      const double length = turn_->answer_end - turn_->answer_begin;
      turn_->answer_begin += length, turn_->answer_end += length;
    }
  }
  if (asked_bars_) {
    const double bars_long = *asked_bars_;
    asked_bars_.reset();
    return answer(beat + ahead, bars_long, bars);
  }
  switch (settings_.mode) {
    case Mode::kListen:
      return Change::kNone;
    case Mode::kCall:
      if (!turn_ && call_ended(beat + ahead, bars)) return answer(beat + ahead, settings_.answer_bars, bars);
      return Change::kNone;
    case Mode::kTrade:
      return trade(beat, ahead, bars);
    case Mode::kAccompany:
      if (turn_ || waits_) return Change::kNone;
      turn_ = Turn{beat, beat, bars.after(beat + ahead), kForever};
      return Change::kAnswer;
  }
  return Change::kNone;
}

}  // namespace continuo::players
