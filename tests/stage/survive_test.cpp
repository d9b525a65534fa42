// What may happen on a stage: the server dies, the block changes, the engine is killed.
#include "tests/stage/running_engine.h"

using namespace continuo::test;

TEST_CASE("jackd is killed and comes back: the note still sounds") {
  const Folder home;
  JackServer jack;
  RunningEngine engine(home.path());
  Client client(engine.port());
  client.send("/part/1/note", "ff", 57.f, 100.f);
  jack.stop(SIGKILL);
  REQUIRE(client.answered("/status", "/status.reply"));
  REQUIRE(jack.start(48000, 64));
  double heard = 0;
  CHECK(wait_for([&] {
    heard = median_midi(record(home.path(), 1, [] {}));
    return heard != 0;
  }));
  CHECK(heard == Approx(57).margin(0.1));
}

TEST_CASE("jack_bufsize while a note sounds") {
  const Folder home;
  JackServer jack;
  RunningEngine engine(home.path());
  Client client(engine.port());
  client.send("/part/1/note", "ff", 57.f, 100.f);
  REQUIRE(run({"jack_bufsize", "256"}) == 0);
  double heard = 0;
  CHECK(wait_for([&] {
    heard = median_midi(record(home.path(), 1, [] {}));
    return heard != 0;
  }));
  CHECK(heard == Approx(57).margin(0.1));
}

TEST_CASE("After kill -9 the session is as it was") {
  const Folder home;
  JackServer jack;
  RunningEngine engine(home.path());
  {
    Client client(engine.port());
    client.send("/part/new", "ss", "additive", "bells");
    REQUIRE(client.answered("/part/bells/gain", "/part/bells/gain"));
    client.send("/part/bells/pan", "f", -0.5f);
    REQUIRE(wait_for([&] {
      std::ifstream file(home.path() / "sessions" / "default.json");
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      return text.find("bells") != std::string::npos && text.find("-0.5") != std::string::npos;
    }));
  }
  CHECK(engine.stop(SIGKILL) == -1);
  engine.start();
  Client client(engine.port());
  CHECK(client.answered("/part/bells/pan", "/part/bells/pan"));
}
