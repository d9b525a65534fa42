// A set whose making was killed or stopped ends as if nothing had happened.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdio>
#include <thread>

#include "tests/models/data/audio/sounds.h"

using namespace continuo::data;
using namespace continuo::data::testing;
namespace fs = std::filesystem;

namespace {

AudioOptions work(const ScratchFolder& folder, const std::string& out) {
  AudioOptions options;
  options.folders = {(folder / "in").string()};
  options.out = folder / out;
  options.keep = {"voices", "bleed", "decay", "noise_floor", "bandwidth", "voiced"};
  return options;
}

void record(const ScratchFolder& folder) {
  for (unsigned n = 0; n < 16; ++n) write_sound(folder / ("in/" + std::to_string(n) + ".wav"), melody(n, 4));
  write_sound(folder / "in/again.flac", scaled(melody(7, 4), 0.5f));
  write_text(folder / "in/broken.wav", "no sound");
}

// Makes the set in a process of its own and kills that after a while. False when it had ended by itself.
bool killed_after(const AudioOptions& options, int ms) {
  std::fflush(stdout);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    // Quiet, and without the test's own ends.
    if (!std::freopen("/dev/null", "w", stdout) || !std::freopen("/dev/null", "w", stderr)) _exit(3);
    const std::atomic<bool> stop{false};
    int code = 4;
    try {
      code = make_audio_set(options, stop);
    } catch (const std::exception&) {
    }
    _exit(code);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  kill(child, SIGKILL);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFSIGNALED(status);
}

}  // namespace

TEST_CASE("killed again and again, the set is byte for byte that of one run") {
  const ScratchFolder folder;
  record(folder);
  made(work(folder, "whole"));
  const std::string whole = read_text(folder / "whole/set.json");
  int kills = 0;
  for (int ms = 20; ms < 1000; ms += 40) {
    if (!killed_after(work(folder, "set"), ms)) break;
    ++kills;
  }
  CHECK(kills > 0);
  made(work(folder, "set"));
  CHECK(read_text(folder / "set/set.json") == whole);
  for (const auto& entry : fs::directory_iterator(folder / "whole/items")) {
    INFO(entry.path());
    CHECK(read_text(entry.path()) == read_text(folder / ("set/items/" + entry.path().filename().string())));
  }
}

TEST_CASE("what is there is not measured again; what is missing or changed is") {
  const ScratchFolder folder;
  record(folder);
  const AudioOptions options = work(folder, "set");
  const Set first = made(options);
  const auto audio = [&](std::size_t n) { return folder / ("set/items/" + first.items[n].id + ".flac"); };
  const auto before = fs::last_write_time(audio(3));
  const std::string gone = read_text(audio(5));
  fs::remove(audio(5));
  // A line that was cut by a kill.
  std::string journal = read_text(folder / "set/recordings.jsonl");
  write_text(folder / "set/recordings.jsonl", journal + "{\"key\":\"cut");
  CHECK(read_text(folder / "set/set.json") == (made(options), read_text(folder / "set/set.json")));
  CHECK(fs::last_write_time(audio(3)) == before);
  CHECK(read_text(audio(5)) == gone);
  write_sound(folder / "in/3.wav", melody(99, 3));
  const Set changed = made(options);
  CHECK(changed.items.size() == first.items.size());
  CHECK(read_text(folder / "set/set.json").find("duration_s") != std::string::npos);
}

TEST_CASE("asked to stop, it stops, and the same call goes on") {
  const ScratchFolder folder;
  record(folder);
  const AudioOptions options = work(folder, "set");
  std::atomic<bool> stop{true};
  CHECK(make_audio_set(options, stop) == 130);
  CHECK_FALSE(fs::exists(folder / "set/set.json"));
  CHECK(made(options).items.size() >= 16);
}
