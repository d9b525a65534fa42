// Crops drawn for training steps: at random places, balanced over the labels of the learned space.
#pragma once

#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "models/ddsp/space_vectors.h"

namespace continuo::ddsp {

// N crops of T frames.
struct Batch {
  torch::Tensor midi, seen_midi, db;  // [N, T]; seen_midi is what the network hears
  torch::Tensor audio;                // [N, T * hop]
  torch::Tensor amplitudes, noise;    // measured controls, when asked for
  torch::Tensor features;             // [N, T, F], when a space is learned
  std::vector<torch::Tensor> labels;  // a space: [N] int64, an entry's index or -1
};

class Batches {
 public:
  // Throws std::runtime_error when every clip is shorter than a crop.
  Batches(const NetworkShape& shape, const TrainSpec& spec, const Dataset& data);
  // `fine`: mostly of the fine-tuning set, where there is one.
  Batch draw(std::mt19937& random, bool controls, bool fine);
  bool has_fine() const { return !fine_.clips.empty(); }
  const EntryNames& names() const { return names_; }

 private:
  struct Pool {
    std::vector<const Clip*> clips;
    std::vector<double> ends;  // running sum of weights
  };
  const Clip& choose(const Pool& pool, double at) const;

  NetworkShape shape_;
  TrainSpec spec_;
  EntryNames names_;
  Pool all_, fine_;
  std::unordered_map<const Clip*, torch::Tensor> features_;
};

}  // namespace continuo::ddsp
