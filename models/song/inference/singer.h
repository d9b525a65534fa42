// A voice that sings by itself: plans notes one ahead, fills them frame by frame, and listens to a player.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "models/song/inference/model.h"
#include "models/song/inference/sampling.h"

namespace continuo::song {

struct Controls {
  float temperature = 1;             // 0: always the likeliest; 1: as the set; up to 2
  float top_p = 1;                   // of notes; frames take at most 0.9
  float centre = 60, range = 9;      // the register: centre, and semitones up and down from it
  float density = 1;                 // share of the set's singing time; less makes rests longer
  float phrase_s = 0;                // seconds from breath to breath; 0: as the set
  float steer_midi = 60, steer = 0;  // draws notes towards a pitch; strength 0..1, 1: nothing else
  int technique = -1;                // index; -1: the song chooses, phrase by phrase
  bool hold = false;                 // the note that sounds goes on
  bool mute = false;                 // sings on without a sound
};

struct Frame {
  float midi = 60;        // goes on through rests
  float db = -80;         // in the levels of the set; -80 is silence
  bool voiced = false;    // has a pitch
  bool sounding = false;  // a note, not a rest
  int technique = 0;
  std::uint32_t note = 0;  // counts notes
};

// One thread at a time; no allocation after prepare(). The same seed, controls and calls give the same song.
class Singer {
 public:
  void prepare(std::shared_ptr<const Model> model);
  void reset(std::uint64_t seed) noexcept;
  // From the next breath on it sings the song of this seed, from its beginning: the same as after reset().
  void go_to(std::uint64_t seed) noexcept { coming_seed_ = seed; }
  const Model& model() const noexcept { return networks_.model(); }

  // The next frame, config().frame_rate a second; about 30 us.
  Frame next(const Controls& controls) noexcept;

  // A player's note: it is sung at once and held until release(); then the song goes on from it.
  void play(float midi) noexcept;
  void release() noexcept;

 private:
  struct Note {
    float pitch = 60;
    int frames = 0, rest = 0;  // how long it sounds, and the rest behind it
    int technique = 0;
    bool joined = false;  // to the next, without a rest
    int interval = -1, length = -1, gap = -1;
  };
  void begin_verse(const Controls& controls) noexcept;
  Note plan(const Controls& controls) noexcept;
  void go_on(const Controls& controls) noexcept;
  [[nodiscard]] bool breathing() const noexcept;
  FrameInput surroundings(const Controls& controls) const noexcept;
  bool breathes(const Note& note) const noexcept { return note.rest >= breath_frames_; }
  int degree(float pitch) const noexcept;

  Networks networks_;
  Random random_;
  std::optional<std::uint64_t> coming_seed_;
  float rate_ = 50;
  int breath_frames_ = 10;

  Note before_, now_, coming_;
  bool has_before_ = false;
  int at_ = 0;         // frames since now_ began; negative before the first note
  int phrase_at_ = 0;  // since the phrase of now_ began
  std::uint32_t notes_ = 0;
  bool played_ = false;  // now_ is a player's and still held

  // Of the line that is planned: up to and with coming_.
  NoteInput line_;
  float line_pitch_ = 60;
  float line_phrase_s_ = 0;
  int line_notes_ = 0, verse_notes_ = 0, tonic_ = 0;
  bool begun_ = false;

  float pitch_1_ = 60, pitch_2_ = 60, db_1_ = -80, db_2_ = -80;  // the networks' last two frames
  bool voiced_1_ = false;
  float out_pitch_[2] = {60, 60}, out_db_[2] = {-80, -80};  // before smoothing
  Frame last_;
};

}  // namespace continuo::song
