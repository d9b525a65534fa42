// `continuo-train ddsp`: recordings in, a model file, sounds, a card and a verdict out.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/ddsp/training.h"

namespace CLI {
class App;
}

namespace continuo::train {

struct DdspOptions {
  std::vector<std::filesystem::path> data, fine_tune;
  std::multimap<std::string, std::string> unseen;
  std::map<std::string, std::string> defaults;  // of spaces: what a part plays that was asked for nothing
  bool augment = true;
  double detune = 0.5;
  int copies = 1;
  double swell_db = 0;
  std::string out;  // a name (goes to $CONTINUO_HOME/models) or a path
  std::string source, licence;
  std::filesystem::path checkpoint;  // to resume from or start over; empty: in OUT.training
  bool resume = false;
  ddsp::NetworkShape shape;
  ddsp::TrainSpec spec;
};

// Adds the sub-command that fills `options`.
void add_ddsp_command(CLI::App& app, DdspOptions& options);

// $CONTINUO_HOME, by default ~/Continuo. Throws when neither that nor HOME is set.
std::filesystem::path home_folder();

// NAME.safetensors of --out: a bare name lies in $CONTINUO_HOME/models, by default ~/Continuo/models.
std::filesystem::path model_path(const std::string& out);

// Returns the exit code: 0 done, 130 stopped and saved. Throws std::exception with a message for the user.
int train_ddsp(const DdspOptions& options, const std::atomic<bool>& stop);

}  // namespace continuo::train
