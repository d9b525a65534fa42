// `continuo-train musicrnn`.
#pragma once

#include <atomic>

#include "models/train/data_commands.h"

namespace continuo::train {

// Adds the subcommand; when it is chosen it sets `run`.
void add_musicrnn(CLI::App& app, const std::atomic<bool>& stop, Run& run);

}  // namespace continuo::train
