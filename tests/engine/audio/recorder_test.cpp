// Recording: sample-exact, aligned, never overwriting, readable after a kill; sound files read back.
#include <sndfile.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <thread>

#include "engine/audio/recorder.h"
#include "engine/audio/sound_file.h"

using namespace continuo;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("continuo-recorder-" + std::to_string(getpid()));
  Folder() { fs::remove_all(path); }
  ~Folder() { fs::remove_all(path); }
};

// Frames in the engine's time: channel c of frame f is f * 1e-5 + c / 4.
void push(RecorderTap& tap, uint64_t frame, uint32_t frames, uint32_t channels) {
  std::vector<std::vector<float>> planes(channels, std::vector<float>(frames));
  std::vector<const float*> pointers;
  for (uint32_t c = 0; c < channels; ++c) {
    for (uint32_t i = 0; i < frames; ++i)
      planes[c][i] = static_cast<float>(frame + i) * 1e-5f + 0.25f * static_cast<float>(c);
    pointers.push_back(planes[c].data());
  }
  tap.push(frame, pointers.data(), channels, frames);
}

RecordSpec spec(const std::string& name) {
  return {name, {{"", 2}, {"1-sax", 1}}, 48000, false, 4};
}

}  // namespace

TEST_CASE("a take begins and ends at its exact frames, its stems aligned") {
  Folder folder;
  auto take = Recording::create(folder.path, spec("take"));
  CHECK(take->paths()[1].filename() == "take-1-sax.wav");
  take->arm(100);
  take->end_at(1000);
  for (uint64_t frame = 64; frame < 1088; frame += 64) {
    push(take->tap(0), frame, 64, 2);
    if (frame >= 320 && frame < 640) push(take->tap(1), frame, 64, 1);  // tapped late, given back early
  }
  take->finish();
  CHECK(take->dropped_frames() == 0);
  const Sound master = read_sound(take->paths()[0]), stem = read_sound(take->paths()[1]);
  REQUIRE(master.frames() == 900);
  REQUIRE(stem.frames() == 900);
  CHECK(master.channels == 2);
  CHECK(stem.channels == 1);
  for (uint64_t i = 0; i < 900; ++i) {
    const float expected = static_cast<float>(100 + i) * 1e-5f;
    REQUIRE(master.samples[2 * i] == expected);
    REQUIRE(master.samples[2 * i + 1] == expected + 0.25f);
    REQUIRE(stem.samples[i] == (i >= 220 && i < 540 ? expected : 0.0f));
  }
}

TEST_CASE("a stem that comes in the middle begins with silence; one that goes is closed") {
  Folder folder;
  auto take = Recording::create(folder.path, spec("take"));
  take->arm(1000);
  RecorderTap* first = &take->tap(1);
  push(take->tap(0), 1000, 400, 2);
  push(*first, 1000, 400, 1);
  take->close(first);
  CHECK(read_sound(folder.path / "take-1-sax.wav").frames() == 400);
  RecorderTap* late = take->add({"1-sax", 1});
  push(take->tap(0), 1400, 600, 2);
  push(*late, 5'000'000, 64, 1);  // 104 s later: a hole, whatever a drain may write at once
  CHECK_FALSE(take->drain());
  push(take->tap(0), 5'000'000, 64, 2);
  take->finish();
  CHECK(take->dropped_frames() == 0);
  const Sound stem = read_sound(folder.path / "take-1-sax-2.wav");
  REQUIRE(stem.frames() == 5'000'064 - 1000);
  CHECK(std::all_of(stem.samples.begin(), stem.samples.begin() + 4'999'000, [](float x) { return x == 0; }));
  for (uint64_t i = 0; i < 64; ++i)
    REQUIRE(stem.samples[4'999'000 + i] == static_cast<float>(5'000'000 + i) * 1e-5f);
  CHECK(read_sound(folder.path / "take.wav").frames() == stem.frames());
}

TEST_CASE("without an end, a take ends where its first tap left") {
  Folder folder;
  auto take = Recording::create(folder.path, spec("take"));
  take->arm(0);
  push(take->tap(0), 0, 500, 2);
  push(take->tap(1), 0, 480, 1);
  take->finish();
  CHECK(read_sound(take->paths()[0]).frames() == 480);
  CHECK(read_sound(take->paths()[1]).frames() == 480);
}

TEST_CASE("a full ring is counted and becomes silence of the same length") {
  Folder folder;
  RecordSpec small = spec("take");
  small.tracks.resize(1);
  small.ring_seconds = 0.01;  // the smallest ring: 8192 floats
  auto take = Recording::create(folder.path, small);
  take->arm(0);
  uint64_t frame = 0;
  for (; frame < 6400; frame += 64) push(take->tap(0), frame, 64, 2);
  const uint64_t dropped = take->dropped_frames();
  CHECK(dropped > 0);
  while (take->drain()) {
  }
  push(take->tap(0), frame, 64, 2);
  take->finish();
  const Sound sound = read_sound(take->paths()[0]);
  REQUIRE(sound.frames() == 6464);
  const uint64_t kept = 6400 - dropped;
  CHECK(sound.samples[2 * (kept - 1)] == static_cast<float>(kept - 1) * 1e-5f);
  CHECK(sound.samples[2 * kept] == 0.0f);
  CHECK(sound.samples[2 * 6399] == 0.0f);
  CHECK(sound.samples[2 * 6400] == 6400 * 1e-5f);
}

TEST_CASE("nothing is overwritten, bad names and places are refused") {
  Folder folder;
  CHECK(Recording::create(folder.path, spec("take"))->name() == "take");
  const auto second = Recording::create(folder.path, spec("take"));
  CHECK(second->name() == "take-2");
  CHECK(second->paths()[0].filename() == "take-2.wav");
  // One stem in the way is enough.
  fs::remove(folder.path / "take.wav");
  CHECK(Recording::create(folder.path, spec("take"))->name() == "take-3");
  CHECK_FALSE(fs::exists(folder.path / "take.wav"));
  CHECK_THROWS_WITH(Recording::create(folder.path, spec("../etc/x")), Catch::Contains("a-z 0-9 _ -"));
  CHECK_THROWS_WITH(Recording::create("/proc/continuo", spec("x")), Catch::Contains("can't make the folder"));
}

TEST_CASE("24 bits clip instead of wrapping") {
  Folder folder;
  RecordSpec wish{"loud", {{"", 1}}, 48000, true, 1};
  auto take = Recording::create(folder.path, wish);
  take->arm(0);
  const std::vector<float> loud{0.5f, 2.0f, -2.0f, 1.0f};
  const float* planes[1] = {loud.data()};
  take->tap(0).push(0, planes, 1, 4);
  take->finish();
  const Sound sound = read_sound(take->paths()[0]);
  REQUIRE(sound.frames() == 4);
  CHECK(sound.samples[0] == 0.5f);
  CHECK(sound.samples[1] == Approx(1.0f).margin(1e-6));
  CHECK(sound.samples[2] == -1.0f);
}

TEST_CASE("a full disk stops the take with a reason") {
  Folder folder;
  const pid_t child = fork();
  if (child == 0) {
    // Files of this process may have 8 KiB: the write fails as on a full disk.
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8192, 8192};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto take = Recording::create(folder.path, {"take", {{"", 1}}, 48000, false, 1});
    take->arm(0);
    push(take->tap(0), 0, 10000, 1);
    int faults = 0;
    for (int i = 0; i < 2; ++i) {
      try {
        take->drain();
      } catch (const std::runtime_error& error) {
        faults += std::string(error.what()).find("recording stopped: can't write") == 0 ? 1 : 10;
      }
      push(take->tap(0), 10000, 1000, 1);
    }
    _exit(faults);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);  // said once, then silent
}

TEST_CASE("a killed process leaves files readable up to the last second") {
  Folder folder;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    auto take = Recording::create(folder.path, spec("take"));
    take->arm(0);
    for (uint64_t frame = 0; frame < 48000 * 7 / 2; frame += 64) {  // 3.5 s
      push(take->tap(0), frame, 64, 2);
      push(take->tap(1), frame, 64, 1);
      if (frame % 4800 == 0) take->drain();
    }
    while (take->drain()) {
    }
    (void)!write(ready[1], "r", 1);
    for (;;) pause();
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  for (const char* name : {"take.wav", "take-1-sax.wav"}) {
    const Sound sound = read_sound(folder.path / name);
    CHECK(sound.frames() >= 48000 * 5 / 2);
    CHECK(sound.samples[sound.channels * 96000] == 96000 * 1e-5f);
  }
}

TEST_CASE("a thread pushes while another drains") {
  Folder folder;
  auto take = Recording::create(folder.path, spec("take"));
  take->arm(0);
  std::thread audio([&] {
    for (uint64_t frame = 0; frame < 96000; frame += 32) {
      push(take->tap(0), frame, 32, 2);
      push(take->tap(1), frame, 32, 1);
    }
  });
  for (int i = 0; i < 50; ++i) take->drain();
  audio.join();
  take->finish();
  const Sound sound = read_sound(take->paths()[0]);
  REQUIRE(sound.frames() == 96000);
  CHECK(take->dropped_frames() == 0);
  for (uint64_t i = 0; i < 96000; ++i) REQUIRE(sound.samples[2 * i] == static_cast<float>(i) * 1e-5f);
}

TEST_CASE("the recorder: start, tick, stop, through jobs") {
  Folder folder;
  std::vector<std::pair<Recorder::Work, Recorder::Then>> jobs;
  const auto run_jobs = [&] {
    while (!jobs.empty()) {
      auto [work, then] = std::move(jobs.front());
      jobs.erase(jobs.begin());
      std::string error;
      try {
        work();
      } catch (const std::exception& fault) {
        error = fault.what();
      }
      then(error);
    }
  };
  Recorder recorder(folder.path,
                    [&](Recorder::Work work, Recorder::Then then) { jobs.emplace_back(work, then); });
  CHECK_FALSE(recorder.stop({}));
  std::string heard;
  REQUIRE(recorder.start(spec("take"),
                         [&](const std::string& error, Recording* take) {
                           heard = error;
                           REQUIRE(take != nullptr);
                           take->arm(1000);
                         },
                         {}));
  CHECK_FALSE(recorder.start(spec("other"), {}, {}));
  run_jobs();
  CHECK(heard.empty());
  Recording* take = recorder.take();
  for (size_t t = 0; t < 2; ++t) push(take->tap(t), 960, 400, t == 0 ? 2 : 1);
  recorder.tick();
  run_jobs();
  bool done = false;
  REQUIRE(recorder.stop([&](const std::string& error) { done = error.empty(); }));
  run_jobs();
  CHECK_FALSE(done);  // the engine still holds the taps
  for (size_t t = 0; t < 2; ++t) recorder.tap_stopped(static_cast<BlockSink*>(&take->tap(t)));
  run_jobs();
  CHECK(done);
  CHECK_FALSE(recorder.recording());
  CHECK(read_sound(folder.path / "take.wav").frames() == 360);

  REQUIRE(recorder.start(spec("Bad Name"), [&](const std::string& error, Recording*) { heard = error; }, {}));
  run_jobs();
  CHECK_THAT(heard, Catch::Contains("a-z 0-9 _ -"));
  CHECK_FALSE(recorder.recording());
}

TEST_CASE("sound files come at the wanted rate and width") {
  Folder folder;
  RecordSpec wish{"tone", {{"", 2}}, 44100, false, 2};
  auto take = Recording::create(folder.path, wish);
  take->arm(0);
  std::vector<float> left(44100), right(44100, 0.0f);
  for (size_t i = 0; i < left.size(); ++i)
    left[i] = static_cast<float>(std::sin(2 * M_PI * 1000 * static_cast<double>(i) / 44100));
  const float* planes[2] = {left.data(), right.data()};
  take->tap(0).push(0, planes, 2, 44100);
  take->finish();
  const Sound sound = read_sound(take->paths()[0], {48000, 1, 3600});
  CHECK(sound.rate == 48000);
  CHECK(sound.channels == 1);
  REQUIRE(sound.frames() == 48000);
  double worst = 0;
  for (size_t i = 4800; i < 43200; ++i) {
    const double expected = 0.5 * std::sin(2 * M_PI * 1000 * static_cast<double>(i) / 48000);
    worst = std::max(worst, std::abs(sound.samples[i] - expected));
  }
  CHECK(worst < 1e-5);
  CHECK_THROWS_WITH(read_sound(take->paths()[0], {0, 0, 0.5}), Catch::Contains("longer than"));
  CHECK_THROWS_WITH(read_sound(folder.path / "absent.wav"), Catch::Contains("absent.wav"));
}
