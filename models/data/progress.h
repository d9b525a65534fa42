// One line that says how far a long task is: rewritten in a terminal, now and then elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace continuo::data {

class Progress {
 public:
  // "reading", 250, "files": "reading  [####----]  120 of 250 files, 31/s, 4 s left".
  Progress(std::string task, std::size_t total, std::string unit);
  ~Progress();  // ends the line
  // One thread at a time.
  void at(std::size_t done);

 private:
  void show();
  std::string task_, unit_;
  std::size_t total_, done_ = 0;
  bool terminal_, shown_ = false;
  std::chrono::steady_clock::time_point began_, last_;
};

}  // namespace continuo::data
