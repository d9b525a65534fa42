// Folk tunes sung by the technique singer.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "models/data/make/singer.h"
#include "models/data/make/sources.h"
#include "models/data/make/sung_tune.h"
#include "models/data/set.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr int kSampleRate = 48000;
constexpr double kVerseSeconds = 30;

fs::path tunes_folder(const MakeOptions& options) {
  if (!options.tunes.empty()) return options.tunes;
  if (const char* folder = std::getenv("CONTINUO_DATA"); folder && *folder) {
    const fs::path nottingham = fs::path(folder) / "nottingham" / "abc";
    return fs::is_directory(nottingham) ? nottingham : fs::path(folder);
  }
  throw std::runtime_error(
      "data make folk-singing needs tunes: --tunes FOLDER with .mid or .abc files, or the environment's "
      "CONTINUO_DATA with nottingham/abc in it");
}

// truth/NAME.csv of a file whose phrases differ in technique.
void write_verse_truth(const fs::path& audio_file, const std::vector<SungPhrase>& phrases) {
  constexpr double kStep_s = 0.005;
  std::string text = "time_s,f0_hz,voiced,gain_db,technique\n";
  double begin = 0;
  long frame = 0;
  char line[128];
  for (const SungPhrase& phrase : phrases) {
    const double end = begin + phrase.gesture.seconds();
    for (; static_cast<double>(frame) * kStep_s < end; ++frame) {
      const double t = static_cast<double>(frame) * kStep_s, hz = f0_at(phrase.gesture, t - begin);
      std::snprintf(line, sizeof line, "%.3f,%.3f,%d,%.2f,%s\n", t, hz, hz > 0 ? 1 : 0,
                    db_at(phrase.gesture, t - begin), name_of(phrase.technique).c_str());
      text += line;
    }
    begin = end;
  }
  fs::create_directories(audio_file.parent_path() / "truth");
  data::write_file(audio_file.parent_path() / "truth" / (audio_file.stem().string() + ".csv"), text);
}

}  // namespace

int make_folk_singing(const MakeOptions& options, const std::atomic<bool>& stop) {
  const fs::path folder = tunes_folder(options);
  const std::vector<Tune> tunes = read_tunes(folder);
  About about;
  about.title = "Continuo folk singing";
  about.what =
      "Folk tunes, phrased by rule (breaths, rubato, portamento, vibrato, dynamics) and sung on vowels by "
      "the "
      "technique singer's six voices; synthesised, no recording went into it.";
  about.licence = "that of the tunes";
  about.attribution = "the tunes' own; sung by Continuo";
  if (folder.string().find("nottingham") != std::string::npos) {
    about.licence = "GPL-3.0";
    about.attribution =
        "Nottingham Music Database, Eric Foxley; cleaned and converted by Jukedeck "
        "(jukedeck/nottingham-dataset); sung by Continuo";
  }
  about.notes =
      "truth/ holds the exact pitch, level and technique that were sung. The techniques change from phrase "
      "to "
      "phrase within a file; labels.csv names the one that lasts longest.";
  std::vector<Job> jobs;
  double seconds = 0;
  for (std::size_t i = 0; seconds < options.minutes * 60; ++i) {
    // A prime step walks all over the books before anything repeats.
    const Tune& tune = tunes[(i * 389) % tunes.size()];
    const SingerVoice& voice = singer_voices()[i % singer_voices().size()];
    const Vowel vowel = kVowels[(i / singer_voices().size() + i) % kVowels.size()];
    char number[16];
    std::snprintf(number, sizeof number, "%04zu", i);
    const std::string stem = std::string("folk-") + number + "-" + tune.name + "-" + voice.name;
    Random random(options.seed, stem);
    const std::vector<SungPhrase> phrases = sing_tune(tune, voice, kVerseSeconds, random);
    if (phrases.empty()) continue;
    std::array<double, kTechniques.size()> lasted{};
    double length = 0;
    for (const SungPhrase& phrase : phrases) {
      lasted[static_cast<std::size_t>(phrase.technique)] += phrase.gesture.seconds();
      length += phrase.gesture.seconds();
    }
    seconds += length;
    const auto most =
        static_cast<std::size_t>(std::max_element(lasted.begin(), lasted.end()) - lasted.begin());
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", length);
    Job job;
    job.file = stem + ".flac";
    job.labels = {name_of(kTechniques[most]), name_of(vowel), voice.name, tune.name, text};
    job.make = [phrases, &voice, vowel, seed = options.seed + i](const fs::path& file) {
      write_verse_truth(file, phrases);
      std::vector<float> audio;
      for (std::size_t p = 0; p < phrases.size(); ++p) {
        const auto part =
            sing(phrases[p].gesture, phrases[p].technique, voice, vowel, kSampleRate, seed * 1000 + p);
        audio.insert(audio.end(), part.begin(), part.end());
      }
      write_flac(file, audio, kSampleRate);
    };
    jobs.push_back(std::move(job));
  }
  return make_files(options, about, {"technique", "vowel", "voice", "tune", "seconds"}, jobs, stop);
}

}  // namespace continuo::make
