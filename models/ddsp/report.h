// What a training ends with: figures, a verdict in plain words, sounds to listen to, a model card.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/ddsp/evaluate.h"

namespace continuo::ddsp {

// How a learned space does, on clips that it was not trained on: the unseen ones, else the held-out ones.
struct SpaceFigures {
  std::string space;
  int codes = 0, clips = 0;
  double perplexity = 0;
  int dead = 0;             // codes that nothing fell to
  double read_percent = 0;  // labels read from one second of codes by a linear probe
  int labels = 0;
  double label_nmi = 0;  // normalised mutual information of codes and labels
  std::string other;     // another tag, and what codes tell of it
  double other_nmi = 0;
  double loss_with = 0, loss_without = 0;  // spectral, held out: codes, and the zero vector in their place
};

struct Report {
  std::string name;
  std::string source, licence;  // of the recordings, as given by the user
  int sample_rate = 24000, hop = 240, channels = 0, hidden = 0, harmonics = 0, noise_bands = 0;
  long parameters = 0;
  double train_minutes = 0;  // of audio
  std::size_t train_recordings = 0;
  std::vector<std::string> held_out;  // names
  double pitch_jitter = 0;            // semitones, standard deviation
  std::string augmentation;           // what was heard beside the recordings as they are, a sentence
  long steps = 0, skipped_steps = 0;
  double hours = 0;       // wall clock, one thread
  double train_loss = 0;  // the model's spectral loss on training recordings
  Evaluation model, table;
  std::optional<SpaceFigures> space;
};

// Judges what is judged on held-out recordings; without any, on the training ones.
Report make_report(const Dataset& data, int sample_rate, int hop, const Renderer& model,
                   const Renderer& table);

// One finding a line, the most important first.
std::vector<std::string> verdict(const Report& report);

// Writes KEY_original.wav, KEY_model.wav and KEY_table.wav of up to `most` held-out recordings, spread over
// the range, into `folder`, and spectrograms of the same into `pictures` (none when empty). Returns the
// names.
std::vector<std::string> write_auditions(const Dataset& data, int sample_rate, const Renderer& model,
                                         const Renderer& table, const std::filesystem::path& folder,
                                         const std::filesystem::path& pictures, std::size_t most);

// The model card (Markdown). `pictures`: PNG files relative to the card, with their captions.
void write_card(const std::filesystem::path& file, const Report& report,
                const std::vector<std::pair<std::string, std::string>>& pictures);

}  // namespace continuo::ddsp
