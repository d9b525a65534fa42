// What a training is asked for and what it tells; without LibTorch, whose headers take half a minute.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace continuo::ddsp {

// A code space that the network is conditioned on, beside pitch and power (inference/config.h).
struct SpaceShape {
  std::string name;      // and the tag of recordings that names its entries: "technique", "singer", "vowel"
  int size = 4;          // floats a code
  int codes = 0;         // of a table: as many as the tag has values
  bool learned = false;  // by an encoder and a vector quantiser; else a table with a code for each value
};

struct NetworkShape {
  int sample_rate = 24000;  // Hz
  int hop = 240;            // samples a control frame
  int channels = 128;
  int hidden = 256;
  int harmonics = 96;
  int noise_bands = 65;
  double reverb_s = 0;             // length of the learned reverb; 0: none
  std::vector<SpaceShape> spaces;  // at most one of them learned
  int encoder_width = 64;

  int space_size() const {
    int sum = 0;
    for (const SpaceShape& space : spaces) sum += space.size;
    return sum;
  }
  const SpaceShape* learned_space() const {
    for (const SpaceShape& space : spaces) {
      if (space.learned) return &space;
    }
    return nullptr;
  }
};

struct TrainSpec {
  double minutes = 30;  // of the spectral stage; ends at whichever limit comes first
  int64_t steps = 1'000'000;
  double warm_minutes = 3;  // of the warm start
  int64_t warm_steps = 1500;
  int crops = 8;  // a step
  int crop_frames = 200;
  int sizes_a_step = 3;         // FFT sizes drawn for a step, of six
  double rate = 1e-3;           // Adam's learning rate, falling to a tenth
  double clip = 3;              // gradient norm
  double pitch_jitter = 1.0;    // standard deviation, semitones: what the network sees is off by it, a crop
  double gain_jitter_db = 1.5;  // standard deviation of a crop's gain; more would part loudness from timbre
  double averaging = 0.999;     // of the weights that are evaluated and kept
  double checkpoint_minutes = 3;
  int patience = 0;              // evaluations without a better one after which it ends; 0: never
  double fine_tune_share = 0.4;  // of the spectral stage: its last part draws from the fine-tuning set
  unsigned seed = 1;
};

struct Progress {
  bool warm = false;
  int64_t step = 0;
  double done = 0;     // 0..1 of this stage
  double stage_s = 0;  // spent in this stage
  double left_s = 0;   // of this stage, as far as can be told
  double loss = 0;     // running mean
  double rate = 0;     // learning rate
  double steps_a_second = 0;
  double elapsed_s = 0;      // of training in all, over resumes
  double held_out_loss = 0;  // of the latest evaluation, 0 before the first
  double best_loss = 0;
};

}  // namespace continuo::ddsp
