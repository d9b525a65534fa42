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
#include "tests/patches/codes.h"

namespace continuo::test {

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Rendered::Rendered(const std::string& score, const std::vector<float>& input, const std::string& codes) {
  const fs::path home = fs::temp_directory_path() / ("continuo-patches-" + std::to_string(getpid()));
  fs::create_directories(home);
  if (!fs::exists(home / "models")) fs::create_directory_symlink(CONTINUO_MODELS, home / "models");
  const fs::path out = home / "out.wav", in = home / "in.wav", log = home / "log";
  fs::path played = fs::path(CONTINUO_SCORES) / score;
  if (!codes.empty()) {
    const std::string now =
        with_codes(text_of(played), std::string(CONTINUO_MODELS "/") + codes + ".safetensors");
    if (std::getenv("CONTINUO_WRITE_SCORES") != nullptr) std::ofstream(played) << now;
    INFO(played.string()
         << " plays codes of another model; set CONTINUO_WRITE_SCORES=1 to write those of now");
    CHECK((text_of(played) == now));
    played = home / "score.txt";
    std::ofstream(played) << now;
  }
  std::string command = "CONTINUO_HOME=" + home.string() + " " CONTINUO_PROGRAM " render " + played.string() +
                        " " + out.string();
  if (!input.empty()) {
    SndfileHandle file(in.string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000);
    REQUIRE(file.writef(input.data(), static_cast<sf_count_t>(input.size())) > 0);
    command += " --input " + in.string();
  }
  const int status = std::system((command + " 2> " + log.string()).c_str());
  INFO(score << ": " << text_of(log));
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
