// `continuo-train data ...`: the subcommands that make data sets and look at them.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>

namespace continuo::train {

// What the chosen subcommand does; returns the exit code, throws std::exception with a message for the user.
using Run = std::function<int()>;

// Adds `data` with its subcommands to the app; the chosen one sets `run`. They end early, whole and
// resumable, when `stop` becomes true.
void add_data_commands(CLI::App& app, const std::atomic<bool>& stop, Run& run);

// The subcommands, each in its file data_ROOM_command.cpp.
void add_data_card(CLI::App& data, const std::atomic<bool>& stop, Run& run);
void add_data_audio(CLI::App& data, const std::atomic<bool>& stop, Run& run);
void add_data_midi(CLI::App& data, const std::atomic<bool>& stop, Run& run);
void add_data_make(CLI::App& data, const std::atomic<bool>& stop, Run& run);

}  // namespace continuo::train
