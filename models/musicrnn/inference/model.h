// A MusicRNN network as packed kernels, and one event of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/io/safetensors.h"
#include "models/musicrnn/events/representation.h"
#include "models/nn/lstm.h"

namespace continuo::musicrnn {

struct Config {
  std::string name;
  Settings settings;       // of its representation
  std::vector<int> cells;  // LSTM layers, 1 to 8 of 1 to 4,096 units
  int attention = 0;       // steps of output that the whole stack attends to (TensorFlow's
                           // AttentionCellWrapper around it: Bahdanau et al., 2014); 0: none
  std::string source, licence;
};

// Any thread. Of a model file's metadata. Throws io::Error that says what is wrong and what would be right.
Config parse_config(const std::string& text, const std::string& file);

// Where a sequence is: what the network remembers, and what it expects now. A copy is a fork.
struct State {
  nn::Floats memory;  // c and h of each layer
  nn::Floats logits;  // of the next event's labels
  nn::Floats context, outputs,
      keys;        // attention: what it took last; the outputs of late, and what each is asked by
  int oldest = 0;  // of the outputs
};

// Weights, packed once. Immutable after loading; shared by all who play with it.
class Model {
 public:
  // Disk thread. Reads, checks and packs a file. Throws io::Error with the reason when anything is wrong.
  static std::shared_ptr<const Model> load(const std::string& path);
  static std::shared_ptr<const Model> from(const io::Safetensors& file);

  const Config& config() const noexcept { return config_; }
  const Representation& representation() const noexcept { return representation_; }
  // Of a sequence's beginning. Allocates.
  State start() const;
  // Any thread, no allocation. What the network sees of the last event; the next one's logits are in `state`
  // then. `scratch`: scratch_floats(), aligned to 64 bytes.
  void step(std::span<const nn::Element> input, State& state, float* scratch) const noexcept;
  std::size_t scratch_floats() const noexcept;

 private:
  Model(Config config, const io::Safetensors& file);

  struct Attention {
    nn::Floats input_rows;  // [inputs][inputs]: of the elements
    nn::Matrix input_context, keys, query, output;
    std::vector<float> scores;
  };
  void attend(State& state, float* scratch, const float* top) const noexcept;

  Config config_;
  Representation representation_;
  std::vector<nn::Lstm> cells_;
  Attention attention_;
  nn::Matrix out_;
};

}  // namespace continuo::musicrnn
