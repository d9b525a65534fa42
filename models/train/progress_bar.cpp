#include "models/train/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace continuo::train {
namespace {

constexpr int kWidth = 24;
constexpr double kQuiet_s = 60;  // between lines when nobody watches

std::string time_left(double seconds) {
  char text[32];
  if (seconds >= 90) {
    std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
  } else {
    std::snprintf(text, sizeof text, "%.0f s", seconds);
  }
  return text;
}

}  // namespace

ProgressBar::ProgressBar() : terminal_(isatty(STDOUT_FILENO) != 0) {}

void ProgressBar::show(const ddsp::Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  if (!terminal_ && open_ && std::chrono::duration<double>(now - last_).count() < kQuiet_s) return;
  last_ = now;
  open_ = true;
  const double done = std::clamp(progress.done, 0.0, 1.0);
  const int filled = static_cast<int>(done * kWidth);
  std::string line = terminal_ ? "\r[" + std::string(static_cast<std::size_t>(filled), '#') +
                                     std::string(static_cast<std::size_t>(kWidth - filled), '.') + "] "
                               : "";
  char text[256];
  std::snprintf(text, sizeof text, "%s %3.0f %%  step %ld  loss %.2f",
                progress.warm ? "warm start" : "training", 100 * done, static_cast<long>(progress.step),
                progress.loss);
  line += text;
  if (progress.held_out_loss > 0) {
    std::snprintf(text, sizeof text, "  held out %.2f (best %.2f)", progress.held_out_loss,
                  progress.best_loss);
    line += text;
  }
  std::snprintf(text, sizeof text, "  rate %.1e  %.1f steps/s", progress.rate, progress.steps_a_second);
  line += text;
  if (progress.left_s > 0) line += "  " + time_left(progress.left_s) + " left";
  std::printf("%s%s", line.c_str(), terminal_ ? "\033[K" : "\n");
  std::fflush(stdout);
}

void ProgressBar::finish() {
  if (terminal_ && open_) std::puts("");
  open_ = false;
}

}  // namespace continuo::train
