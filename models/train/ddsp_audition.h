// `continuo-train audition`: how a finished model sounds beside recordings, as a page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/ddsp/dataset.h"
#include "models/ddsp/network.h"
#include "models/ddsp/report.h"
#include "models/ddsp/space_vectors.h"
#include "models/train/data_commands.h"

namespace continuo::train {

// Adds the sub-command, which sets `run`.
void add_audition_command(CLI::App& app, Run& run);

// Judges a network on what is held out of the data and writes sounds and spectrograms into `folder`; `clips`
// takes their names. For a training's end and for the command.
ddsp::Report judge(ddsp::Network& network, const ddsp::EntryNames& names, const ddsp::Dataset& data,
                   const std::filesystem::path& folder, std::vector<std::string>& clips);

}  // namespace continuo::train
