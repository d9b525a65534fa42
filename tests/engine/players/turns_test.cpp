// Whose turn it is.
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/players/turns.h"

using namespace continuo::players;
using Change = Turns::Change;

namespace {

constexpr double kAhead = 0.05;

// The first change from `from` on, and its beat.
std::pair<Change, double> next(Turns& turns, double from, double to, const Bars& bars = {}) {
  for (double beat = from; beat < to; beat += 0.01) {
    const Change change = turns.advance(beat, kAhead, bars);
    if (change != Change::kNone) return {change, beat};
  }
  return {Change::kNone, to};
}

Turns with(const TurnSettings& settings) {
  Turns turns;
  turns.set(settings);
  return turns;
}

}  // namespace

TEST_CASE("A call ends by silence; the answer begins at the next place of the grid, not of the bar") {
  Turns turns = with({.mode = Mode::kCall, .silence_beats = 1, .answer_bars = 2, .grid_beats = 0.5});
  turns.note_on(4);
  turns.note_off(4.4);
  turns.note_on(5);
  CHECK(next(turns, 5, 12).first == Change::kNone);  // a key is held
  turns.note_off(12.3);
  const auto [change, beat] = next(turns, 12.3, 20);
  CHECK(change == Change::kAnswer);
  CHECK(beat == Approx(13.3 - kAhead).margin(0.02));
  REQUIRE(turns.turn());
  CHECK(turns.turn()->call_begin == 4);
  CHECK(turns.turn()->call_end == Approx(12.3));
  CHECK(turns.turn()->answer_begin == Approx(13.5));
  CHECK(turns.turn()->answer_end == Approx(21.5));

  SECTION("the human comes back in: the answer ends at once, and a new call has begun") {
    turns.note_on(15);
    CHECK(turns.advance(15.01, kAhead, {}) == Change::kCancel);
    CHECK_FALSE(turns.turn());
    turns.note_off(15.5);
    CHECK(next(turns, 15.5, 20).first == Change::kAnswer);
    CHECK(turns.turn()->call_begin == 15);
  }
  SECTION("and after it, nothing is answered that nobody played") {
    CHECK(next(turns, 14, 60).first == Change::kNone);
  }
}

TEST_CASE("A call of as many bars as was agreed on; an answer as long as the call") {
  Turns turns = with({.mode = Mode::kCall, .call_bars = 2, .answer_bars = 0, .grid_beats = 1});
  const Bars six_eight{1, 3};
  turns.note_on(3.95);  // means the bar line at 4
  const auto [change, beat] = next(turns, 4, 20, six_eight);
  CHECK(change == Change::kAnswer);
  CHECK(beat == Approx(10 - kAhead).margin(0.02));
  CHECK(turns.turn()->answer_begin == Approx(10));
}

TEST_CASE("A call that ends only when it is told to") {
  Turns turns = with({.mode = Mode::kCall, .silence_beats = 0.5, .by_call_only = true, .answer_bars = 1});
  turns.note_on(0);
  turns.note_off(0.5);
  CHECK(next(turns, 0.5, 30).first == Change::kNone);
  turns.end_call(30.2);
  CHECK(next(turns, 30.2, 31).first == Change::kAnswer);
  CHECK(turns.turn()->answer_begin == 31);
  turns.stop();
  CHECK(turns.advance(31.5, kAhead, {}) == Change::kCancel);
}

TEST_CASE("Trading fours: four bars each, whatever is played into the other's") {
  Turns turns = with({.mode = Mode::kTrade, .answer_bars = 4});
  CHECK(next(turns, 0, 10).first == Change::kNone);  // until somebody begins
  turns.note_on(11.9);                               // means the bar line at 12
  double from = 11.9;
  for (const double begin : {28.0, 60.0, 92.0}) {
    const auto [change, beat] = next(turns, from, begin + 1);
    CHECK(change == Change::kAnswer);
    CHECK(beat == Approx(begin - kAhead).margin(0.02));
    CHECK(turns.turn()->answer_begin == begin);
    CHECK(turns.turn()->answer_end == begin + 16);
    CHECK(turns.turn()->call_begin == begin - 16);
    turns.note_on(begin + 3);
    turns.note_off(begin + 4);
    from = beat + 0.01;
  }
}

TEST_CASE("Accompanying begins at a bar line and has no end; listening answers when asked") {
  Turns turns = with({.mode = Mode::kAccompany});
  CHECK(turns.advance(5.2, kAhead, {}) == Change::kAnswer);
  CHECK(turns.turn()->answer_begin == 8);
  CHECK(std::isinf(turns.turn()->answer_end));
  turns.note_on(9);
  CHECK(next(turns, 9, 40).first == Change::kNone);

  Turns listening = with({.mode = Mode::kListen, .grid_beats = 0.25});
  listening.note_on(1);
  listening.note_off(2);
  CHECK(next(listening, 1, 20).first == Change::kNone);
  listening.ask(20.1, 2);
  CHECK(listening.advance(20.1, kAhead, {}) == Change::kAnswer);
  CHECK(listening.turn()->answer_begin == 20.25);
  CHECK(listening.turn()->answer_end == 28.25);
}

TEST_CASE("A loop goes on until the human plays") {
  Turns turns = with({.mode = Mode::kCall, .answer_bars = 1, .loop = true});
  turns.note_on(0);
  turns.note_off(1);
  REQUIRE(next(turns, 1, 4).first == Change::kAnswer);
  CHECK(next(turns, 4, 33).first == Change::kNone);
  CHECK(turns.turn()->answer_begin == 30);
  turns.note_on(34);
  CHECK(turns.advance(34, kAhead, {}) == Change::kCancel);
}
