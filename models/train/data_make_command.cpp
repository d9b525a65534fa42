// `continuo-train data make`.
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include "models/data/make/sources.h"
#include "models/train/data_commands.h"

namespace continuo::train {
namespace {

int list() {
  for (const make::ReadySource& source : make::list_sources()) {
    std::string packages;
    for (const std::string& package : source.packages) packages += (packages.empty() ? "" : " ") + package;
    std::printf("%-18s %-62s %-20s %s\n", source.name.c_str(), source.what.c_str(), source.licence.c_str(),
                packages.c_str());
  }
  return 0;
}

}  // namespace

void add_data_make(CLI::App& data, const std::atomic<bool>& stop, Run& run) {
  auto* command = data.add_subcommand(
      "make", "Makes a ready source of recordings or MIDI from Debian packages alone, the same for a seed.");
  const auto options = std::make_shared<make::MakeOptions>();
  const auto wants_list = std::make_shared<bool>(false);
  command->add_option("name", options->name, "Which; --list tells");
  command->add_option("--out", options->out, "Folder to make, or to go on with");
  command->add_option("--minutes", options->minutes, "How much sound")
      ->capture_default_str()
      ->check(CLI::Range(0.05, 6000.0));
  command->add_option("--seed", options->seed, "Another seed, other phrases")->capture_default_str();
  command->add_option("--tunes", options->tunes,
                      "folk-singing: folder with .mid or .abc files (default: in $CONTINUO_DATA)");
  command->add_flag(
      "--install", options->install,
      "Install the packages that it needs (apt-get, sudo), or fetch them into ~/.cache/continuo");
  command->add_flag("--list", *wants_list, "What can be made, its licence and the packages it needs");
  command->callback([&run, &stop, options, wants_list] {
    run = [&stop, options, wants_list] {
      if (*wants_list) return list();
      if (options->name.empty()) throw std::runtime_error("data make needs a name; --list tells them");
      if (options->out.empty()) throw std::runtime_error("data make needs --out, the folder to make");
      return make::make_source(*options, stop);
    };
  });
}

}  // namespace continuo::train
