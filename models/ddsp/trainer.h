// Training of a DDSP decoder: a warm start on measured controls, then the multi-scale spectral loss.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <random>

#include "models/ddsp/dataset.h"
#include "models/ddsp/network.h"
#include "models/ddsp/training.h"

namespace continuo::ddsp {

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
