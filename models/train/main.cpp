// continuo-train: trains Continuo's models on the user's own recordings.
#include <c10/util/Exception.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "models/train/data_commands.h"
#include "models/train/ddsp_audition.h"
#include "models/train/ddsp_command.h"
#include "models/train/musicrnn_command.h"
#include "models/train/song_command.h"

namespace {

std::atomic<bool> stop{false};

// OpenBLAS and OpenMP read these when they are loaded; with their defaults a shared machine trains ten times
// slower (threads spin against each other).
void set_threading(char** argv) {
  const char* blas = std::getenv("OPENBLAS_NUM_THREADS");
  const char* openmp = std::getenv("OMP_WAIT_POLICY");
  if (blas && openmp) return;
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
  execv("/proc/self/exe", argv);  // on failure: train with what there is
}

}  // namespace

int main(int argc, char** argv) {
  set_threading(argv);

  CLI::App app{"Trains Continuo's models on your own recordings."};
  app.require_subcommand(1);
  continuo::train::DdspOptions options;
  continuo::train::add_ddsp_command(app, options);
  continuo::train::Run run;
  continuo::train::add_audition_command(app, run);
  continuo::train::add_data_commands(app, stop, run);
  continuo::train::add_song(app, stop, run);
  continuo::train::add_musicrnn(app, stop, run);
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGINT, [](int) { stop = true; });
  std::signal(SIGTERM, [](int) { stop = true; });
  try {
    return run ? run() : continuo::train::train_ddsp(options, stop);
  } catch (const c10::Error& error) {
    std::fprintf(stderr, "continuo-train: %s\n", error.what_without_backtrace());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "continuo-train: %s\n", error.what());
  }
  return 1;
}
