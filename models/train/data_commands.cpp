// `continuo-train data ...`.
#include "models/train/data_commands.h"

namespace continuo::train {

void add_data_commands(CLI::App& app, const std::atomic<bool>& stop, Run& run) {
  auto* data = app.add_subcommand(
      "data", "Data sets: made of your recordings and MIDI files, looked at, and searched for their edges.");
  data->require_subcommand(1);
  add_data_card(*data, stop, run);
  add_data_audio(*data, stop, run);
  add_data_midi(*data, stop, run);
  add_data_make(*data, stop, run);
}

}  // namespace continuo::train
