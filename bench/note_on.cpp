// Untimed note-on to sound: a chord of 8 notes of the shipped model.
#include <random>

#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"
#include "bench/probe.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

constexpr float kSound = 1e-3f;  // -60 dBFS
constexpr float kFirst = 1e-5f;  // the first that is no silence
constexpr int kQuietBlocks = 8;

struct Samples {
  std::vector<double> sound_ms, first_ms;
  int missed = 0;
};

void trial(EngineProcess& engine, Probe& probe, const std::vector<std::vector<std::byte>>& chord,
           std::mt19937& random, Samples& samples) {
  std::uniform_int_distribution<int> phase_us(0, 9999);
  engine.send("/part/1/silence");
  if (!probe.wait_quiet(1, kQuietBlocks, 5s)) throw Absent("the part does not fall silent");
  wait_for(5ms + std::chrono::microseconds(phase_us(random)));
  probe.arm(0);
  probe.arm(1);
  const int64_t sent = Probe::time_us();
  for (const auto& note : chord) engine.osc().send(note);
  const auto sound = probe.wait(0, 1s), first = probe.wait(1, 1s);
  wait_for(30ms);
  if (!sound || !first) {
    ++samples.missed;
    return;
  }
  samples.sound_ms.push_back(static_cast<double>(sound->time_us - sent) * 1e-3);
  samples.first_ms.push_back(static_cast<double>(first->time_us - sent) * 1e-3);
}

}  // namespace

std::vector<Row> measure_note_on(const Settings& settings) {
  constexpr auto kMost = 75s;
  JackServer jack;
  EngineProcess engine;
  engine.wait_ready();
  engine.send_and_sync({"/part/1/send -60.0"});
  Probe probe(2);
  const std::string port = probe.first_output();
  probe.connect(0, port, kSound);
  probe.connect(1, port, kFirst);
  std::vector<std::vector<std::byte>> chord;
  for (const float pitch : EngineProcess::chord(8)) {
    chord.push_back(packet(text("/part/1/note %.1f 100.0", static_cast<double>(pitch))));
  }

  std::mt19937 random(1);
  const auto run = [&](int trials) {
    Samples samples;
    const auto end = std::chrono::steady_clock::now() + kMost;
    for (int i = 0; i < trials && std::chrono::steady_clock::now() < end; ++i)
      trial(engine, probe, chord, random, samples);
    return samples;
  };
  const Samples limited = run(settings.trials / 10);
  engine.send_and_sync({"/master/limiter 0"});
  wait_for(200ms);
  const Samples bare = run(settings.trials / 10);
  if (limited.sound_ms.empty() || bare.sound_ms.empty()) throw Absent("no note was heard");

  const auto jitter = [](const std::vector<double>& ms) { return quantile(ms, 0.99) - quantile(ms, 0.01); };
  Row row;
  row.value = quantile(limited.sound_ms, 0.99);
  row.note = text(
      "p99 to -60 dBFS as delivered, limiter on; p50 %.2f, jitter (p99 - p1) %.2f of a %.2f ms block, %zu "
      "chords, %d "
      "missed; limiter off: p50 %.2f, p99 %.2f, jitter %.2f; first sample at all: p99 %.2f, off %.2f; late "
      "starts "
      "%.0f; goal: p99 at most 4, jitter one block",
      quantile(limited.sound_ms, 0.5), jitter(limited.sound_ms), probe.block_ms(), limited.sound_ms.size(),
      limited.missed, quantile(bare.sound_ms, 0.5), quantile(bare.sound_ms, 0.99), jitter(bare.sound_ms),
      quantile(limited.first_ms, 0.99), quantile(bare.first_ms, 0.99), engine.status()["late_starts"]);
  return {row};
}

}  // namespace continuo::bench
