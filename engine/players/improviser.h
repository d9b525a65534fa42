// A partner: hears a human, takes turns, and plays a model's notes on the beats.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include "engine/players/feel.h"
#include "engine/players/generator.h"
#include "engine/players/phrase.h"
#include "engine/players/turns.h"

namespace continuo::players {

// What is to sound, and when.
struct OutNote {
  double beat = 0;
  uint32_t id = 0;  // of the note: its off has the same
  int pitch = 60;
  float velocity = 0;  // 0: off
};

// Chords for an answer: one after another, each of so many beats, from a bar line on, again and again.
struct Progression {
  std::vector<uint32_t> chords;  // as the generator packs them
  double beats = 4;              // of each
};

struct Manner {
  Wishes wishes;
  bool follows = true;    // the human's velocity, accents, swing, and how much there is to play
  float velocity = 0.7f;  // 0..1, where it follows nobody
  double swing = 0.5;     // the same; 0.5: straight
  bool hold = false;      // nothing new: the bars of one turn are repeated
  bool mute = false;      // goes on, unheard
  int transpose = 0;      // semitones
};

// One thread, the player's. It computes ahead of the beat, a few steps each call, so that none takes long;
// what is not played yet is dropped at once when the human comes back in.
class Improviser {
 public:
  explicit Improviser(std::unique_ptr<Generator> generator);

  void set(const TurnSettings& settings) { turns_.set(settings); }
  void set(const Manner& manner) { manner_ = manner; }
  [[nodiscard]] const Manner& manner() const { return manner_; }
  [[nodiscard]] const Turns& turns() const { return turns_; }
  void seed(uint32_t seed);

  // What the human plays; beats as it was meant, latencies taken out.
  void note_on(double beat, int pitch, float velocity);
  void note_off(double beat, int pitch);
  void end_call(double beat) { turns_.end_call(beat); }
  // An answer to what was played, at the next place of the grid.
  void ask(double beat, double bars) { turns_.ask(beat, bars); }
  // The next repetition is new from a place on: 0 its last step, 1 all of it. Without `loop` and `hold` the
  // answer is repeated once for it.
  void mutate(double amount);
  // The answer ends; no other until the human plays or asks.
  void stop() { turns_.stop(); }
  // Null: no chords. The one before comes back.
  void swap(std::unique_ptr<Progression>& progression) { progression_.swap(progression); }
  // Nothing sounds or will, nothing was heard; it waits until the human plays or asks.
  void panic();
  // The same, but an accompaniment begins at once: the transport does.
  void restart();

  // Call each few milliseconds. Up to `steps` of the model are computed; writes what is to sound before beat
  // + ahead, in the order of beats, to `out` and returns how many there are; what does not fit comes with the
  // next call. `ahead`: beats between a note's deciding and its sounding.
  size_t advance(double beat, double ahead, const Bars& bars, std::span<OutNote> out, int steps = 4);

  // The answer as it was generated last.
  [[nodiscard]] const Phrase& answer() const { return answer_; }
  [[nodiscard]] uint64_t answers() const { return answers_; }
  // Beats computed and not yet played.
  [[nodiscard]] double ready_beats(double beat) const;

 private:
  void listen(double beat);
  void begin(const Turn& turn);
  void cancel(double beat);
  void play_step(const Bars& bars);
  size_t repeat(double before, std::span<StepNote, kMostNotes> notes, bool& ends) const;
  [[nodiscard]] Wishes wishes(const Bars& bars) const;
  void plan(double beat, uint32_t id, int pitch, float velocity);
  void end_open();
  void leave_old(double beat);
  // Steps are counted from beat 0.
  [[nodiscard]] double beat_of(int64_t step) const {
    return static_cast<double>(step) / generator_->steps_a_beat();
  }
  [[nodiscard]] int64_t step_of(double beat) const;

  std::unique_ptr<Generator> generator_;
  Turns turns_;
  Manner manner_;
  std::unique_ptr<Progression> progression_;
  Feel feel_;     // the human's, of the call or of late
  Phrase heard_;  // the human's; a note that is down has no length yet
  std::optional<double> silent_since_;

  int64_t next_ = 0;                        // step: what comes before it, the generator has heard or played
  bool aware_ = false;                      // it has heard something
  std::optional<Turn> turn_;                // that is being played
  double length_ = 0;                       // beats, of what a repetition repeats
  double mutate_from_ = 0, mutate_to_ = 0;  // beats, that a repetition makes anew
  Phrase answer_;
  bool open_ = false;  // the last note of answer_ has no end yet
  uint32_t open_id_ = 0;
  struct Place {
    int64_t step;
    std::unique_ptr<Memory> memory;  // before it
  };
  std::deque<Place> places_;       // of the steps that are not over
  std::deque<OutNote> planned_;    // in the order of beats
  std::vector<OutNote> sounding_;  // were sent and have not ended
  uint32_t ids_ = 0;
  uint64_t answers_ = 0;
};

}  // namespace continuo::players
