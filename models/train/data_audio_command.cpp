// `continuo-train data audio`: sets made of recordings.
#include <memory>
#include <stdexcept>

#include "models/data/audio/audio_set.h"
#include "models/train/data_commands.h"

namespace continuo::train {

namespace {

struct Given {
  data::AudioOptions options;
  std::string out, keep, edges;
  std::vector<std::string> limits;
};

// "voices=0.2"
void set_limit(data::Limits& limits, const std::string& text) {
  const std::pair<const char*, double*> measures[] = {
      {"voices", &limits.voices},          {"bleed", &limits.bleed_db},
      {"decay", &limits.decay_s},          {"noise_floor", &limits.noise_floor_db},
      {"bandwidth", &limits.bandwidth_hz}, {"clipped", &limits.clipped_share}};
  const auto equals = text.find('=');
  std::string names;
  for (const auto& [name, limit] : measures) {
    names += std::string(names.empty() ? "" : ", ") + name;
    const std::string key = text.substr(0, equals);
    // With or without its unit: noise_floor, noise_floor_db.
    if (equals == std::string::npos || (key != name && !key.starts_with(std::string(name) + "_"))) continue;
    std::size_t read = 0;
    try {
      *limit = std::stod(text.substr(equals + 1), &read);
    } catch (const std::exception&) {
      read = 0;
    }
    if (read > 0 && equals + 1 + read == text.size()) return;
    throw std::runtime_error("--limit " + text + ": the limit must be a number");
  }
  throw std::runtime_error("--limit " + text + ": give MEASURE=NUMBER, where the measure is one of " + names);
}

std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text + ",") {
    if (c != ',') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(word);
      word.clear();
    }
  }
  return words;
}

int make(const Given& given, const std::atomic<bool>& stop) {
  data::AudioOptions options = given.options;
  options.out = given.out;
  options.keep = split_words(given.keep);
  for (const std::string& limit : given.limits) set_limit(options.limits, limit);
  check_edges(given.edges);
  const int status = data::make_audio_set(options, stop);
  if (status == 0) write_edges_beside(given.out, given.edges);
  return status;
}

void add_cutting(CLI::App& audio, data::AudioOptions& o) {
  audio.add_option("--min-seconds", o.shortest_s, "Shortest stretch")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 60.0));
  audio
      .add_option("--max-seconds", o.longest_s,
                  "ddsp: longest stretch; longer ones are cut where it is quietest")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 120.0));
  audio.add_option("--chunk-seconds", o.chunk_s, "samplernn: length of a chunk")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 120.0));
  audio.add_option("--overlap-seconds", o.overlap_s, "samplernn: how much of the chunk before it shares")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 100.0));
  audio.add_option("--note-seconds", o.note_s, "nsynth: length of a note")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 16.0));
  auto& s = o.silence;
  audio.add_option("--silence-db", s.floor_db, "What is quieter than this is silence, dB below full scale")
      ->capture_default_str()
      ->check(CLI::Range(-120.0, 0.0));
  audio
      .add_option("--silence-range-db", s.range_db, "So is what lies this far below the recording's loudest")
      ->capture_default_str()
      ->check(CLI::Range(6.0, 120.0));
  audio.add_option("--silence-seconds", s.silence_s, "The shortest silence that cuts")
      ->capture_default_str()
      ->check(CLI::Range(0.02, 60.0));
  audio.add_option("--lead-seconds", s.lead_s, "Kept before a sound")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 5.0));
  audio.add_option("--tail-seconds", s.tail_s, "Kept after a sound")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 10.0));
}

}  // namespace

void add_data_audio(CLI::App& data, const std::atomic<bool>& stop, Run& run) {
  auto* audio = data.add_subcommand(
      "audio", "A set of recordings: cut at silence, measured for pitch and loudness, the unclean left out.");
  const auto given = std::make_shared<Given>();
  auto& o = given->options;
  audio->add_option("DIR", o.folders, "Folders or files with recordings, of any rate and number of channels")
      ->required();
  audio->add_option("--for", o.use, "The model that shall learn from it")
      ->capture_default_str()
      ->check(CLI::IsMember({"ddsp", "samplernn", "nsynth"}));
  audio->add_option("--out", given->out, "Folder of the set")->required();
  audio->add_option("--rate", o.sample_rate, "Sample rate of the set, Hz (default: ddsp 24000, else 16000)")
      ->check(CLI::Range(8000, 96000));
  audio->add_option("--hop", o.hop, "Samples between control frames (default: 10 ms)")
      ->check(CLI::Range(32, 8192));
  add_cutting(*audio, o);
  audio
      ->add_option("--normalise", o.normalise,
                   "Each recording as a whole: peak (to -1 dB) or loudness (A-weighted, to -20 dB)")
      ->check(CLI::IsMember({"peak", "loudness"}));
  audio->add_option(
      "--labels", o.labels,
      "Techniques: \"folders\" (a folder's name), or a CSV file with the columns file and label");
  audio->add_option("--licence", o.licence, "Licence of sources whose README or LICENSE names none");
  audio->add_option("--attribution", o.attribution, "Their attribution, likewise");
  audio->add_flag("--keep{all}", given->keep,
                  "Keep unclean items too: all, or with =voices,noise_floor,duplicate ... these");
  audio->add_option("--limit", given->limits, "Another threshold: voices=0.2, noise_floor=-40 ...")
      ->allow_extra_args(false);
  add_edges_option(*audio, given->edges);
  audio->add_flag("--overwrite", o.overwrite, "Replace a set that was made with other settings");
  audio->callback([=, &run, &stop] { run = [=, &stop] { return make(*given, stop); }; });
}

}  // namespace continuo::train
