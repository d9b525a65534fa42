// Training of both tiers of a song model: notes first, then frames.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <random>
#include <vector>

#include "models/song/examples.h"
#include "models/song/network.h"

namespace continuo::song {

class Trainer {
 public:
  // Throws std::runtime_error when there is too little to learn from.
  Trainer(const NetworkShape& shape, const TrainSpec& spec, std::vector<Example> train,
          std::vector<Example> held_out);
  // Trains until a limit or until `stop`, then saves. `progress` is called about once a second.
  void run(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress);
  void save_to(const std::filesystem::path& file) { checkpoint_ = file; }
  void save();
  // Throws std::runtime_error when the file does not fit.
  void load();

  // The weights with the lowest held-out loss.
  NoteTier& notes() { return best_notes_; }
  FrameTier& frames() { return best_frames_; }
  struct Losses {  // nats, on what is held out (or, without that, on a part of what was learned)
    double technique = 0, interval = 0, length = 0, gap = 0;
    double voiced = 0, deviation = 0, level = 0;
    double notes() const { return technique + interval + length + gap; }
    double frames() const { return voiced + deviation + level; }
  };
  Losses judge(NoteTier& notes, FrameTier& frames, bool of_notes, bool of_frames);
  struct Tier {
    int64_t step = 0;
    double spent_s = 0, best = 1e9, held_out = 0;
    int worse = 0;  // judgements since the best
    bool done = false;
  };
  const Tier& note_progress() const { return note_tier_; }
  const Tier& frame_progress() const { return frame_tier_; }

 private:
  struct NoteBatch {
    torch::Tensor x, technique, interval, length, gap, weight;
  };
  struct FrameBatch {
    torch::Tensor x, chosen, voiced, deviation, level, weight;
  };
  struct Crop {
    const Example* example;
    std::size_t begin, size;
  };
  NoteBatch note_batch(const std::vector<Crop>& crops, int64_t length) const;
  FrameBatch frame_batch(const std::vector<Crop>& crops, int64_t length, bool noise);
  std::vector<Crop> draw(bool notes);
  std::vector<Crop> all_of(const std::vector<Example>& examples, bool notes) const;
  template <typename Step>
  void train(Tier& tier, bool notes, double minutes, torch::optim::Adam& optimiser, Step step,
             const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress);
  void judge_tier(Tier& tier, bool notes);

  NetworkShape shape_;
  TrainSpec spec_;
  std::vector<Example> train_, held_out_;
  std::vector<double> note_ends_, frame_ends_;
  std::vector<std::vector<std::size_t>> phrase_begins_;  // frames, by example
  NoteTier notes_, best_notes_;
  FrameTier frames_, best_frames_;
  torch::optim::Adam note_optimiser_, frame_optimiser_;
  std::filesystem::path checkpoint_;
  std::mt19937_64 random_;
  Tier note_tier_, frame_tier_;
};

}  // namespace continuo::song
