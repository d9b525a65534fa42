// The page to listen to after a training: recordings beside the model, spectrograms, the loss over time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/ddsp/report.h"

namespace continuo::train {

// A point of the loss over time. held_out_loss is 0 before the first evaluation.
struct LossPoint {
  double minutes = 0, loss = 0, held_out_loss = 0;
};

// `file`: CSV, a line a point. Missing: no points.
std::vector<LossPoint> read_history(const std::filesystem::path& file);
void append_history(const std::filesystem::path& file, const LossPoint& point);

// Writes FOLDER/index.html. `clips`: names of what ddsp::write_auditions() wrote there, with spectrograms
// NAME.png beside the sounds. Throws std::runtime_error when it cannot be written.
void write_audition_page(const std::filesystem::path& folder, const ddsp::Report& report,
                         const std::vector<std::string>& clips, const std::vector<LossPoint>& history);

}  // namespace continuo::train
