// Whose turn it is: when a call ends, when the answer begins and ends, and when it gives way.
#pragma once

#include <cstdint>
#include <optional>

namespace continuo::players {

enum class Mode : uint8_t {
  kListen,     // hears, and answers when asked (answer())
  kCall,       // answers each call; the human playing into an answer ends it
  kTrade,      // bars for the human, then as many for the player, from the bar of the first note on
  kAccompany,  // plays all the time
};

struct TurnSettings {
  Mode mode = Mode::kListen;
  double silence_beats = 1;   // kCall: without a key down, that end a call
  int call_bars = 0;          // kCall, not 0: a call lasts so many bars, from the one in which it begins
  bool by_call_only = false;  // kCall: neither silence nor bars end it, end_call() does
  double answer_bars = 2;     // kTrade: of every turn. 0: as long as the call, in whole grid units
  double grid_beats = 1;      // an answer begins at a multiple of it
  bool loop = false;          // an answer is repeated: kCall until the human plays, kListen until stop()
};

// Beats; a human's note up to `half_step` early belongs to the bar that it meant.
struct Turn {
  double call_begin = 0, call_end = 0;      // what is to be answered: [begin, end)
  double answer_begin = 0, answer_end = 0;  // end is infinite while accompanying
  friend bool operator==(const Turn&, const Turn&) = default;
};

// A metre, as the place of the bar line before a beat and the length of its bar.
struct Bars {
  double origin_beat = 0;  // a bar line
  double bar_beats = 4;
  [[nodiscard]] double before(double beat) const;  // the bar line at or before it
  [[nodiscard]] double after(double beat) const;   // at or after it
};

// One thread. Beats never run backwards; reset() when the transport jumps.
class Turns {
 public:
  void set(const TurnSettings& settings);
  [[nodiscard]] const TurnSettings& settings() const { return settings_; }
  void reset();

  // The human's keys.
  void note_on(double beat);
  void note_off(double beat);
  // The call has ended: a pedal, a message.
  void end_call(double beat);
  // An answer of so many bars to what was played, now; any mode.
  void ask(double beat, double bars);
  // No answer any more, until the human plays or asks.
  void stop();

  enum class Change : uint8_t { kNone, kAnswer, kCancel };
  // `ahead`: an answer can begin so many beats after `beat` at the earliest. kAnswer: turn() is what is to
  // be played now; kCancel: nothing more of it.
  Change advance(double beat, double ahead, const Bars& bars);
  // The answer that was decided on last and has not ended; nothing otherwise.
  [[nodiscard]] const std::optional<Turn>& turn() const { return turn_; }

 private:
  [[nodiscard]] bool call_ended(double beat, const Bars& bars) const;
  Change answer(double earliest, double bars_long, const Bars& bars);
  Change trade(double beat, double ahead, const Bars& bars);

  TurnSettings settings_;
  int keys_ = 0;
  std::optional<double> call_begin_;  // of what was not answered yet
  double last_ = 0;                   // note on or off
  bool ended_ = false;                // the call, by end_call()
  bool interrupted_ = false;          // the human played into the answer
  bool waits_ = false;                // for the human: it was stopped
  std::optional<double> asked_bars_;
  std::optional<double> trade_begin_;
  std::optional<Turn> turn_;
};

}  // namespace continuo::players
