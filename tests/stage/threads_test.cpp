// All threads of the shipped binary at work at once, without a sound card: what the sanitizers' presets look
// for.
#include <iostream>

#include "models/ddsp/inference/random_model.h"
#include "tests/stage/running_engine.h"

using namespace continuo::test;

namespace {

// Sanitizers write here: the engine's own output goes nowhere.
void log_to(const char* variable, const fs::path& file) {
  const char* old = std::getenv(variable);
  setenv(variable, ((old != nullptr ? std::string(old) + ":" : "") + "log_path=" + file.string()).c_str(), 1);
}

}  // namespace

TEST_CASE("Notes, models, takes, sessions and parts at once: no race, no leak, a clean end") {
  const Folder home;
  fs::create_directories(home.path() / "models");
  continuo::ddsp::random_model({}).write((home.path() / "models" / "random.safetensors").string());
  log_to("TSAN_OPTIONS", home.path() / "sanitizer");
  log_to("ASAN_OPTIONS", home.path() / "sanitizer");
  log_to("UBSAN_OPTIONS", home.path() / "sanitizer");
  RunningEngine engine(home.path(), false, 40000 + getpid() % 20000, "null");
  Client client(engine.port());
  client.send("/notify", "i", 1);
  for (int i = 0; i < 400; ++i) {
    if (i % 100 == 0) client.send("/part/new", "sss", "ddsp", "voice", "random");
    if (i % 100 == 20) client.send("/record/start", "si", "take", 1);
    if (i % 100 == 80) client.send("/record/stop", "");
    if (i % 30 == 0) client.send("/part/2/instrument", "s", i % 60 == 0 ? "additive" : "ddsp");
    if (i % 40 == 0) client.send("/part/2/model", "s", "random");
    if (i % 50 == 0) client.send("/part/1/send", "f", -6.f);
    if (i % 90 == 0) client.send("/session/save", "s", "saved");
    if (i == 250) client.send("/session/load", "s", "saved");
    if (i % 150 == 140) client.send("/part/2/remove", "");
    if (i % 10 == 0) client.send("/status", "");
    client.send("/part/1/note", "if", 40 + i % 40, i % 3 == 0 ? 0.f : 90.f);
    client.send("/part/2/note", "if", 40 + i % 30, i % 4 == 0 ? 0.f : 90.f);
    client.send("/part/2/bend", "f", static_cast<float>(i % 5) * 0.2f);
    client.send("/master/gain", "f", -static_cast<float>(i % 20));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  client.send("/sync", "i", 2);
  REQUIRE(wait_for([&] { return client.count("/synced") > 0; }));
  CHECK(client.count("/done") > 0);
  CHECK(engine.stop(SIGTERM) == 0);
  for (const auto& file : fs::directory_iterator(home.path())) {
    if (file.path().filename().string().rfind("sanitizer", 0) != 0) continue;
    std::cerr << std::ifstream(file.path()).rdbuf();
    FAIL_CHECK("a sanitizer has reported");
  }
}
