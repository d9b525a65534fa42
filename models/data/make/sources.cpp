#include "models/data/make/sources.h"

#include <stdexcept>

#include "models/data/make/soundfont.h"

namespace continuo::make {
namespace {

struct Entry {
  ReadySource source;
  int (*make)(const MakeOptions&, const std::atomic<bool>&);
};

std::vector<Entry> entries() {
  std::vector<Entry> all = {
      {{"technique-singer", "eight vocal techniques, seven vowels, six voices; synthesised", "CC0 1.0", {}},
       make_singer_set},
      {{"folk-singing", "folk tunes with breaths, sung by the technique singer", "that of the tunes", {}},
       make_folk_singing},
      {{"festival-singing",
        "melodies with words, a man's diphone voice",
        "CMU/CSTR permissive",
        {"festival", "festvox-kallpc16k", "festlex-cmu", "festlex-poslex"}},
       make_festival_set}};
  for (const Instrument& instrument : instruments()) {
    all.push_back({{instrument.name,
                    std::string("expressive phrases, ") + instrument.family,
                    "MIT",
                    {"fluidsynth", "musescore-general-soundfont-small"}},
                   make_instrument_set});
  }
  all.push_back(
      {{"textures", "ambiences, loops, percussion", "CC0 1.0", {"sonic-pi-samples"}}, make_texture_set});
  all.push_back(
      {{"midi-freedoom", "game music, bands", "BSD-3-Clause", {"freedoom", "freedm"}}, make_midi_set});
  all.push_back({{"midi-simutrans", "game music, light", "Artistic-1.0", {"simutrans-data"}}, make_midi_set});
  all.push_back(
      {{"midi-openttd", "game music, jazz and rock", "GPL-2.0-only", {"openttd-openmsx"}}, make_midi_set});
  all.push_back(
      {{"midi-mma", "accompaniments: drums, bass, chords of 1,100 grooves", "GPL-2.0-or-later", {"mma"}},
       make_mma_set});
  return all;
}

}  // namespace

std::vector<ReadySource> list_sources() {
  std::vector<ReadySource> sources;
  for (Entry& entry : entries()) sources.push_back(std::move(entry.source));
  return sources;
}

int make_source(const MakeOptions& options, const std::atomic<bool>& stop) {
  std::string names;
  for (const Entry& entry : entries()) {
    if (entry.source.name == options.name) return entry.make(options, stop);
    names += (names.empty() ? "" : ", ") + entry.source.name;
  }
  throw std::runtime_error(options.name + ": no such source; there are " + names);
}

}  // namespace continuo::make
