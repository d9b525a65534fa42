#include "tests/patches/rendered.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sndfile.hh>

#include "engine/audio/sound_file.h"

namespace continuo::test {

namespace fs = std::filesystem;

Rendered::Rendered(const std::string& score, const std::vector<float>& input) {
  const fs::path home = fs::temp_directory_path() / ("continuo-patches-" + std::to_string(getpid()));
  fs::create_directories(home);
  if (!fs::exists(home / "models")) fs::create_directory_symlink(CONTINUO_MODELS, home / "models");
  const fs::path out = home / "out.wav", in = home / "in.wav", log = home / "log";
  std::string command = "CONTINUO_HOME=" + home.string() +
                        " " CONTINUO_PROGRAM " render " CONTINUO_SCORES "/" + score + " " + out.string();
  if (!input.empty()) {
    SndfileHandle file(in.string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000);
    REQUIRE(file.writef(input.data(), static_cast<sf_count_t>(input.size())) > 0);
    command += " --input " + in.string();
  }
  const int status = std::system((command + " 2> " + log.string()).c_str());
  std::ifstream said(log);
  INFO(score << ": " << std::string(std::istreambuf_iterator<char>(said), {}));
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  sound_ = read_sound(out, {48000, 1}).samples;
  fs::remove_all(home);
  REQUIRE(std::all_of(sound_.begin(), sound_.end(), [](float x) { return std::isfinite(x); }));
}

std::span<const float> Rendered::between(double from_s, double until_s) const {
  const auto from = static_cast<size_t>(from_s * 48000), until = static_cast<size_t>(until_s * 48000);
  REQUIRE((from < until && until <= sound_.size()));
  return std::span(sound_).subspan(from, until - from);
}

}  // namespace continuo::test
