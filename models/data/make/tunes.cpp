// Tunes of MIDI and ABC files.
#include "models/data/make/tunes.h"

#include <algorithm>
#include <stdexcept>

#include "models/data/make/abc_tunes.h"
#include "models/data/midi/bars.h"
#include "models/data/midi/smf.h"

namespace continuo::make {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFewestNotes = 16;
constexpr int kWidest_semitones = 24;

// The top notes of the lowest channel's voice.
Tune melody_of(const symbolic::Sequence& sequence, std::string name) {
  Tune tune;
  tune.name = std::move(name);
  int channel = 16;
  for (const symbolic::Note& note : sequence.notes) {
    const symbolic::Instrument& instrument = sequence.instruments[note.instrument];
    if (!instrument.drums) channel = std::min(channel, instrument.channel);
  }
  const double quarter = sequence.ticks_per_quarter;
  for (const symbolic::Note& note : sequence.notes) {
    if (sequence.instruments[note.instrument].channel != channel) continue;
    const double begin = static_cast<double>(note.start_tick) / quarter,
                 end = static_cast<double>(note.end_tick) / quarter;
    if (end <= begin) continue;
    if (!tune.notes.empty() && begin < tune.notes.back().begin + 1e-6) {
      if (note.pitch > tune.notes.back().midi) tune.notes.back() = {begin, end, note.pitch};
      continue;
    }
    if (!tune.notes.empty()) tune.notes.back().end = std::min(tune.notes.back().end, begin);
    tune.notes.push_back({begin, end, note.pitch});
  }
  const symbolic::Metre metre = sequence.metres.empty() ? symbolic::Metre{} : sequence.metres.front().metre;
  const std::int64_t bar = symbolic::ticks_per_bar(metre, sequence.ticks_per_quarter);
  if (bar > 0) tune.bar = static_cast<double>(bar) / quarter;
  return tune;
}

bool singable(const Tune& tune) {
  if (tune.notes.size() < kFewestNotes) return false;
  int low = 127, high = 0;
  for (const TuneNote& note : tune.notes) {
    low = std::min(low, note.midi);
    high = std::max(high, note.midi);
  }
  return high - low <= kWidest_semitones && high > low;
}

void add_file(const fs::path& file, const std::string& name, std::vector<Tune>& tunes) {
  try {
    Tune tune = melody_of(symbolic::read_smf_file(file), name);
    if (singable(tune)) tunes.push_back(std::move(tune));
  } catch (const symbolic::SmfError&) {  // one broken file of many
  }
}

}  // namespace

std::vector<Tune> read_tunes(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw std::runtime_error(folder.string() +
                             ": no such folder; --tunes wants one with .mid, .midi or .abc files");
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Tune> tunes;
  bool skipped_abc = false;
  for (const fs::path& file : files) {
    const std::string extension = file.extension().string(), stem = file.stem().string();
    if (extension == ".mid" || extension == ".midi" || extension == ".MID") {
      add_file(file, stem, tunes);
    } else if (data::is_abc(file)) {
      if (!data::abc2midi_installed()) {
        skipped_abc = true;
        continue;
      }
      const data::AbcTunes book(file);
      int number = 0;
      for (const fs::path& tune : book.files()) add_file(tune, stem + "-" + std::to_string(++number), tunes);
    }
  }
  if (tunes.empty()) {
    throw std::runtime_error(folder.string() + ": holds no tune of 16 notes or more" +
                             (skipped_abc ? "; ABC is read with abc2midi: install abcmidi" : ""));
  }
  return tunes;
}

}  // namespace continuo::make
