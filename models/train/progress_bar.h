// One line that says how far a training is: rewritten in a terminal, now and then elsewhere.
#pragma once

#include <chrono>

#include "models/ddsp/training.h"

namespace continuo::train {

class ProgressBar {
 public:
  ProgressBar();
  void show(const ddsp::Progress& progress);
  // Leaves the line as it stands.
  void finish();

 private:
  bool terminal_;
  bool open_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace continuo::train
