// continuo-bench: measures this machine and the shipped engine, and prints a table or JSON.
#include <sys/utsname.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <thread>

#include "bench/figures.h"
#include "bench/process.h"
#include "bench/shipped_model.h"

namespace {

using namespace continuo::bench;

std::string machine() {
  std::ifstream in("/proc/cpuinfo");
  std::string name = "unknown processor";
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) {
      name = line.substr(line.find(':') + 2);
      break;
    }
  }
  utsname system{};
  uname(&system);
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  return text("%s, %u cores, %s %s, load %.1f", name.c_str(), std::thread::hardware_concurrency(),
              system.sysname, system.release, load);
}

std::vector<Row> measure(const Group& group, const Settings& settings) {
  std::vector<Row> rows;
  const auto all_absent = [&](const std::string& why) {
    rows.clear();
    for (const Figure& figure : group.figures) rows.push_back(absent_row(figure.id, figure.unit, why));
  };
  try {
    rows = group.measure(settings);
    for (size_t i = 0; i < rows.size(); ++i)
      rows[i].id = group.figures[i].id, rows[i].unit = group.figures[i].unit;
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    all_absent(error.what());
  }
  if (random_model_in_use()) {
    for (Row& row : rows) row.note += row.note.empty() ? "random model" : "; random model";
  }
  return rows;
}

std::vector<Row> measure_all(const Settings& settings) {
  std::vector<Row> rows;
  for (const Group& group : groups()) {
    const auto wanted = [&](const std::string& id) {
      return settings.only.empty() || std::count(settings.only.begin(), settings.only.end(), id) > 0;
    };
    bool any = false;
    for (const Figure& figure : group.figures) any |= wanted(figure.id);
    if (!any) continue;
    std::fprintf(stderr, "%s ...\n", group.what);
    for (Row& row : measure(group, settings)) {
      if (wanted(row.id)) rows.push_back(std::move(row));
    }
  }
  return rows;
}

int run(int argc, char** argv) {
  CLI::App app{"Measures this machine and the shipped engine. Every figure is computed now."};
  Settings settings;
  bool json = false, list = false, random = false;
  app.add_flag("--json", json, "an array of figures instead of a table");
  app.add_option("--only", settings.only, "some figures, by their ids")->delimiter(',');
  app.add_flag("--list", list, "the ids of all figures");
  app.add_option("--seconds", settings.seconds, "length of each soak")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  app.add_option("--trials", settings.trials, "trials of control latency; notes take a tenth")
      ->check(CLI::Range(20, 100000))
      ->capture_default_str();
  app.add_flag("--random-model", random, "while no model is trained: play a random one, and say so");
  CLI11_PARSE(app, argc, argv);

  if (list) {
    for (const Group& group : groups()) {
      for (const Figure& figure : group.figures)
        std::printf("%-34s %-12s %s\n", figure.id, figure.unit, group.what);
    }
    return 0;
  }
  for (const std::string& id : settings.only) {
    bool known = false;
    for (const Group& group : groups()) {
      for (const Figure& figure : group.figures) known |= id == figure.id;
    }
    if (!known) throw std::runtime_error("no figure \"" + id + "\"; --list names them all");
  }
  std::optional<TemporaryFolder> random_model;
  if (random) use_random_model(random_model.emplace().path());

  const std::vector<Row> rows = measure_all(settings);
  if (json) {
    std::printf("%s\n", to_json(rows).c_str());
  } else {
    std::printf("%s\n\n%s", machine().c_str(), to_table(rows).c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  catch_signals();
  try {
    return run(argc, argv);
  } catch (const Interrupted&) {
    std::fprintf(stderr, "continuo-bench: interrupted\n");
    return 130;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "continuo-bench: %s\n", error.what());
    return 1;
  }
}
