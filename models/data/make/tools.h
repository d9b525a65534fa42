// Other programs: whether they are there, how they are installed on request, how they are run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace continuo::make {

// A command or file that a source needs, and the Debian package that has it.
struct Need {
  std::string command_or_file;  // "fluidsynth", or an absolute path
  std::string package;
};

// The packages of those needs that are not met, each once.
std::vector<std::string> missing_packages(const std::vector<Need>& needs);

// Disk thread. Meets the needs: with `install` by apt-get (through sudo when not root), else throws
// std::runtime_error that names the packages and what would install them.
void require(const std::vector<Need>& needs, bool install, const std::string& who);

// What a program may use before it is killed. Without them a renderer that never ends fills the disk.
struct Limits {
  double seconds = 120;
  std::uint64_t file_bytes = 200'000'000;  // of each file that it writes
};
// For what is ours to wait for: downloads, installations.
inline constexpr Limits kPatient{3600, 4'000'000'000};

struct Outcome {
  int status = 0;      // exit code; 128 + signal; 127 when there is no such program
  std::string output;  // stdout and stderr, the first 64 KiB
  std::string limit;   // which limit ended it, for people; else empty
};

// Disk thread. Runs a program (no shell) and waits for it. `folder`: its working directory, "" for ours. When
// it exceeds its limits, it and all that it started are killed.
Outcome run(const std::vector<std::string>& command, const std::filesystem::path& folder = {},
            const Limits& limits = {});
// The same; throws std::runtime_error with the last lines of its output when it fails.
Outcome run_or_throw(const std::vector<std::string>& command, const std::filesystem::path& folder = {},
                     const Limits& limits = {});

}  // namespace continuo::make
