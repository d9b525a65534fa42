// The pitch tracker on sounds whose pitch is known, beside aubio's.
#include <cmath>
#include <functional>

#include "bench/figures.h"
#include "engine/dsp/pitch_tracker.h"
#include "models/data/make/pitch_cases.h"
#ifdef CONTINUO_AUBIO
#include <aubio/aubio.h>
#endif

namespace continuo::bench {

namespace {

constexpr int kRate = 24000, kHop = 240;  // live and in data sets
constexpr double kNoNoise = 200;          // dB

// Hz at frame j, which is centred on sample j * hop.
using Track = std::vector<float>;

struct Score {
  double frames = 0, right = 0, octaves = 0;  // within 50 cents; off by an octave, a twelfth or two octaves
  void operator+=(const Score& other) {
    frames += other.frames, right += other.right, octaves += other.octaves;
  }
  [[nodiscard]] double accuracy() const { return frames > 0 ? right / frames : 0; }
};

Score score(const make::PitchCase& sound, const Track& heard, int shift = 0) {
  Score sum;
  for (size_t j = 0; j < sound.scored.size(); ++j) {
    if (sound.scored[j] == 0 || j + static_cast<size_t>(shift) >= heard.size()) continue;
    ++sum.frames;
    const float hz = heard[j + static_cast<size_t>(shift)];
    if (hz <= 0) continue;
    const double cents = 1200 * std::fabs(std::log2(double{hz} / sound.f0_hz[j]));
    if (cents < 50) ++sum.right;
    for (const double leap : {1200.0, 1902.0, 2400.0}) sum.octaves += std::fabs(cents - leap) < 50 ? 1 : 0;
  }
  return sum;
}

Track ours(const std::vector<float>& audio, double* delay_ms) {
  dsp::PitchTracker tracker;
  dsp::PitchSpec spec;
  spec.sample_rate = kRate;
  spec.hop = kHop;
  tracker.prepare(spec);
  *delay_ms = 1000.0 * tracker.latency_samples() / kRate;
  std::vector<float> padded = audio;
  padded.resize(audio.size() + static_cast<size_t>(tracker.latency_samples()) + kHop);
  std::vector<dsp::PitchFrame> frames(padded.size() / kHop + 2);
  frames.resize(tracker.process(padded, frames));
  Track hz;
  for (const dsp::PitchFrame& frame : frames) hz.push_back(frame.f0_hz);
  return hz;
}

#ifdef CONTINUO_AUBIO
Track aubio(const std::vector<float>& audio, const char* method) {
  constexpr uint_t kWindow = 1024;
  aubio_pitch_t* pitch = new_aubio_pitch(method, kWindow, kHop, kRate);
  aubio_pitch_set_unit(pitch, "Hz");
  fvec_t* in = new_fvec(kHop);
  fvec_t* out = new_fvec(1);
  Track hz;
  for (size_t at = 0; at + kHop <= audio.size(); at += kHop) {
    std::copy_n(audio.data() + at, kHop, in->data);
    aubio_pitch_do(pitch, in, out);
    hz.push_back(out->data[0]);
  }
  del_fvec(in);
  del_fvec(out);
  del_aubio_pitch(pitch);
  return hz;
}

// At the delay that suits it best.
Score aubio_score(const std::vector<make::PitchCase>& sounds, double snr_db, const char* method) {
  constexpr int kMostFrames = 8;
  std::vector<Track> tracks;
  for (const make::PitchCase& sound : sounds)
    tracks.push_back(aubio(make::with_noise(sound, snr_db), method));
  Score best;
  for (int shift = 0; shift <= kMostFrames; ++shift) {
    Score sum;
    for (size_t i = 0; i < sounds.size(); ++i) sum += score(sounds[i], tracks[i], shift);
    if (sum.accuracy() > best.accuracy()) best = sum;
  }
  return best;
}
#endif

}  // namespace

std::vector<Row> measure_pitch(const Settings&) {
  std::vector<make::PitchCase> sounds = make::synthetic_pitch_cases(kRate, kHop);
  std::string missing;
  for (auto& sound : make::instrument_pitch_cases(kRate, kHop, 1, &missing))
    sounds.push_back(std::move(sound));

  std::vector<Row> rows(4);
  Score all;
  double delay_ms = 0, peer_octaves = 0, peer_frames = 0;
  size_t i = 0;
  for (const double snr_db : {kNoNoise, 20.0, 10.0}) {
    Score sum;
    std::string worst;
    double worst_accuracy = 2;
    for (const make::PitchCase& sound : sounds) {
      const Score one = score(sound, ours(make::with_noise(sound, snr_db), &delay_ms));
      sum += one;
      if (one.accuracy() < worst_accuracy) worst_accuracy = one.accuracy(), worst = sound.name;
    }
    all += sum;
    Row& row = rows[i];
    row.better = Better::kMore;
    row.value = sum.accuracy();
#ifdef CONTINUO_AUBIO
    const Score yinfft = aubio_score(sounds, snr_db, "yinfft"),
                yinfast = aubio_score(sounds, snr_db, "yinfast");
    const Score& peer = yinfft.accuracy() > yinfast.accuracy() ? yinfft : yinfast;
    row.peer = &peer == &yinfft ? "aubio yinfft" : "aubio yinfast";
    row.peer_value = peer.accuracy();
    peer_octaves += peer.octaves, peer_frames += peer.frames;
#endif
    row.note = text(
        "within 50 cents, %.0f frames of %zu sounds%s; worst: %s, %.3f; the peer at the delay that "
        "suits it best; goal: %.2f",
        sum.frames, sounds.size(), missing.empty() ? "" : ", no rendered instruments", worst.c_str(),
        worst_accuracy, i < 2 ? 0.99 : 0.95);
    ++i;
  }
  rows[3].value = 100 * all.octaves / all.frames;
  if (peer_frames > 0) {
    rows[3].peer = "aubio, the better one";
    rows[3].peer_value = 100 * peer_octaves / peer_frames;
  }
  rows[3].note = text(
      "off by an octave, a twelfth or two octaves, all three levels of noise; delay %.1f ms; %s; goal: "
      "below 0.5",
      delay_ms, missing.empty() ? "instruments of the SoundFont are among them" : missing.c_str());
  return rows;
}

}  // namespace continuo::bench
