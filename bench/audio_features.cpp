// Audio features as data sets hold them: pitch, confidence, power and A-weighted loudness, on one core.
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "bench/figures.h"
#include "models/data/audio/item_files.h"
#include "models/data/audio_file.h"
#include "models/data/features.h"
#include "models/data/make/pitch_cases.h"

namespace continuo::bench {

namespace {

namespace fs = std::filesystem;
constexpr int kRate = 24000, kHop = 240;
constexpr double kPass_s = 3;  // of time spent
constexpr int kPasses = 3;

using Sounds = std::vector<std::vector<float>>;

// Saxophones of $CONTINUO_DATA; else tones made here.
Sounds sounds(std::string* what) {
  const char* variable = std::getenv("CONTINUO_DATA");
  const fs::path data =
      variable && *variable ? fs::path(variable) : fs::path(CONTINUO_SOURCE) / "../shared/data";
  Sounds out;
  if (const fs::path folder = data / "solo-instrument"; fs::exists(folder)) {
    *what = "recordings of solo instruments";
    for (const auto& file : data::find_audio(folder)) {
      if (out.size() < 60) out.push_back(data::read_audio(file, kRate));
    }
  } else {
    *what = "synthetic tones";
    for (const make::PitchCase& sound : make::synthetic_pitch_cases(kRate, kHop)) out.push_back(sound.audio);
  }
  return out;
}

// Seconds of sound a second of work: the fastest of some passes, as others use the machine too.
double times_real_time(const Sounds& all) {
  using Clock = std::chrono::steady_clock;
  const data::FeatureSpec spec = data::feature_spec(kRate, kHop);
  double best = 0;
  std::size_t next = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    const auto begin = Clock::now();
    double sound_s = 0, spent_s = 0;
    while (spent_s < kPass_s) {
      const auto& audio = all[next++ % all.size()];
      const data::ItemTracks tracks = data::measure_tracks(audio, spec, data::extract_features(audio, spec));
      sound_s += tracks.db.empty() ? 0 : static_cast<double>(audio.size()) / kRate;
      spent_s = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    best = std::max(best, sound_s / spent_s);
  }
  return best;
}

}  // namespace

std::vector<Row> measure_audio_features(const Settings&) {
  std::string what;
  const Sounds all = sounds(&what);
  std::vector<Row> rows(1);
  rows[0].better = Better::kMore;
  rows[0].value = times_real_time(all);
  rows[0].note =
      text("f0, confidence, power and A-weighted loudness at %d Hz, hop %d, one thread, %zu %s; goal: 200",
           kRate, kHop, all.size(), what.c_str());
  return rows;
}

}  // namespace continuo::bench
