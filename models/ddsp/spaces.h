// What a model file says of its code spaces, and how well the codes tell what they are to tell.
#pragma once

#include <nlohmann/json.hpp>

#include "models/ddsp/trainer.h"

namespace continuo::ddsp {

// "spaces" and, where one is learned, "encoder" of the config (inference/config.h).
nlohmann::json describe_spaces(const Trainer& trainer, Network& network, const Dataset& data);

// How the learned space does, on clips that it was not trained on: the unseen ones, else the held-out ones.
struct SpaceFigures {
  std::string space;
  int codes = 0, clips = 0;
  double perplexity = 0;
  int dead = 0;             // codes that nothing fell to
  double read_percent = 0;  // labels read from one second of codes by a linear probe
  double label_nmi = 0;     // normalised mutual information of codes and labels
  std::string other;        // another tag, and what codes tell of it
  double other_nmi = 0;
  double loss_with = 0, loss_without = 0;  // spectral, held out: codes, and the zero vector in their place
};
SpaceFigures judge_space(const Trainer& trainer, Network& network, const Dataset& data);

}  // namespace continuo::ddsp
