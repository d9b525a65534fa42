// What was played live and what its score renders to are the same samples.
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

}  // namespace

TEST_CASE("A score renders to the recording of the same performance, sample by sample") {
  const Folder home;
  fs::create_directories(home.path() / "models");
  continuo::ddsp::random_model({}).write((home.path() / "models" / "random.safetensors").string());
  const JackServer jack;
  RunningEngine engine(home.path());
  Client client(engine.port());
  const auto pause = [](int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); };

  client.send("/part/new", "sss", "ddsp", "voice", "random");
  REQUIRE(client.answered("/part/voice/gain", "/part/voice/gain"));
  client.send("/part/voice/send", "f", -6.f);
  client.send("/record/score", "s", "take");
  client.send("/record/start", "s", "take");
  REQUIRE(wait_for([&] { return client.count("/done") >= 3; }));
  for (const float note : {57.f, 60.5f, 64.f}) {
    client.send("/part/voice/note", "ff", note, 90.f);
    pause(130);
    client.send("/part/voice/bend", "ff", 0.7f, 0.05f);
    client.send("/part/voice/loudness", "ff", -9.f, 0.1f);
    pause(170);
    client.send("/part/voice/note", "ff", note, 0.f);
    client.send("/part/voice/brightness", "f", note - 60);
  }
  pause(800);
  client.send("/record/stop", "");
  client.send("/record/score/stop", "");
  REQUIRE(wait_for([&] { return client.count("/done") >= 5; }));
  const fs::path score = home.path() / "scores" / "take.txt", take = home.path() / "recordings" / "take.wav";

  std::vector<float> heard = continuo::read_sound(take, {0, 1}).samples;
  for (const char* block : {"64", "333"}) {
    const fs::path out = home.path() / (std::string("render") + block + ".wav");
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
