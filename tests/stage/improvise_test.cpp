// A partner on stage: a scripted player's MIDI key on JACK, the answer on the MIDI output, as sound, and in
// the score with the frame of each note.
#include <rtmidi/RtMidi.h>

#include <regex>

#include "engine/midi/hub.h"
#include "tests/stage/running_engine.h"

using namespace continuo::test;
using continuo::midi::Hub;
using continuo::midi::HubOptions;
using continuo::midi::RawMessage;

namespace {

void pause(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

// Frames at which notes of a part begin, in a score.
std::vector<long long> onsets(const fs::path& score, const std::string& part) {
  std::vector<long long> frames;
  std::ifstream file(score);
  const std::regex note("@([0-9]+) /part/" + part + "/note/norm ([0-9.]+) ([0-9.]+).*");
  std::smatch found;
  for (std::string line; std::getline(file, line);) {
    if (std::regex_match(line, found, note) && std::stod(found[3]) > 0)
      frames.push_back(std::stoll(found[1]));
  }
  return frames;
}

}  // namespace

TEST_CASE("A call on a MIDI key is answered on the grid, by sound, MIDI and OSC; no callback sins") {
  const Folder home;
  const JackServer jack;
  fs::create_directories(home.path() / "models");
  fs::copy("models/trained/folk-melody.safetensors", home.path() / "models" / "folk-melody.safetensors");
  RunningEngine engine(home.path(), true);
  Client client(engine.port());
  client.send("/notify", "i", 1);
  client.send("/part/new", "ss", "additive", "answer");
  client.send("/transport/tempo", "f", 120.f);
  client.send("/player/new", "ss", "musicrnn", "folk-melody");
  REQUIRE(wait_for([&] { return client.count("/player/added") > 0; }));
  client.send("/sync", "i", 7);
  for (const auto& [name, value] : {std::pair{"out/part", 2.f},
                                    {"out/midi", 1.f},
                                    {"follow", 0.f},
                                    {"silence", 0.5f},
                                    {"bars", 2.f},
                                    {"density", 0.5f}})
    client.send(("/musicrnn/1/" + std::string(name)).c_str(), "f", value);

  RtMidiOut keyboard(RtMidi::UNIX_JACK, "test-keyboard");
  keyboard.openVirtualPort("key");
  HubOptions options;
  options.client = "listener";
  options.select = "continuo-midi-out";
  options.only_api = "jack";
  Hub hub(options);
  const auto key = [&](unsigned char pitch, int ms) {
    const std::vector<unsigned char> on{0x90, pitch, 100}, off{0x80, pitch, 0};
    keyboard.sendMessage(&on);
    pause(ms);
    keyboard.sendMessage(&off);
  };
  // Until the hubs on both sides have found the ports: calls that are answered.
  RawMessage message;
  REQUIRE(wait_for([&] {
    key(60, 100);
    pause(1500);
    return hub.poll(message);
  }));
  client.send("/musicrnn/1/panic", "");
  pause(500);
  while (hub.poll(message)) continue;

  const int done = client.count("/done");
  client.send("/record/score", "s", "evening");
  REQUIRE(wait_for([&] { return client.count("/done") > done; }));
  const int told_before = client.count("/musicrnn/1/played");
  const auto sound = record(home.path(), 8, [&] {
    pause(500);
    for (const unsigned char pitch : {67, 71, 74, 71}) key(pitch, 240);
  });
  client.send("/musicrnn/1/panic", "");
  pause(500);
  client.send("/record/score/stop", "");
  REQUIRE(wait_for([&] { return client.count("/done") > done + 1; }));

  const auto frames = onsets(home.path() / "scores" / "evening.txt", "2");
  REQUIRE(frames.size() >= 3);
  for (const long long frame : frames)
    CHECK((frame - frames.front()) % 6000 == Approx(0).margin(1));  // sixteenths
  int on = 0, off = 0;
  while (hub.poll(message)) {
    on += (message.bytes[0] & 0xf0) == 0x90;
    off += (message.bytes[0] & 0xf0) == 0x80;
  }
  CHECK(on == static_cast<int>(frames.size()));
  CHECK(off == on);
  CHECK(client.count("/musicrnn/1/played") - told_before == on + off);
  double loudest = 0;  // when the key is silent
  for (size_t i = 48000 * 3; i < sound.size(); ++i)
    loudest = std::max(loudest, std::fabs(static_cast<double>(sound[i])));
  CHECK(loudest > 0.01);
  CHECK(engine.stop(SIGTERM) == 0);
  CHECK(engine.guard_report().find("\"violations\": 0") != std::string::npos);
}
