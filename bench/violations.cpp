// The real-time guard, preloaded into the shipped binary, through a minute of random valid and invalid OSC.
#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"
#include "engine/osc/packet_writer.h"
#include "engine/osc/time_tag.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

constexpr int kMessagesPerSecond = 2000;

// Random messages: mostly valid values of whatever is there, notes, parts and models that come and go, and
// rubbish.
class Player {
 public:
  explicit Player(std::vector<std::string> parameters) : parameters_(std::move(parameters)) {}

  std::vector<std::byte> next() {
    const int kind = pick(100);
    if (kind < 40) return packet(value());
    if (kind < 60) return packet(note());
    if (kind < 70) return packet(expression());
    if (kind < 80) return packet(wrong());
    if (kind < 90) return rubbish();
    if (kind < 91 && ++coming_ % 4 == 0) return packet(part());  // about five a second
    return bundle();
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  double unit() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  std::string part_name() { return pick(10) == 0 ? "*" : std::to_string(1 + pick(4)); }

  // Any parameter of /dump, through its 0..1 face, on any part; now and then with a ramp.
  std::string value() {
    std::string address = parameters_[static_cast<size_t>(pick(static_cast<int>(parameters_.size())))];
    if (address.starts_with("/part/1/")) address = "/part/" + part_name() + address.substr(7);
    const std::string ramp = pick(4) == 0 ? text(" %.3f", unit()) : "";
    return address + text("/norm %.4f", unit()) + ramp;
  }
  std::string note() {
    if (pick(12) == 0)
      return text("/part/%s/note/off", part_name().c_str());  // or all voices of all parts would sound
    const int pitch = 40 + pick(50);
    return text("/part/%s/note %d %d", part_name().c_str(), pitch, pick(3) == 0 ? 0 : 1 + pick(127));
  }
  std::string expression() {
    static constexpr std::array<const char*, 3> kNames{"bend", "pressure", "timbre"};
    return text("/part/%s/note/%s %d %.3f", part_name().c_str(), kNames[static_cast<size_t>(pick(3))],
                40 + pick(50), unit());
  }
  std::string part() {
    const int number = 2 + pick(3);
    switch (pick(7)) {
      case 0:
        return "/part/new \"ddsp\"";
      case 1:
        return "/part/new \"additive\"";
      case 2:
        return text("/part/%d/remove", number);
      case 3:
        return text("/part/%d/instrument \"%s\"", number, pick(2) == 0 ? "ddsp" : "additive");
      case 4:
        return text("/part/%d/model \"alto-sax\"", pick(4) + 1);
      case 5:
        return pick(3) == 0 ? "/panic" : "/clearSched";
      default:
        return text("/part/%d/name \"n%d\"", number, pick(9));
    }
  }
  std::string wrong() {
    switch (pick(6)) {
      case 0:
        return "/part/1/gain \"loud\"";
      case 1:
        return "/part/1/gain 1000.0";
      case 2:
        return "/part/99/note 60 100";
      case 3:
        return "/nothing/here 1 2 3";
      case 4:
        return "/part/1/note";
      default:
        return "/part/1/model \"../../etc/passwd\"";
    }
  }
  std::vector<std::byte> rubbish() {
    std::vector<std::byte> bytes = pick(2) == 0 ? packet(value()) : bundle();
    const int changes = 1 + pick(6);
    for (int i = 0; i < changes; ++i)
      bytes[static_cast<size_t>(pick(static_cast<int>(bytes.size())))] ^=
          static_cast<std::byte>(1 << pick(8));
    if (pick(2) == 0) bytes.resize(static_cast<size_t>(1 + pick(static_cast<int>(bytes.size()))));
    // What chance has made must not end the engine.
    static const std::string kQuit = "/quit";
    const auto* begin = reinterpret_cast<const char*>(bytes.data());
    const bool quits =
        std::search(begin, begin + bytes.size(), kQuit.begin(), kQuit.end()) != begin + bytes.size();
    return quits ? packet("/status") : bytes;
  }
  std::vector<std::byte> bundle();

  std::mt19937 random_{1};
  std::vector<std::string> parameters_;
  int coming_ = 0;
};

std::vector<std::byte> Player::bundle() {
  std::vector<std::byte> buffer(2048);
  osc::BundleWriter writer(buffer, osc::TimeTag::now().plus_seconds(0.2 * unit() - 0.02));  // some are late
  const int messages = 1 + pick(8);
  for (int i = 0; i < messages; ++i) writer.add(packet(pick(2) == 0 ? value() : note()));
  buffer.resize(writer.size());
  return buffer;
}

std::vector<std::string> parameters_of(EngineProcess& engine) {
  engine.send("/dump");
  std::vector<std::string> addresses;
  for (int quiet = 0; quiet < 20;) {
    wait_for(20ms);
    const auto replies = engine.osc().drain();
    quiet = replies.empty() ? quiet + 1 : 0;
    for (const Reply& reply : replies) {
      const bool value = reply.texts.size() == 1 && reply.texts[0].empty();
      if (value && reply.address != "/master/limiter") addresses.push_back(reply.address);
    }
  }
  if (addresses.empty()) throw Absent("continuo does not answer /dump");
  return addresses;
}

}  // namespace

std::vector<Row> measure_violations(const Settings& settings) {
  const auto guard = own_path().parent_path() / "tests" / "guard" / "libcontinuo_guard.so";
  if (!std::filesystem::exists(guard))
    throw Absent(guard.string() + " is not built (Linux on x86-64 has it)");
  JackServer jack;
  TemporaryFolder folder;
  const auto report = folder.path() / "guard.json";
  EngineProcess engine({{"LD_PRELOAD", guard.string()}, {"CONTINUO_GUARD_REPORT", report.string()}});
  engine.wait_ready();
  Player player(parameters_of(engine));
  const auto start = std::chrono::steady_clock::now();
  const auto messages = static_cast<int64_t>(settings.seconds * kMessagesPerSecond);
  for (int64_t i = 0; i < messages; ++i) {
    wait_until(start + std::chrono::microseconds(i * 1'000'000 / kMessagesPerSecond));
    engine.osc().send(player.next());
    if (i % 200 == 0) engine.osc().drain();
    if (i % 2000 == 0 && !engine.process().running())
      throw Absent("continuo has ended: " + engine.process().output());
  }
  wait_for(200ms);
  engine.osc().drain();
  auto status = engine.status();
  if (!engine.process().stop(40s)) throw Absent("continuo does not end, so the guard cannot report");

  std::ifstream in(report);
  const auto told = nlohmann::json::parse(in, nullptr, false);
  if (told.is_discarded() || told.value("callbacks", 0) == 0) {
    throw Absent("the guard saw no callback: " + engine.process().output());
  }
  Row row;
  row.value = told["violations"].get<double>();
  row.note = text(
      "in %lld callbacks, %.0f s, %.0f messages, %.0f packets refused; malloc, free, locks, system calls and "
      "page faults; "
      "goal: 0",
      static_cast<long long>(told["callbacks"].get<int64_t>()), settings.seconds, status["messages"],
      status["refused_packets"]);
  if (*row.value > 0) {
    const std::string printed = engine.process().output();
    std::fprintf(stderr, "%s\n", printed.substr(0, 6000).c_str());
  }
  return {row};
}

}  // namespace continuo::bench
