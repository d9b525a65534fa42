// What was played live and what its score renders to are the same samples.
#include <memory>

#include "models/ddsp/inference/random_model.h"
#include "tests/stage/running_engine.h"

using namespace continuo::test;

namespace {

// Where `part` lies in `whole`, by its first loud sample.
size_t first_loud(const std::vector<float>& x) {
  for (size_t i = 0; i < x.size(); ++i) {
    if (std::fabs(x[i]) > 1e-4f) return i;
  }
  return x.size();
}

void pause(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

// Plays an engine of its own, readied by `prepare`, and records "take" and its score; false when the machine
// stood still meanwhile, so that a model frame or a message came late: that is heard in the take and not in
// the render.
template <typename Prepare, typename Play>
bool played_in_time(const fs::path& home, Prepare prepare, Play play) {
  fs::create_directories(home / "models");
  continuo::ddsp::RandomModelSpec spec;
  spec.spaces = true;
  continuo::ddsp::random_model(spec).write((home / "models" / "random.safetensors").string());
  fs::copy("models/trained/folk-song.safetensors", home / "models" / "folk-song.safetensors");
  RunningEngine engine(home);
  Client client(engine.port());
  client.send("/part/new", "sss", "ddsp", "voice", "random");
  REQUIRE(client.answered("/part/voice/gain", "/part/voice/gain"));
  client.send("/part/voice/send", "f", -6.f);
  prepare(client);
  const auto late = [&] {
    return client.status("late_frames") + client.status("late_starts") + client.status("late_commands");
  };
  const int done = client.count("/done"), late_before = late();
  client.send("/record/score", "s", "take");
  client.send("/record/start", "s", "take");
  REQUIRE(wait_for([&] { return client.count("/done") >= done + 2; }));
  play(client);
  client.send("/record/stop", "");
  client.send("/record/score/stop", "");
  REQUIRE(wait_for([&] { return client.count("/done") >= done + 4; }));
  return late() == late_before;
}

// Plays until a take is in time, and compares it with what its score renders to.
template <typename Prepare, typename Play>
void compare(Prepare prepare, Play play) {
  const JackServer jack(48000, 256);
  std::unique_ptr<Folder> home;
  bool in_time = false;
  for (int take = 1; take <= 10 && !in_time; ++take) {
    home = std::make_unique<Folder>();
    in_time = played_in_time(home->path(), prepare, play);
  }
  REQUIRE(in_time);
  const fs::path score = home->path() / "scores" / "take.txt";
  const fs::path take = home->path() / "recordings" / "take.wav";

  std::vector<float> heard = continuo::read_sound(take, {0, 1}).samples;
  for (const char* block : {"64", "333"}) {
    const fs::path out = home->path() / (std::string("render") + block + ".wav");
    REQUIRE(run({CONTINUO_PROGRAM, "render", score.string(), out.string(), "--block", block}) == 0);
    const std::vector<float> rendered = continuo::read_sound(out, {0, 1}).samples;
    const size_t live = first_loud(heard), offline = first_loud(rendered);
    REQUIRE(live < heard.size());
    const size_t frames = std::min(heard.size() - live, rendered.size() - offline);
    REQUIRE(frames > 40000);
    float worst = 0;
    for (size_t i = 0; i < frames; ++i)
      worst = std::max(worst, std::fabs(heard[live + i] - rendered[offline + i]));
    INFO("block " << block);
    CHECK(worst < 1e-6f);
  }
}

}  // namespace

TEST_CASE("A score renders to the recording of the same performance, sample by sample") {
  compare(
      [](Client& client) {
        client.send("/part/voice/technique/by/vibrato", "f", 0.5f);
        client.send("/part/voice/technique/drift", "f", 0.3f);
        client.send("/part/voice/vowel/code", "if", 2, 0.8f);
      },
      [](Client& client) {
        for (const float note : {57.f, 60.5f, 64.f}) {
          client.send("/part/voice/note", "ff", note, 90.f);
          pause(130);
          client.send("/part/voice/bend", "ff", 0.7f, 0.05f);
          client.send("/part/voice/loudness", "ff", -9.f, 0.1f);
          pause(170);
          client.send("/part/voice/note", "ff", note, 0.f);
          client.send("/part/voice/brightness", "f", note - 60);
          client.send("/part/voice/technique/by/trill", "ff", (note - 57) / 7, 0.1f);
        }
        client.send("/part/voice/technique/xy", "ff", 0.3f, 0.6f);
        client.send("/part/voice/note", "ff", 62.f, 90.f);
        pause(200);
        client.send("/part/voice/note", "ff", 62.f, 0.f);
        pause(800);
      });
}

TEST_CASE(
    "And so does the score of a voice that sings by itself, follows a player and is played by a stream") {
  compare(
      [](Client& client) {
        client.send("/part/voice/sing/seed", "i", 4);
        client.send("/part/voice/sing/centre", "f", 64.f);
      },
      [](Client& client) {
        client.send("/part/voice/sing", "i", 1);
        pause(1500);
        client.send("/part/voice/sing/steer/pitch", "f", 62.f);
        client.send("/part/voice/sing/steer", "f", 0.6f);
        client.send("/part/voice/sing/seed", "i", 11);
        pause(700);
        client.send("/part/voice/note", "ff", 67.f, 90.f);
        pause(300);
        client.send("/part/voice/note", "ff", 67.f, 0.f);
        client.send("/part/voice/sing/mute", "i", 1);
        pause(150);
        client.send("/part/voice/sing/mute", "i", 0);
        pause(600);
        client.send("/part/voice/sing", "i", 0);
        for (int i = 0; i < 60; ++i) {
          const auto along = static_cast<float>(i) / 60;
          client.send("/part/voice/stream", "ff", 220 * std::exp2(along), -30 + 20 * along);
          pause(10);
        }
        client.send("/part/voice/stream", "fff", 300.f, -25.f, 0.2f);
        pause(300);
        client.send("/part/voice/stream", "ff", 0.f, -80.f);
        pause(900);
      });
}
