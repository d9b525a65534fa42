// Training of a DDSP decoder: a warm start on measured controls, then the multi-scale spectral loss.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <random>

#include "models/ddsp/batches.h"
#include "models/ddsp/dataset.h"
#include "models/ddsp/network.h"
#include "models/ddsp/space_vectors.h"
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
  // Names of each space's entries.
  const EntryNames& names() const { return batches_.names(); }
  // Mean multi-scale spectral loss of a network on the held-out clips.
  double evaluate(Network& network) const;
  // The averaged weights with the lowest held-out loss.
  Network& best() { return best_; }
  const Progress& progress() const { return progress_; }
  int64_t skipped_steps() const { return skipped_; }

 private:
  struct Space {
    torch::Tensor vectors;  // [N, T, S], undefined without spaces
    torch::Tensor loss;     // of the codes, undefined when none are learned
  };
  Space space(const Batch& batch, bool warm);
  void start_encoder();
  void start_codes();
  bool descend(const torch::Tensor& loss, double rate);
  void average();
  void judge();

  NetworkShape shape_;
  TrainSpec spec_;
  const Dataset& data_;
  Batches batches_;
  Network network_, averaged_, best_;
  torch::nn::Linear probe_{nullptr};  // reads the label off the codes, so that they tell of it
  torch::optim::Adam optimiser_;
  std::filesystem::path checkpoint_;
  std::mt19937 random_;
  Progress progress_;
  int64_t warm_done_ = 0, skipped_ = 0;
  int without_better_ = 0;  // evaluations
  double warm_s_ = 0, spectral_s_ = 0;
};

}  // namespace continuo::ddsp
