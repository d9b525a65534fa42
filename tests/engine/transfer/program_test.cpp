// `continuo transfer` as a program: what it plays, by the shipped saxophone.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sndfile.hh>

#include "engine/audio/sound_file.h"
#include "engine/transfer/performance.h"

using namespace continuo;
namespace fs = std::filesystem;

namespace {

class Home {
 public:
  Home() : path(fs::temp_directory_path() / ("continuo-transfer-" + std::to_string(getpid()))) {
    fs::create_directories(path);
    if (!fs::exists(path / "models")) fs::create_directory_symlink(CONTINUO_MODELS, path / "models");
    setenv("CONTINUO_HOME", path.c_str(), 1);
  }
  ~Home() { fs::remove_all(path); }
  fs::path path;
};

// An argument list, split at spaces.
int run(const std::string& arguments, const fs::path& log) {
  std::string command = CONTINUO_PROGRAM;
  command.append(" ").append(arguments).append(" 2> ").append(log.string());
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_transfer(const std::string& arguments, const fs::path& log) {
  return run("transfer " + arguments, log);
}

std::string text(const fs::path& file) {
  std::string all;
  if (FILE* in = std::fopen(file.c_str(), "r")) {
    for (int c = std::fgetc(in); c != EOF; c = std::fgetc(in)) all += static_cast<char>(c);
    std::fclose(in);
  }
  return all;
}

constexpr double kRate = 44100;

// Two notes, the second an octave and a bit below, with vibrato; half a second of silence between.
std::vector<float> melody() {
  std::vector<float> out(static_cast<size_t>(2.5 * kRate));
  double phase = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / kRate;
    if (t >= 1 && t < 1.5) continue;
    const double midi = t < 1 ? 69 : 62 + 0.4 * std::sin(2 * M_PI * 5.5 * t);
    phase += 440 * std::exp2((midi - 69) / 12) / kRate;
    double sum = 0;
    for (int k = 1; k <= 10; ++k) sum += std::sin(2 * M_PI * k * phase) / k;
    out[i] = 0.1f * static_cast<float>(sum);
  }
  return out;
}

data::Features features(const std::vector<float>& samples, int rate) {
  return data::extract_features(samples, data::feature_spec(rate, rate / 100));
}

}  // namespace

TEST_CASE("A recording in FLAC at 44.1 kHz comes out as the saxophone, at its pitches and times") {
  const Home home;
  const fs::path in = home.path / "in.flac", out = home.path / "out.wav", log = home.path / "log";
  {
    SndfileHandle file(in.string(), SFM_WRITE, SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, static_cast<int>(kRate));
    const auto samples = melody();
    REQUIRE(file.writef(samples.data(), static_cast<sf_count_t>(samples.size())) > 0);
  }
  REQUIRE(run_transfer(in.string() + " " + out.string() + " --model alto-sax --score " +
                           (home.path / "score.txt").string(),
                       log) == 0);
  const Sound sound = read_sound(out, {48000, 1});
  REQUIRE(sound.frames() == static_cast<uint64_t>(3.5 * 48000));
  const data::Features played = features(sound.samples, 48000);
  int wrong = 0, voiced = 0;
  for (size_t j = 10; j < 245; ++j) {
    if (j > 90 && j < 165) continue;
    const double t = static_cast<double>(j) / 100;
    const double wanted = t < 1 ? 69 : 62 + 0.4 * std::sin(2 * M_PI * 5.5 * t);
    voiced += played.voiced[j];
    wrong += std::fabs(static_cast<double>(played.midi[j]) - wanted) > 0.15;
  }
  CHECK(wrong <= 4);
  CHECK(voiced >= 150);
  float loudest = 0;
  for (size_t i = static_cast<size_t>(1.2 * 48000); i < static_cast<size_t>(1.45 * 48000); ++i)
    loudest = std::max(loudest, std::fabs(sound.samples[i]));
  CHECK(loudest < 3.16e-4f);  // -70 dBFS
  CHECK(text(log).find("octaves +0") != std::string::npos);

  SECTION("and the block size changes no sample") {
    for (const char* block : {"64", "333"}) {
      const fs::path other = home.path / "other.wav";
      REQUIRE(run_transfer(in.string() + " " + other.string() + " --model alto-sax --block " + block, log) ==
              0);
      CHECK((read_sound(other, {48000, 1}).samples == sound.samples));
    }
  }
  SECTION("and its score renders to the same") {
    const fs::path other = home.path / "other.wav";
    std::string command = CONTINUO_PROGRAM;
    command.append(" render ").append((home.path / "score.txt").string()).append(" ");
    command.append(other.string()).append(" 2> ").append(log.string());
    REQUIRE(std::system(command.c_str()) == 0);
    // The score begins a tenth of a second earlier, and the limiter adds 32 frames.
    std::vector<float> rendered = read_sound(other, {48000, 1}).samples;
    rendered.erase(rendered.begin(), rendered.begin() + 4800 + 32);
    CHECK((rendered == sound.samples));
  }
  SECTION("and an octave and a gain can be asked for") {
    const fs::path other = home.path / "other.wav";
    REQUIRE(run_transfer(in.string() + " " + other.string() + " --model alto-sax --octave 1 --gain -6",
                         log) == 0);
    const data::Features higher = features(read_sound(other, {48000, 1}).samples, 48000);
    CHECK(higher.midi[50] == Approx(81).margin(0.15));
    CHECK(higher.db[50] < played.db[50] - 3);
  }
}

TEST_CASE("Imitated, a recording's techniques are in the score, too") {
  const Home home;
  const fs::path sung = home.path / "sung.wav", score = home.path / "score.txt", log = home.path / "log";
  std::ofstream(score)
      << "rate 48000\n0 /part/new ddsp v techniques\n"
         "0 /part/v/technique/by/vibrato 1\n0.2 /part/v/note 60 90\n"
         "1.7 /part/v/note 60 0\n2.4 /part/v/technique/by/vibrato 0\n2.4 /part/v/technique/by/breathy 1\n"
         "2.5 /part/v/note 64 90\n4 /part/v/note 64 0\nend 4.5\n";
  REQUIRE(run("render " + score.string() + " " + sung.string(), log) == 0);
  const std::string files = sung.string() + " " + (home.path / "out.wav").string();
  REQUIRE(run_transfer(files + " --model techniques --imitate --score " + score.string(), log) == 0);
  INFO(text(log));
  const std::string played = text(score);
  const size_t vibrato = played.find("/part/1/technique/by/vibrato 1.0");
  const size_t breathy = played.find("/part/1/technique/by/breathy 1.0");
  CHECK(vibrato != std::string::npos);
  CHECK(breathy != std::string::npos);
  CHECK(vibrato < breathy);

  REQUIRE(run_transfer(files + " --model alto-sax --imitate", log) == 1);
  CHECK(text(log).find("cannot tell techniques") != std::string::npos);
}

TEST_CASE("Silence in, silence out") {
  const Home home;
  const fs::path in = home.path / "in.wav", out = home.path / "out.wav", log = home.path / "log";
  {
    SndfileHandle file(in.string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_PCM_24, 2, 96000);
    const std::vector<float> samples(2 * 96000);
    file.writef(samples.data(), 96000);
  }
  REQUIRE(run_transfer(in.string() + " " + out.string(), log) == 0);
  CHECK(text(log).find("no note was heard") != std::string::npos);
  for (const float x : read_sound(out, {0, 1}).samples) REQUIRE(std::fabs(x) < 3.16e-4f);
}

TEST_CASE("Curves of f0 and level from a file are sung; a song model writes such curves and sings them") {
  const Home home;
  const fs::path curves = home.path / "curves.csv", out = home.path / "out.wav", log = home.path / "log";
  {
    std::ofstream file(curves);
    file << "time_s,f0_hz,level_db\n";
    for (int j = 0; j < 300; ++j) {
      const double t = j / 100.0;
      const double midi = t < 1 ? 60 : t < 2 ? 60 + 7 * (t - 1) : 67 + 0.5 * std::sin(2 * M_PI * 5.5 * t);
      file << t << ',' << 440 * std::exp2((midi - 69) / 12) << ',' << (t < 1 ? -34 : -24) << '\n';
    }
  }
  REQUIRE(run("sing " + curves.string() + " " + out.string() + " --model singing", log) == 0);
  const data::Features sung = features(read_sound(out, {48000, 1}).samples, 48000);
  CHECK(sung.midi[50] == Approx(60).margin(0.1));
  CHECK(sung.midi[150] == Approx(63.5).margin(0.2));
  for (const size_t j : {220u, 231u, 247u, 262u}) {
    const double t = static_cast<double>(j) / 100;
    CHECK(sung.midi[j] == Approx(67 + 0.5 * std::sin(2 * M_PI * 5.5 * t)).margin(0.15));
  }
  CHECK(sung.db[250] > sung.db[50] + 6);

  const fs::path song = home.path / "song.csv";
  REQUIRE(run("sing " + song.string() + " --minutes 0.3 --seed 3", log) == 0);
  REQUIRE(run("sing " + song.string() + " " + out.string() + " --model singing", log) == 0);
  const data::Features melody = features(read_sound(out, {48000, 1}).samples, 48000);
  std::set<long> notes;
  int voiced = 0;
  for (size_t j = 0; j < 1800; ++j) {
    voiced += melody.voiced[j];
    if (melody.voiced[j]) notes.insert(std::lround(melody.midi[j]));
  }
  CHECK(voiced > 900);
  CHECK(notes.size() >= 5);

  std::ofstream(curves) << "time_s,f0_hz,level_db\n0,440,-20\n0.01,loud,-20\n";
  CHECK(run("sing " + curves.string() + " " + out.string() + " --model singing", log) == 1);
  CHECK(text(log).find("curves.csv") != std::string::npos);
  CHECK(text(log).find("line 3") != std::string::npos);
}

TEST_CASE("What comes in from the very first sample sounds the same at any block size") {
  const Home home;
  const fs::path in = home.path / "in.wav", score = home.path / "score.txt", log = home.path / "log";
  {
    SndfileHandle file(in.string(), SFM_WRITE, SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000);
    std::vector<float> samples(48000);
    for (size_t i = 0; i < samples.size(); ++i)
      for (int k = 1; k <= 8; ++k)
        samples[i] += 0.15f / static_cast<float>(k) *
                      static_cast<float>(std::cos(2 * M_PI * 220 * k * static_cast<double>(i) / 48000));
    file.writef(samples.data(), 48000);
  }
  std::ofstream(score) << "rate 48000\n0 /part/new ddsp v alto-sax\n0 /part/v/input/channel 1\n"
                          "0 /part/v/input/mix 0.8\nend 1.2\n";
  std::vector<float> first;
  for (const char* block : {"1", "32", "64", "83", "96", "256", "333", "512", "2048"}) {
    const fs::path out = home.path / "out.wav";
    std::string arguments = "render " + score.string() + " " + out.string();
    REQUIRE(run(arguments + " --input " + in.string() + " --block " + block, log) == 0);
    const std::vector<float> samples = read_sound(out, {48000, 1}).samples;
    if (first.empty()) first = samples;
    INFO("block " << block);
    CHECK((samples == first));
  }
  CHECK(std::fabs(first[33]) > 0.01f);  // the input itself is there at once, behind the limiter
  float loudest = 0;
  for (size_t i = 24000; i < 36000; ++i) loudest = std::max(loudest, std::fabs(first[i]));
  CHECK(loudest > 0.02f);
}

TEST_CASE("Errors say what was wrong") {
  const Home home;
  const fs::path log = home.path / "log";
  std::string out(1, ' ');
  out.append((home.path / "out.wav").string());
  CHECK(run_transfer("/nowhere/in.wav" + out, log) == 1);
  CHECK(text(log) == "continuo: /nowhere/in.wav: no such file\n");
  CHECK(run_transfer(home.path.string() + out, log) == 1);
  CHECK(text(log) == "continuo: " + home.path.string() + ": is a folder; name one recording in it\n");
  const std::string right = "; readable are wav, aiff, au, caf, flac, ogg (vorbis, opus) and mp3\n";
  const struct {
    std::string content, said;
  } files[] = {
      {"", "is empty (0 bytes)\n"},
      {"A hundred bottles of beer on the wall, a hundred bottles of beer.\n",
       "is a text, no recording" + right},
      {std::string("\0\0\0\x20"
                   "ftypM4A \0\0\0\0",
                   16),
       "is an MP4 or M4A file (AAC): convert it to wav or flac first" + right},
      {std::string("MThd\0\0\0\6\0\1", 10), "is a MIDI file: it holds notes, no sound" + right},
      {std::string(300, '\x03'), "is no recording: "},
      {std::string("RIFF\x10\0\0\0WAVEjunk", 16),
       "looks like a WAV file but is damaged or of a kind that is not known: "},
  };
  for (const auto& [content, said] : files) {
    const fs::path in = home.path / "in.wav";
    std::ofstream(in, std::ios::binary) << content;
    CHECK(run_transfer(in.string() + out, log) == 1);
    INFO(text(log));
    CHECK(text(log).find(in.string() + ": " + said) != std::string::npos);
    std::ofstream(home.path / "score.txt") << "rate 48000\nend 0.1\n";
    CHECK(run("render " + (home.path / "score.txt").string() + out + " --input " + in.string(), log) == 1);
    CHECK(text(log).find(in.string() + ": " + said) != std::string::npos);
  }
  CHECK(run_transfer("/etc/passwd" + out, log) == 1);
  CHECK(text(log) == "continuo: /etc/passwd: is a text, no recording" + right);
  CHECK(run_transfer("/etc/passwd" + out + " --model kazoo", log) == 1);
  CHECK(text(log).find("there is no voice \"kazoo\"") != std::string::npos);
  CHECK(text(log).find("alto-sax") != std::string::npos);
}
