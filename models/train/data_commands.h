// `continuo-train data ...`: the subcommands that make data sets and look at them.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <functional>
#include <string>

namespace continuo::train {

// What the chosen subcommand does; returns the exit code, throws std::exception with a message for the user.
using Run = std::function<int()>;

// Adds `data` with its subcommands to the app; the chosen one sets `run`. They end early, whole and
// resumable, when `stop` becomes true.
void add_data_commands(CLI::App& app, const std::atomic<bool>& stop, Run& run);

// --edges 10%: once the set stands, a second one beside it, SET-edges, of its least usual items.
void add_edges_option(CLI::App& command, std::string& share);
// Throws std::runtime_error when `share` is none; empty asks for no edges.
void check_edges(const std::string& share);
void write_edges_beside(const std::string& set, const std::string& share);

// The subcommands, each in its file data_ROOM_command.cpp.
void add_data_card(CLI::App& data, const std::atomic<bool>& stop, Run& run);
void add_data_audio(CLI::App& data, const std::atomic<bool>& stop, Run& run);
void add_data_midi(CLI::App& data, const std::atomic<bool>& stop, Run& run);
void add_data_make(CLI::App& data, const std::atomic<bool>& stop, Run& run);

}  // namespace continuo::train
