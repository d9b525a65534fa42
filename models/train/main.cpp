// continuo-train: trains Continuo's models on the user's own recordings.
#include <c10/util/Exception.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "models/train/data_commands.h"
#include "models/train/ddsp_command.h"

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
  auto& spec = options.spec;
  auto& shape = options.shape;
  std::vector<std::string> data;
  auto* ddsp =
      app.add_subcommand("ddsp",
                         "An instrument that is played by pitch and power: one note at a time, best 10 "
                         "to 20 minutes of one instrument, one microphone, one room.");
  ddsp->add_option(
          "--data", data,
          "Data sets (of data audio), or folders or files with recordings (wav, flac, aiff, ogg, opus, mp3)")
      ->required();
  ddsp->add_option("--out", options.out, "Name of the model, or a path to its file")->required();
  ddsp->add_option("--minutes", spec.minutes, "Time to train")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  ddsp->add_option("--steps", spec.steps, "Steps to train, if that comes first")
      ->check(CLI::NonNegativeNumber);
  ddsp->add_option("--warm-minutes", spec.warm_minutes, "Time of the warm start")->capture_default_str();
  ddsp->add_option("--channels", shape.channels, "Width of the dense layers")
      ->capture_default_str()
      ->check(CLI::Range(8, 1024));
  ddsp->add_option("--hidden", shape.hidden, "Width of the GRU")
      ->capture_default_str()
      ->check(CLI::Range(8, 2048));
  ddsp->add_option("--harmonics", shape.harmonics, "Harmonics")
      ->capture_default_str()
      ->check(CLI::Range(1, 128));
  ddsp->add_option("--rate", spec.rate, "Learning rate at the start")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  ddsp->add_option("--seed", spec.seed, "Seed of weights, crops and noise")->capture_default_str();
  ddsp->add_option("--checkpoint-minutes", spec.checkpoint_minutes, "Time between checkpoints")
      ->capture_default_str();
  ddsp->add_option("--checkpoint", options.checkpoint, "Checkpoint file (default: in OUT.training)");
  ddsp->add_option("--source", options.source,
                   "Where the recordings come from, for the card and the model file");
  ddsp->add_option("--licence", options.licence, "Their licence, likewise");
  ddsp->add_flag("--resume", options.resume, "Continue from the checkpoint");
  continuo::train::Run run;
  continuo::train::add_data_commands(app, stop, run);
  CLI11_PARSE(app, argc, argv);
  options.data.assign(data.begin(), data.end());

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
