// The card of a song model.
#pragma once

#include <filesystem>
#include <string>

#include "models/song/inference/config.h"
#include "models/song/trainer.h"

namespace continuo::song {

struct Report {
  Config config;
  double train_minutes = 0, held_out_minutes = 0;
  int train_notes = 0, held_out_notes = 0;
  long parameters = 0, note_steps = 0, frame_steps = 0;
  double minutes = 0;  // of training
  Trainer::Losses losses;
  // Of singing by itself at temperature 1, register and density as in the set.
  Measures sung;
  double interval_overlap = 0, length_overlap = 0;
  std::string command;  // that trained it
};

// Disk thread. Writes NAME.md.
void write_card(const std::filesystem::path& file, const Report& report);

}  // namespace continuo::song
