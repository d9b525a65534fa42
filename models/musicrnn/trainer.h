// Training of a MusicRNN network on event sequences.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <random>
#include <vector>

#include "models/musicrnn/network.h"
#include "models/musicrnn/training.h"
#include "models/musicrnn/tunes.h"

namespace continuo::musicrnn {

class Trainer {
 public:
  // `representation` outlives it. Throws std::runtime_error when there is too little to learn from.
  Trainer(const Representation& representation, const TrainSpec& spec, std::vector<Tune> train,
          std::vector<Tune> held_out);
  // Trains until a limit or until `stop`, then saves. `progress` is called about once a second.
  void run(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress);
  void save_to(const std::filesystem::path& file) { checkpoint_ = file; }
  void save();
  // Throws std::runtime_error when the file does not fit.
  void load();

  // The averaged weights with the lowest held-out loss.
  Network& best() { return best_; }
  Figures judge(Network& network, const std::vector<Tune>& tunes);
  [[nodiscard]] const Progress& progress() const { return progress_; }

 private:
  // What the network sees and is to say of sequences of up to T events after the first.
  struct Batch {
    torch::Tensor x;       // [T, N, inputs]
    torch::Tensor labels;  // [T, N], -1 where there is none
    torch::Tensor events;  // [T, N]: 1 where it is not the default event
  };
  Batch draw();
  void fill(Batch& batch, std::int64_t n, const std::vector<int>& events, std::int64_t from,
            double forgotten);
  Batch empty(std::int64_t length, std::int64_t count) const;
  void average();
  void judge_now();

  const Representation& representation_;
  TrainSpec spec_;
  std::vector<Tune> train_, held_out_;
  Network network_, averaged_, best_;
  torch::optim::AdamW optimiser_;
  std::filesystem::path checkpoint_;
  std::mt19937_64 random_;
  Progress progress_;
  double spent_s_ = 0;
  int worse_ = 0;
};

}  // namespace continuo::musicrnn
