// The DDSP network as packed kernels: pitch and power in, control frames out, a batch of voices at once.
// Topology of magenta DDSP-VST (Engel et al., ICLR 2020); LeakyReLU slope 0.2, LayerNorm epsilon 1e-5.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/ddsp/inference/config.h"
#include "models/ddsp/inference/control_frame.h"
#include "models/ddsp/inference/encoder.h"
#include "models/ddsp/inference/note_shape.h"
#include "models/nn/gru.h"
#include "models/nn/matrix.h"

namespace continuo::ddsp {

// Weights, packed once. Immutable after loading, shared by every voice and worker.
class Model {
 public:
  // Disk thread. Reads, checks and packs a file. Throws io::Error with the reason when anything is wrong:
  // nothing of the model is used then.
  static std::shared_ptr<const Model> load(const std::string& path, nn::Isa isa = nn::best_isa());
  static std::shared_ptr<const Model> from(const io::Safetensors& file, nn::Isa isa = nn::best_isa());

  const Config& config() const noexcept { return config_; }
  const NoteShapes& note_shapes() const noexcept { return shapes_; }
  // The learned reverb's impulse response at the model's rate, tap 0 is 0. Empty when the model has none.
  std::span<const float> reverb() const noexcept { return reverb_; }
  // What hears which code of its learned space a voice uses, to be copied; null when the model has none.
  const StreamingEncoder* encoder() const noexcept { return encoder_ ? &*encoder_ : nullptr; }
  // The vectors of a space, [codes, size] row-major.
  std::span<const float> codebook(int space) const noexcept { return codebooks_[std::size_t(space)]; }
  // Floating-point operations of one voice's step.
  double flops_per_step() const noexcept;

 private:
  friend class Decoder;
  // Dense inputs: pitch, power, and where the model has code spaces their vector.
  int inputs() const noexcept { return config_.spaces.empty() ? 2 : 3; }
  struct Input {  // Linear(1, C) -> LayerNorm -> LeakyReLU
    std::vector<float> weight, bias, norm_weight, norm_bias;
  };
  Model(Config config, const io::Safetensors& file, nn::Isa isa);

  Config config_;
  NoteShapes shapes_;
  nn::Isa isa_;
  Input pitch_, power_;
  nn::Matrix space_;
  std::vector<float> space_norm_weight_, space_norm_bias_;
  std::vector<std::vector<float>> codebooks_;
  nn::Gru gru_;
  nn::Matrix out_, head_;
  std::vector<float> out_norm_weight_, out_norm_bias_;
  std::vector<float> reverb_;
  std::optional<StreamingEncoder> encoder_;
};

// What one voice remembers between frames.
class State {
 public:
  // Off stage.
  void prepare(const Model& model) { hidden_.assign(std::size_t(model.config().hidden), 0.0f); }
  // Any thread that owns the state. Silence before the first note: training starts its crops from zero, too.
  void reset() noexcept;
  // What the network has added up over minutes fades: the state is brought nearer to zero, by * state.
  void fade(float by) noexcept {
    for (float& h : hidden_) h *= by;
  }

 private:
  friend class Decoder;
  std::vector<float> hidden_;
};

struct VoiceInput {
  float midi = 69;  // conditioning pitch; harmonics at and above the model's Nyquist of this pitch are zero
  float db = -80;   // conditioning power
  // Conditioning of code spaces: config().space_size() floats, those of each space in their order; null:
  // zeros, the mean of the data.
  const float* space = nullptr;
};

// Steps a batch of voices. One a worker thread: it owns the scratch memory.
class Decoder {
 public:
  // Off stage. `maximum_batch` voices (1..64) can be stepped at once.
  void prepare(std::shared_ptr<const Model> model, int maximum_batch);

  // Worker thread; no allocation, no lock. One model frame for each voice: voices[i] moves states[i] and
  // fills frames[i]. The three spans have one length, at most maximum_batch (what is beyond is left
  // untouched). A voice's frame is the same bit for bit whatever else is in the batch. Inputs that are not
  // finite count as 69 and the floor.
  void step(std::span<const VoiceInput> voices, std::span<State* const> states,
            std::span<ControlFrame* const> frames) noexcept;

  const Model& model() const noexcept { return *model_; }

 private:
  void write_frame(float* controls, float midi, ControlFrame& frame) const noexcept;

  std::shared_ptr<const Model> model_;
  int maximum_batch_ = 0;
  std::size_t row_stride_ = 0, space_stride_ = 0, dense_stride_ = 0, controls_stride_ = 0;
  nn::Floats rows_;      // a row a voice: [pitch, power and perhaps space features, GRU output]
  nn::Floats spaces_;    // a row a voice: its space vector
  nn::Floats dense_;     // a row a voice: C values
  nn::Floats controls_;  // a row a voice: amplitude, harmonics, noise bands
  nn::Floats scratch_;
  std::vector<float*> row_pointers_, space_pointers_, dense_pointers_, control_pointers_, hidden_pointers_;
};

}  // namespace continuo::ddsp
