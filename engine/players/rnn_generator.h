// A MusicRNN model as what a player plays with.
#pragma once

#include "engine/players/generator.h"
#include "models/musicrnn/inference/model.h"
#include "models/musicrnn/inference/sampling.h"

namespace continuo::players {

// "C Am F G7": as wishes carry them. Throws std::runtime_error that names what is no chord.
std::vector<uint32_t> pack_chords(const std::string& symbols);

// Melodies and drums. Notes outside the model's pitches are heard an octave or more nearer.
class RnnGenerator final : public Generator {
 public:
  // Throws std::runtime_error for a model of another vocabulary.
  explicit RnnGenerator(std::shared_ptr<const musicrnn::Model> model);

  [[nodiscard]] int steps_a_beat() const override { return settings().steps_per_quarter; }
  void seed(uint32_t seed) override { chance_.state = seed; }
  void forget() override;
  void hear(std::span<const StepNote> notes, bool sounds) override;
  int play(const Wishes& wishes, std::span<StepNote, kMostNotes> notes, bool& ends) override;
  [[nodiscard]] std::unique_ptr<Memory> remember() const override;
  void recall(const Memory& memory) override;

 private:
  static constexpr size_t kRecent = 8;  // pitches of late
  struct Now final : Memory {
    Now(const musicrnn::Representation& representation, musicrnn::State begin)
        : stream(representation), state(std::move(begin)) {}
    musicrnn::Stream stream;
    musicrnn::State state;
    bool seen = true;     // the network has seen the last event
    bool sounds = false;  // a note of the melody
    std::array<int, kRecent> recent{};
    size_t played = 0;
  };
  [[nodiscard]] const musicrnn::Settings& settings() const { return model_->config().settings; }
  [[nodiscard]] bool drums() const { return settings().vocabulary == musicrnn::Vocabulary::kDrums; }
  [[nodiscard]] int fold(int pitch) const;
  void push(musicrnn::Event event);
  // The network sees the last event, and the chord that the next one sounds with.
  void see(const musicrnn::Chord& next);
  // The logit of a label, as the musician wishes it.
  [[nodiscard]] float wished(float logit, musicrnn::Event event, const Wishes& wishes) const;

  std::shared_ptr<const musicrnn::Model> model_;
  Now now_;
  musicrnn::Chance chance_;
  std::vector<musicrnn::Active> active_;
  std::vector<nn::Element> elements_;
  nn::Floats scratch_, logits_;
};

}  // namespace continuo::players
