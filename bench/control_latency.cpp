// OSC in to changed sound: the gain of a sounding note from off to on, beside scsynth on the same server.
#include <cmath>
#include <random>

#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"
#include "bench/probe.h"
#include "bench/scsynth.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

constexpr float kPeak = 0.3f;  // of both tones
constexpr float kThreshold = 0.005f;
constexpr float kHz = 880;
constexpr int kPitch = 81;  // 880 Hz, too
constexpr int kQuietBlocks = 6;

struct Samples {
  std::vector<double> ms, into_block;
  int missed = 0, thrown_out = 0;
  [[nodiscard]] double p(double q) const { return quantile(ms, q); }
};

// One trial: on, heard, off.
template <typename Switch>
void trial(Probe& probe, int input, Switch set_on, std::mt19937& random, Samples& samples) {
  std::uniform_int_distribution<int> phase_us(0, 4000);
  if (!probe.wait_quiet(input, kQuietBlocks, 2s)) throw Absent("the sound does not go off");
  wait_for(std::chrono::microseconds(phase_us(random)));
  probe.arm(input);
  const int64_t sent = Probe::time_us();
  set_on(true);
  const auto onset = probe.wait(input, 1500ms);
  set_on(false);
  if (!onset) {
    ++samples.missed;
  } else if (onset->time_us <= sent) {
    ++samples.thrown_out;  // the server's clock interpolates
  } else {
    samples.into_block.push_back(onset->into_block);
    samples.ms.push_back(static_cast<double>(onset->time_us - sent) * 1e-3);
  }
}

}  // namespace

std::vector<Row> measure_control_latency(const Settings& settings) {
  constexpr auto kMost = 80s;  // so that both runs end within three minutes
  JackServer jack;
  EngineProcess engine;
  engine.wait_ready();
  Probe probe(2);
  probe.connect(0, probe.first_output(), kThreshold);
  std::unique_ptr<Scsynth> scsynth;
  std::string no_peer;
  try {
    scsynth = std::make_unique<Scsynth>(kHz);
    probe.connect(1, probe.first_output_of(Scsynth::kJackName), kThreshold);
  } catch (const Absent& why) {
    no_peer = why.what();
    scsynth.reset();
  }

  // Both play one sine of the same pitch and peak: what is measured is the way of the message, not a
  // waveform.
  engine.send_and_sync({"/part/1/send -60.0", "/part/1/instrument \"additive\""});
  wait_for(50ms);
  engine.send_and_sync({"/part/1/partials 1", text("/part/1/note %d 100.0", kPitch)});
  wait_for(500ms);
  (void)probe.take_peak(0);
  wait_for(200ms);
  const double peak = static_cast<double>(probe.take_peak(0));
  const double gain_db = 20 * std::log10(static_cast<double>(kPeak) / peak);
  if (!(gain_db < 12)) throw Absent(text("the note is too soft to be timed (peak %.4f)", peak));
  const auto engine_on = [&, on = packet(text("/part/1/gain %.2f", gain_db)),
                          off = packet("/part/1/gain -60.0")](bool sounds) {
    engine.osc().send(sounds ? on : off);
  };
  const auto scsynth_on = [&](bool sounds) { scsynth->set_gain(sounds ? kPeak : 0.f); };
  engine_on(false);

  std::mt19937 random(1);
  const auto run = [&](int trials, bool with_peer, Samples& ours, Samples& peer) {
    const auto end = std::chrono::steady_clock::now() + kMost;
    for (int i = 0; i < trials && std::chrono::steady_clock::now() < end; ++i) {
      trial(probe, 0, engine_on, random, ours);
      if (with_peer) trial(probe, 1, scsynth_on, random, peer);
      engine.osc().drain();
    }
  };
  Samples limited, bare, peer, unused;
  run(settings.trials / 4, false, limited, unused);
  engine.send_and_sync({"/master/limiter 0"});
  wait_for(200ms);
  run(settings.trials, scsynth != nullptr, bare, peer);
  if (bare.ms.empty()) throw Absent("no trial was heard");

  Row row;
  row.value = bare.p(0.99);
  row.note = text(
      "limiter off (scsynth has none): p50 %.2f, heard %.0f frames into its block, %zu trials, %d missed, %d "
      "thrown out; with the limiter p50 "
      "%.2f, p99 "
      "%.2f, %zu trials",
      bare.p(0.5), quantile(bare.into_block, 0.5), bare.ms.size(), bare.missed, bare.thrown_out,
      limited.p(0.5), limited.p(0.99), limited.ms.size());
  row.peer = "scsynth";
  if (scsynth != nullptr && !peer.ms.empty()) {
    row.peer_value = peer.p(0.99);
    row.note += text(
        "; scsynth p50 %.2f, %.0f frames into its block, %zu trials, alternately; goal: both at most 1.1 of "
        "scsynth's",
        peer.p(0.5), quantile(peer.into_block, 0.5), peer.ms.size());
  } else {
    row.note += "; peer absent: " + no_peer;
  }
  return {row};
}

}  // namespace continuo::bench
