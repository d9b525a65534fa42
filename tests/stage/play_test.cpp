// Played by liblo and by a MIDI key on JACK; heard by jack_rec; watched by the real-time guard.
#include <rtmidi/RtMidi.h>

#include <random>

#include "tests/stage/running_engine.h"

using namespace continuo::test;

TEST_CASE("An OSC note on JACK has its pitch") {
  const Folder home;
  const JackServer jack;
  RunningEngine engine(home.path());
  Client client(engine.port());
  const auto sound = record(home.path(), 3, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    client.send("/part/1/note", "ff", 64.5f, 100.f);
  });
  CHECK(median_midi(sound) == Approx(64.5).margin(0.1));
}

TEST_CASE("A MIDI key on JACK plays the first part, and no callback sins") {
  const Folder home;
  const JackServer jack;
  RunningEngine engine(home.path(), true);
  RtMidiOut keyboard(RtMidi::UNIX_JACK, "test-keyboard");
  keyboard.openVirtualPort("key");
  std::vector<float> sound;
  // The hub looks for new ports each second.
  REQUIRE(wait_for([&] {
    sound = record(home.path(), 2, [&] {
      const std::vector<unsigned char> on{0x90, 60, 100}, off{0x80, 60, 0};
      keyboard.sendMessage(&on);
      std::this_thread::sleep_for(std::chrono::milliseconds(1500));
      keyboard.sendMessage(&off);
    });
    return median_midi(sound) != 0;
  }));
  CHECK(median_midi(sound) == Approx(60).margin(0.1));
  CHECK(engine.stop(SIGTERM) == 0);
  CHECK(engine.guard_report().find("\"violations\": 0") != std::string::npos);
}

TEST_CASE("Parts come and go under random messages, good and bad, and no callback sins") {
  const Folder home;
  const JackServer jack;
  RunningEngine engine(home.path(), true);
  Client client(engine.port());
  std::mt19937 random(7);
  const auto uniform = [&](float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  };
  const char* const parameters[] = {"/part/1/gain",      "/part/1/brightness", "/part/1/bend",
                                    "/part/2/pan",       "/part/1/send",       "/part/*/vibrato/depth",
                                    "/part/1/gain/norm", "/nowhere",           "/part/1/mute"};
  for (int i = 0; i < 4000; ++i) {
    switch (random() % 8) {
      case 0:
        client.send("/part/1/note", "ff", uniform(30, 90), uniform(0, 127));
        break;
      case 1:
        client.send("/part/1/note", "if", static_cast<int>(random() % 128), 0.f);
        break;
      case 2:
        client.send(parameters[random() % std::size(parameters)], "s", "wrong");
        break;
      case 3:
        if (i % 50 == 0) client.send("/part/new", "s", "additive");
        if (i % 50 == 25) client.send("/part/2/remove", "");
        break;
      default:
        client.send(parameters[random() % std::size(parameters)], "ff", uniform(-2, 2), uniform(0, 0.1f));
    }
    if (i % 20 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  client.send("/panic", "");
  CHECK(client.answered("/status", "/status.reply"));
  CHECK(client.count("/fail") > 100);
  CHECK(engine.stop(SIGTERM) == 0);
  CHECK(engine.guard_report().find("\"violations\": 0") != std::string::npos);
}
