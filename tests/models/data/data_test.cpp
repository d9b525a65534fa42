// Recordings as data: files, features, the split. What needs $CONTINUO_DATA is skipped without it.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "models/data/audio_file.h"
#include "models/data/features.h"
#include "models/data/split.h"

namespace fs = std::filesystem;
using namespace continuo::data;

namespace {

std::vector<float> sine(double hz, double seconds, double rate) {
  std::vector<float> out(static_cast<std::size_t>(seconds * rate));
  for (std::size_t n = 0; n < out.size(); ++n) {
    out[n] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(n) / rate));
  }
  return out;
}

fs::path scratch() {
  const fs::path folder = fs::temp_directory_path() / "continuo_data_test";
  fs::create_directories(folder);
  return folder;
}

fs::path data_folder() {
  const char* given = std::getenv("CONTINUO_DATA");
  return given && *given ? fs::path(given) : fs::path("../shared/data");
}

}  // namespace

TEST_CASE("a file comes back at the rate asked for") {
  const fs::path file = scratch() / "tone.wav";
  write_wav(file, sine(440, 0.5, 44100), 44100);
  const auto audio = read_audio(file, 24000);
  CHECK(audio.size() == Approx(12000).margin(2));
  const auto expected = sine(440, 0.5, 24000);
  for (std::size_t n = 2000; n < 10000; n += 97) REQUIRE(audio[n] == Approx(expected[n]).margin(1e-3));
}

TEST_CASE("bad files are named with the reason") {
  CHECK_THROWS_WITH(read_audio(scratch() / "none.wav", 24000), Catch::Contains("none.wav"));
  const fs::path text = scratch() / "text.wav";
  std::ofstream(text) << "this is no sound";
  CHECK_THROWS_WITH(read_audio(text, 24000), Catch::Contains("text.wav"));
  CHECK_THROWS_WITH(find_audio(scratch() / "nowhere"), Catch::Contains("no such folder"));
  const fs::path empty = scratch() / "empty";
  fs::create_directories(empty);
  CHECK_THROWS_WITH(find_audio(empty), Catch::Contains("holds no audio"));
}

TEST_CASE("frame j is centred on sample j * hop; gaps take the nearest pitch") {
  std::vector<float> audio(24000, 0.f);
  const auto note = sine(330, 0.5, 24000);
  std::copy(note.begin(), note.end(), audio.begin() + 6000);
  const Features features = extract_features(audio, feature_spec(24000, 240));
  REQUIRE(features.frames() == 101);
  CHECK(features.db[10] == -80.f);
  CHECK(features.db[25] == Approx(-12.04).margin(0.5));  // the onset: half of the power of -9.03 dB
  CHECK(features.db[50] == Approx(-9.03).margin(0.05));
  CHECK(features.midi[50] == Approx(hz_to_midi(330)).margin(0.02));
  CHECK_FALSE(features.voiced[5]);
  CHECK(features.midi[5] == Approx(hz_to_midi(330)).margin(0.5));
  CHECK(features.midi[95] == Approx(hz_to_midi(330)).margin(0.5));
}

TEST_CASE("the split goes by recording and never changes") {
  CHECK(recording_key("x/weresax_a2_p_rr1_cnd.flac") == "weresax_a2_p");
  CHECK(recording_key("mtg_alt_f_10.flac") == "mtg_alt_f_10");
  CHECK(held_out("alto-sax-weresax/weresax_a2_p_rr1_cnd.flac"));
  CHECK(held_out("elsewhere/weresax_a2_p_rr2_cnd.wav"));
  CHECK(held_out("mtg_alt_f_10.flac"));
  CHECK_FALSE(held_out("mtg_alt_f_09.flac"));
}

TEST_CASE("saxophone notes are tracked at their octave") {
  const fs::path folder = data_folder() / "solo-instrument";
  if (!fs::exists(folder / "labels.csv")) {
    WARN("skipped: no " << folder.string() << " (set CONTINUO_DATA)");
    return;
  }
  // A low, a middle and a high note of each player; MIDI numbers from labels.csv.
  const std::pair<const char*, float> notes[] = {{"alto-sax-weresax/weresax_db2_p_rr1_cnd.flac", 49},
                                                 {"alto-sax-weresax/weresax_a3_f_rr1_cnd.flac", 69},
                                                 {"alto-sax-weresax/weresax_ab4_f_rr1_cnd.flac", 80},
                                                 {"alto-sax-mtg/mtg_alt_f_01.flac", 49},
                                                 {"alto-sax-mtg/mtg_alt_p_16.flac", 64},
                                                 {"alto-sax-mtg/mtg_alt_f_33.flac", 81}};
  for (const auto& [name, midi] : notes) {
    const Features features = extract_features(read_audio(folder / name, 24000), feature_spec(24000, 240));
    double sounding = 0, right = 0;
    for (std::size_t j = 0; j < features.frames(); ++j) {
      if (features.db[j] < -45) continue;
      ++sounding;
      if (std::fabs(features.midi[j] - midi) < 1) ++right;
    }
    INFO(name << ": " << right << " of " << sounding);
    CHECK(right > 0.97 * sounding);
  }
}
