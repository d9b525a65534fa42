// What a training is asked for and what it tells; without LibTorch, whose headers take half a minute.
#pragma once

#include <cstdint>
#include <vector>

namespace continuo::musicrnn {

struct TrainSpec {
  std::vector<int> cells{128, 128};  // LSTM layers
  double minutes = 15;
  std::int64_t steps = 0;  // if that comes first; 0: no limit
  std::int64_t batch = 64, length = 128;
  double rate = 2e-3, clip = 3;
  double dropout = 0.4;        // of what leaves each layer
  double input_dropout = 0.1;  // of whole events that the network sees
  double weight_decay = 1e-4;
  double average = 0.998;  // of the weights that are kept
  double checkpoint_minutes = 2;
  int patience = 12;  // judgements without a better held-out loss
  std::uint64_t seed = 1;
};

struct Progress {
  std::int64_t step = 0;
  double done = 0;                                    // 0..1
  double loss = 0, held_out_loss = 0, best_loss = 0;  // nats a step
  double rate = 0, steps_a_second = 0, left_s = 0, elapsed_s = 0;
};

// On sequences that were not trained on, the first event of each left out.
struct Figures {
  double nats = 0;            // a step
  double accuracy = 0;        // the likeliest event is the one that came
  double event_accuracy = 0;  // the same, of events other than the default one
  std::int64_t steps = 0;
  [[nodiscard]] double perplexity() const;
};

}  // namespace continuo::musicrnn
