// `continuo-train data midi`: sets made of MIDI and ABC files.
#include <memory>

#include "models/data/midi/midi_set.h"
#include "models/train/data_commands.h"

namespace continuo::train {

namespace {

struct Given {
  data::MidiOptions options;
  std::string out, grid = "16th", polyphony, edges;
  int min_bars = 0, min_pitches = 0, transpose = 5;
  bool file_bars = false;
  std::vector<int> windows;
};

int make(const Given& given, const std::atomic<bool>& stop) {
  data::MidiOptions options = given.options;
  options.out = given.out;
  auto& rules = options.rules;
  rules = options.use == "musicvae" ? symbolic::musicvae_rules() : symbolic::musicrnn_rules();
  rules.grid = given.grid == "auto"      ? symbolic::Grid::kAuto
               : given.grid == "triplet" ? symbolic::Grid::kTriplet
                                         : symbolic::Grid::kSixteenth;
  if (!given.polyphony.empty()) rules.melody.keep_top = given.polyphony == "top";
  if (given.min_bars > 0) rules.melody.min_bars = rules.drums.min_bars = rules.min_bars_bass = given.min_bars;
  if (given.min_pitches > 0) rules.melody.min_unique_pitches = given.min_pitches;
  if (!given.windows.empty() && options.use == "musicvae") rules.windows = given.windows;
  rules.transpose = given.transpose;
  rules.find_pickup = !given.file_bars;
  check_edges(given.edges);
  const int status = data::make_midi_set(options, stop);
  if (status == 0) write_edges_beside(given.out, given.edges);
  return status;
}

}  // namespace

void add_data_midi(CLI::App& data, const std::atomic<bool>& stop, Run& run) {
  auto* midi = data.add_subcommand(
      "midi", "A set of MIDI and ABC files: melodies, drums, grooves, bass lines, trios, multitracks.");
  const auto given = std::make_shared<Given>();
  auto& o = given->options;
  midi->add_option("DIR", o.folders, "Folders or files (.mid, .midi; .abc with abc2midi)")->required();
  midi->add_option("--for", o.use, "The model that shall learn from it")
      ->capture_default_str()
      ->check(CLI::IsMember({"musicrnn", "musicvae"}));
  midi->add_option("--out", given->out, "Folder of the set")->required();
  midi->add_option("--grid", given->grid, "16th: 4 steps a quarter; triplet: 6; auto: what the notes lie on")
      ->capture_default_str()
      ->check(CLI::IsMember({"16th", "triplet", "auto"}));
  midi->add_flag("--file-bars", given->file_bars,
                 "Count bars from the file's beginning; don't look for a pickup by its accents");
  midi->add_option(
          "--polyphony", given->polyphony,
          "Voices with chords: leave-out, or keep their top notes (default: as Magenta, leave-out for "
          "musicrnn, top for musicvae)")
      ->check(CLI::IsMember({"leave-out", "top"}));
  midi->add_option("--min-bars", given->min_bars, "Shortest melody (default 7; musicvae 1)")
      ->check(CLI::Range(1, 1000));
  midi->add_option("--min-pitches", given->min_pitches,
                   "Fewest pitch classes of a melody (default 5; musicvae 1)")
      ->check(CLI::Range(1, 12));
  midi->add_option("--windows", given->windows, "musicvae: bars of the windows (default 2 4 16)")
      ->check(CLI::Range(1, 64));
  midi->add_option("--transpose", given->transpose, "Semitones up and down that an example offers")
      ->capture_default_str()
      ->check(CLI::Range(0, 24));
  midi->add_option("--licence", o.licence, "Licence of sources whose README.md names none");
  midi->add_option("--attribution", o.attribution, "Their attribution, likewise");
  midi->add_flag("--keep", o.keep, "Keep duplicates and pieces without a usable melody");
  add_edges_option(*midi, given->edges);
  midi->add_flag("--overwrite", o.overwrite, "Replace a set that was made with other settings");
  midi->callback([=, &run, &stop] { run = [=, &stop] { return make(*given, stop); }; });
}

}  // namespace continuo::train
