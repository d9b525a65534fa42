// One line that says how far a long task is.
#include "models/data/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace continuo::data {

Progress::Progress(std::string task, std::size_t total, std::string unit)
    : task_(std::move(task)),
      unit_(std::move(unit)),
      total_(total),
      terminal_(isatty(2) != 0),
      began_(std::chrono::steady_clock::now()),
      last_(began_) {}

Progress::~Progress() {
  if (!shown_ && done_ == 0) return;
  show();
  if (terminal_) std::fputc('\n', stderr);
}

void Progress::at(std::size_t done) {
  done_ = done;
  const auto now = std::chrono::steady_clock::now();
  const auto wait = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000);
  if (now - last_ < wait) return;
  last_ = now;
  show();
}

void Progress::show() {
  shown_ = true;
  constexpr int kWidth = 24;
  const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  const double rate = spent > 0 ? static_cast<double>(done_) / spent : 0;
  const double left = rate > 0 ? static_cast<double>(total_ - std::min(done_, total_)) / rate : 0;
  const int full = total_ > 0 ? static_cast<int>(kWidth * std::min(done_, total_) / total_) : kWidth;
  std::string bar(static_cast<size_t>(full), '#');
  bar.resize(kWidth, '-');
  std::fprintf(stderr, "%s%s  [%s]  %zu of %zu %s, %.0f/s, %.0f s left%s", terminal_ ? "\r\033[K" : "",
               task_.c_str(), bar.c_str(), done_, total_, unit_.c_str(), rate, left, terminal_ ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace continuo::data
