// What a training is asked for and what it tells; without LibTorch, whose headers take half a minute.
#pragma once

#include <cstdint>

namespace continuo::song {

struct NetworkShape {
  int techniques = 1;
  int note_hidden = 128, note_dense = 64;
  int channels = 64, hidden = 128;
};

struct TrainSpec {
  double minutes = 15;                         // a fifth of it for the notes
  int64_t steps = 0;                           // of each tier, if that comes first; 0: no limit
  int64_t note_crops = 32, note_crop = 64;     // sequences a step, notes each
  int64_t frame_crops = 24, frame_crop = 320;  // frames each
  double rate = 2e-3, clip = 1;
  double dropout = 0.3;                             // of the note tier's state
  double forgetting = 0.15;                         // share of frames that do not see the frames before them
  double pitch_noise = 0.02, level_noise_db = 0.7;  // on what a frame sees of those before it
  double checkpoint_minutes = 2;
  int patience = 10;  // judgements without a better held-out loss before a tier is done
  uint64_t seed = 1;
};

struct Progress {
  bool notes = true;  // the tier that trains
  int64_t step = 0;
  double done = 0;                                    // 0..1 of the tier
  double loss = 0, held_out_loss = 0, best_loss = 0;  // nats a note or frame
  double rate = 0, steps_a_second = 0, left_s = 0, elapsed_s = 0;
};

}  // namespace continuo::song
