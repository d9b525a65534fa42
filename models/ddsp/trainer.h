// Training of a DDSP decoder: a warm start on measured controls, then the multi-scale spectral loss.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <random>

#include "models/ddsp/dataset.h"
#include "models/ddsp/network.h"

namespace continuo::ddsp {

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

class Trainer {
 public:
  Trainer(const NetworkShape& shape, const TrainSpec& spec, const Dataset& data);
  // Trains until a limit or until `stop` becomes true, then saves. `progress` is called about once a second.
  void run(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress);
  // Checkpoint: weights, averaged and best weights, optimiser, counters. `load` throws std::runtime_error
  // when the file does not fit.
  void save(const std::filesystem::path& file);
  void load(const std::filesystem::path& file);
  void save_to(const std::filesystem::path& file) { checkpoint_ = file; }
  // Mean multi-scale spectral loss of a network on the held-out clips.
  double evaluate(Network& network) const;
  // The averaged weights with the lowest held-out loss.
  Network& best() { return best_; }
  const Progress& progress() const { return progress_; }
  int64_t skipped_steps() const { return skipped_; }

 private:
  struct Batch {
    torch::Tensor midi, seen_midi, db, audio, amplitudes, noise;
  };
  Batch draw(bool controls);
  bool descend(const torch::Tensor& loss, double rate);
  void average();
  void judge();

  NetworkShape shape_;
  TrainSpec spec_;
  const Dataset& data_;
  std::vector<const Clip*> clips_;
  std::vector<double> ends_;  // running sum of seconds, to draw clips by length
  Network network_, averaged_, best_;
  torch::optim::Adam optimiser_;
  std::filesystem::path checkpoint_;
  std::mt19937 random_;
  Progress progress_;
  int64_t warm_done_ = 0, skipped_ = 0;
  double warm_s_ = 0, spectral_s_ = 0;
};

}  // namespace continuo::ddsp
