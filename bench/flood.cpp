// A minute of 5,000 valid OSC messages a second, and malformed ones, while 8 notes sound.
#include <algorithm>
#include <array>
#include <random>

#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"
#include "bench/probe.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

using Packets = std::vector<std::vector<std::byte>>;

constexpr int kValidPerMs = 5;
constexpr int kRubbishEachMs = 2;  // one malformed packet in so many milliseconds

// Valid, and none ends a note.
Packets valid_packets(std::mt19937& random) {
  std::uniform_real_distribution<double> unit(0, 1);
  Packets packets;
  for (int i = 0; i < 500; ++i) {
    const double x = unit(random);
    const std::array<std::string, 10> choices{
        text("/part/1/gain %.3f", -12 * x),
        text("/part/1/gain/norm %.4f", 0.7 + 0.2 * x),
        text("/part/1/pan %.3f %.3f", 2 * x - 1, x),
        text("/part/1/send %.2f", -30 + 20 * x),
        text("/part/1/brightness %.3f", 6 * x - 3),
        text("/part/1/vibrato/depth %.1f", 60 * x),
        text("/ddsp/1/noise/gain %.2f", -6 * x),
        text("/part/1/note/bend %d %.3f 0.05",
             static_cast<int>(EngineProcess::chord(8)[static_cast<size_t>(i) % 8]), x - 0.5),
        text("/part/*/pan %.3f", 2 * x - 1),
        text("/master/gain %.2f", -3 * x),
    };
    packets.push_back(packet(choices[static_cast<size_t>(i) % choices.size()]));
  }
  return packets;
}

// Not OSC: cut short, padded wrongly, with unknown type tags, or noise.
Packets malformed_packets(std::mt19937& random) {
  std::uniform_int_distribution<int> byte(0, 255);
  Packets packets;
  for (int i = 0; i < 100; ++i) {
    std::vector<std::byte> bytes = packet("/part/1/gain -6.0");
    switch (i % 4) {
      case 0:
        bytes.resize(bytes.size() - 2);
        break;
      case 1:
        bytes.resize(bytes.size() - 4);
        break;
      case 2:
        bytes[17] = std::byte{'?'};
        break;  // its type tag
      default:
        for (std::byte& b : bytes) b = static_cast<std::byte>(byte(random));
        bytes[0] = std::byte{'x'};
    }
    packets.push_back(std::move(bytes));
  }
  return packets;
}

struct Sent {
  int64_t valid = 0, malformed = 0, refused_by_kernel = 0;
  double seconds = 0;
};

Sent flood(OscClient& client, double seconds) {
  std::mt19937 random(1);
  const Packets valid = valid_packets(random), malformed = malformed_packets(random);
  Sent sent;
  const auto count = [&](const std::vector<std::byte>& bytes, int64_t& counter) {
    ++(client.send(bytes) ? counter : sent.refused_by_kernel);
  };
  const auto start = std::chrono::steady_clock::now();
  const auto milliseconds = static_cast<int64_t>(seconds * 1000);
  for (int64_t ms = 0; ms < milliseconds; ++ms) {
    wait_until(start + std::chrono::milliseconds(ms));
    for (int i = 0; i < kValidPerMs; ++i)
      count(valid[static_cast<size_t>(sent.valid) % valid.size()], sent.valid);
    if (ms % kRubbishEachMs == 0)
      count(malformed[static_cast<size_t>(sent.malformed) % malformed.size()], sent.malformed);
    if (ms % 100 == 0) client.drain();
  }
  sent.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return sent;
}

}  // namespace

std::vector<Row> measure_flood(const Settings& settings) {
  JackServer jack;
  EngineProcess engine;
  EmptyClient empty;
  engine.wait_ready();
  engine.play_chord(8);
  wait_for(1s);
  OscClient& osc = engine.osc();

  auto before = engine.status();
  const uint64_t empty_before = empty.xruns(), blocks_before = empty.blocks();
  const Sent sent = flood(osc, settings.seconds);
  const uint64_t empty_xruns = empty.xruns() - empty_before, blocks = empty.blocks() - blocks_before;
  wait_for(500ms);
  osc.drain();
  auto after = engine.status();
  const auto grown = [&](const char* name) { return after[name] - before[name]; };
  const double level_db = engine.part_meter_db();
  if (after["voices"] != 8 || level_db < -60) {
    throw Absent(text("%.0f of 8 notes sound at the end, at %.0f dB", after["voices"], level_db));
  }

  // /status itself is a message: the second one counts.
  const double lost = static_cast<double>(sent.valid) - (grown("messages") - 1);
  const double lost_malformed = static_cast<double>(sent.malformed) - grown("refused_packets");
  std::vector<Row> rows(4);
  rows[0].value = grown("xruns");
  rows[0].peer = "empty JACK client";
  rows[0].peer_value = static_cast<double>(empty_xruns);
  rows[0].note = text(
      "%.0f s, 8 notes, %.0f valid and %.0f malformed a second; callback p50 %.2f %%, p99.9 %.2f %% of the "
      "period; %llu periods; by cause: gap before a callback %.0f (all that the peer counts), callback too "
      "long "
      "%.0f, told by JACK %.0f; goal: 0",
      sent.seconds, static_cast<double>(sent.valid) / sent.seconds,
      static_cast<double>(sent.malformed) / sent.seconds, after["callback_p50_percent"],
      after["callback_p99_9_percent"], static_cast<unsigned long long>(blocks), grown("xruns_gap"),
      grown("xruns_long"), grown("xruns_backend"));
  rows[1].value = lost + grown("dropped");
  rows[1].note = text(
      "of %lld valid; malformed not seen: %.0f of %lld; refused by the kernel: %lld; dropped inside: %.0f; "
      "goal: 0",
      static_cast<long long>(sent.valid), lost_malformed, static_cast<long long>(sent.malformed),
      static_cast<long long>(sent.refused_by_kernel), grown("dropped"));
  rows[2].value = after["worker_step_max_ms"];
  rows[2].note = text(
      "from start, flood included; its processor time at most %.3f; late model frames %.0f; goal: at most 1",
      after["worker_step_cpu_max_ms"], grown("late_frames"));
  rows[3].value = after["control_turn_max_ms"];
  rows[3].note =
      text("from start, flood included; its processor time at most %.3f; at its begin %.3f; goal: at most 1",
           after["control_turn_cpu_max_ms"], before["control_turn_max_ms"]);
  return rows;
}

}  // namespace continuo::bench
