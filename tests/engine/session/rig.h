// A session to play in a test: an engine without a device, clocks that are its frames, a client that listens.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/instruments/additive.h"
#include "engine/osc/format.h"
#include "engine/osc/packet_writer.h"
#include "engine/session/offline.h"
#include "engine/session/session.h"

namespace continuo::session {

// Every kind sounds like the additive instrument; the model "broken" cannot be loaded.
class TestMaker final : public InstrumentMaker {
 public:
  MadeInstrument make(schema::Kind, const std::filesystem::path& model, const InstrumentSpec& spec,
                      uint32_t) override {
    if (model.stem() == "broken") throw std::runtime_error("broken.safetensors: the header is cut short");
    MadeInstrument made;
    made.pair.audio = std::make_unique<Additive>(spec);
    made.hop_frames = 480;
    return made;
  }
  std::string fault(const std::filesystem::path& model) override {
    return std::filesystem::file_size(model) == 0 ? "it is empty" : "";
  }
};

class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("continuo-session-" + std::to_string(counter()++))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_ / "models");
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  void add_model(const std::string& name) const {
    std::ofstream(path_ / "models" / (name + ".safetensors")) << "x";
  }
  static int& counter() {
    static int n = static_cast<int>(::time(nullptr) % 100000) * 100;
    return n;
  }

 private:
  std::filesystem::path path_;
};

struct Rig final : Outbox {
  static constexpr double kRate = 48000;
  static constexpr uint32_t kBlock = 64;

  // Without a name: empty and offline, as a score is rendered in.
  explicit Rig(const std::filesystem::path& home, const std::string& name = "default",
               InstrumentMaker* real = nullptr)
      : folders{home, {}}, real_maker(real) {
    client = *osc::parse_endpoint("127.0.0.1:50000");
    SessionServices with = services();
    with.offline = name.empty();
    session.emplace(with);
    if (name.empty()) {
      session->open_empty();
      settle();
      return;
    }
    session->open(name);
    settle();
    run(0.01);
    heard.clear();
  }
  SessionServices services() {
    SessionServices s{engine, worker, jobs, *this, real_maker ? *real_maker : maker, folders};
    s.log = [this](const std::string& line) { log.push_back(line); };
    s.monotonic_ns = [this] { return now_ns() + (work_ns += work_ns_a_look); };
    s.wall_clock = [this] { return wall(0); };
    s.outputs = [this] { return outputs; };
    s.quit = [this] { quit = true; };
    return s;
  }
  [[nodiscard]] int64_t now_ns() const {
    return static_cast<int64_t>(static_cast<double>(offline.frame()) * 1e9 / kRate);
  }
  [[nodiscard]] osc::TimeTag wall(double ahead_seconds) const {
    return osc::TimeTag::from_parts(3'900'000'000u, 0)
        .plus_seconds(static_cast<double>(offline.frame()) / kRate + ahead_seconds);
  }

  bool send(const osc::Endpoint& to, std::span<const std::byte> packet) override {
    osc::PacketReader reader(packet);
    REQUIRE(reader.ok());
    osc::Message message;
    while (reader.next(message)) heard.push_back({to, osc::format(message)});
    return true;
  }

  // A message of the client, and what it is told at once.
  std::vector<std::string> say(const std::string& text) { return say(text, client); }
  std::vector<std::string> say(const std::string& text, const osc::Endpoint& from) {
    const size_t before = heard.size();
    session->handle_packet(packet(text), from);
    settle();
    session->tick();
    std::vector<std::string> out;
    for (size_t i = before; i < heard.size(); ++i) {
      if (heard[i].to == from) out.push_back(heard[i].text);
    }
    return out;
  }
  // Several messages as one bundle, so many seconds from now (0: at once).
  std::vector<std::string> bundle(const std::vector<std::string>& texts, double ahead_seconds) {
    std::array<std::byte, 4096> space;
    osc::BundleWriter writer(space, ahead_seconds == 0 ? osc::TimeTag::immediately() : wall(ahead_seconds));
    for (const std::string& text : texts) REQUIRE(writer.add(packet(text)));
    const size_t before = heard.size();
    session->handle_packet(writer.bytes(), client);
    while (session->busy()) session->work();
    std::vector<std::string> out;
    for (size_t i = before; i < heard.size(); ++i) out.push_back(heard[i].text);
    return out;
  }
  static std::vector<std::byte> packet(const std::string& text) {
    const osc::ParsedMessage parsed = osc::parse_message(text);
    INFO(text << ": " << parsed.fault);
    REQUIRE(parsed.fault.empty());
    return parsed.packet;
  }
  // Plays on, with a tick each 5 ms; the left channel is what comes back.
  std::vector<float> run(double seconds) {
    std::vector<float> left;
    const auto frames = static_cast<uint64_t>(seconds * kRate);
    constexpr uint64_t kTick = 240;
    for (uint64_t done = 0; done < frames;) {
      const uint64_t n = std::min(kTick, frames - done);
      std::vector<float> both(n * 2);
      offline.render(n, kBlock, both);
      for (uint64_t i = 0; i < n; ++i) left.push_back(both[2 * i]);
      done += n;
      session->tick();
      settle();
    }
    return left;
  }
  // Without ticks, as a score is rendered.
  std::vector<float> render(uint64_t frames) {
    std::vector<float> both(frames * 2), left(frames);
    offline.render(frames, kBlock, both);
    for (uint64_t i = 0; i < frames; ++i) left[i] = both[2 * i];
    return left;
  }
  void settle() { jobs.drain(); }
  float peak(double seconds) {
    float most = 0;
    for (const float x : run(seconds)) most = std::max(most, std::fabs(x));
    return most;
  }
  [[nodiscard]] float value(const std::string& address) const {
    return session->value(address).value_or(-1e9f);
  }

  struct Heard {
    osc::Endpoint to;
    std::string text;
  };
  LibraryFolders folders;
  InstrumentMaker* real_maker;  // in place of the test's
  Engine engine{EngineSpec{kRate, 2}};
  Worker worker{engine.clock(), engine.metrics()};
  Offline offline{engine, worker};
  InlineJobs jobs;
  TestMaker maker;
  std::vector<Heard> heard;
  std::vector<std::string> log;
  bool quit = false;
  uint32_t outputs = 2;
  int64_t work_ns = 0, work_ns_a_look = 0;  // time that goes by with each look at the clock
  osc::Endpoint client;
  std::optional<Session> session;
};

}  // namespace continuo::session
