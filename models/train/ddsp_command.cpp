#include "models/train/ddsp_command.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <stdexcept>

#include "models/ddsp/model_file.h"
#include "models/ddsp/report.h"
#include "models/ddsp/spaces.h"
#include "models/ddsp/statistics.h"
#include "models/ddsp/trainer.h"
#include "models/train/audition_page.h"
#include "models/train/ddsp_audition.h"
#include "models/train/progress_bar.h"

namespace continuo::train {
namespace {

namespace fs = std::filesystem;
constexpr double kHistory_s = 15;  // between points of the loss curve

double minutes_of(const std::vector<ddsp::Clip>& clips, int sample_rate) {
  double samples = 0;
  for (const ddsp::Clip& clip : clips) samples += static_cast<double>(clip.audio.size());
  return samples / sample_rate / 60;
}

std::string augmentation_words(const DdspOptions& options) {
  if (!options.augment) return "Recordings are heard as they are.";
  char words[400];
  std::snprintf(
      words, sizeof words, "Of each recording %d more are heard, detuned by up to %.1f semitones%s%s.",
      options.copies, options.detune,
      options.swell_db > 0 ? " and swelling by up to " : ", and notes of one player joined to phrases",
      options.swell_db > 0
          ? (std::to_string(std::lround(options.swell_db)) +
             " dB, duller as they soften (a model of dynamics, for one dynamic was recorded), and "
             "notes of one player joined to phrases")
                .c_str()
          : "");
  return words;
}

std::string known_tags(const std::vector<ddsp::Clip>& clips) {
  std::set<std::string> tags;
  for (const ddsp::Clip& clip : clips) {
    for (const auto& [tag, value] : clip.tags) tags.insert(tag);
  }
  std::string list;
  for (const std::string& tag : tags) list += (list.empty() ? "" : ", ") + tag;
  return list;
}

// A table has an entry for each value of its tag.
void name_entries(ddsp::NetworkShape& shape, const ddsp::Dataset& data) {
  const auto names = ddsp::entry_names(shape, data.train);
  for (std::size_t s = 0; s < shape.spaces.size(); ++s) {
    ddsp::SpaceShape& space = shape.spaces[s];
    if (!space.learned && names[s].empty()) {
      throw std::runtime_error("--table " + space.name + ": no recording has a tag \"" + space.name +
                               "\"; tags come from the CSV file of data audio --labels");
    }
    const auto tags = known_tags(data.train);
    if (space.learned && names[s].empty() && !tags.empty()) {
      throw std::runtime_error("--codes " + space.name + ": no recording has a tag \"" + space.name +
                               "\" to name its codes; there are: " + tags);
    }
    if (space.learned && names[s].empty()) std::puts("No recording has a tag: its codes will have no names.");
    if (!space.learned) space.codes = static_cast<int>(names[s].size());
    std::printf("%s: %s", space.name.c_str(), space.learned ? "learned codes, named by " : "");
    for (const std::string& name : names[s]) std::printf("%s ", name.c_str());
    std::puts("");
  }
}

// What note shapes are taken from: with a learned space its plain entry, for a trill is no shape of a note.
std::vector<ddsp::Clip> plain_clips(const ddsp::NetworkShape& shape, const ddsp::Dataset& data) {
  const ddsp::SpaceShape* space = shape.learned_space();
  std::vector<ddsp::Clip> plain;
  for (const ddsp::Clip& clip : data.train) {
    const auto found = space == nullptr ? clip.tags.end() : clip.tags.find(space->name);
    if (space != nullptr && found != clip.tags.end() && found->second == "straight") plain.push_back(clip);
  }
  return plain.empty() ? data.train : plain;
}

// Throws when a default is none of the entries that its space will have.
void check_defaults(const std::map<std::string, std::string>& defaults, const ddsp::NetworkShape& shape,
                    const ddsp::EntryNames& names) {
  for (const auto& [tag, value] : defaults) {
    const auto space =
        std::find_if(shape.spaces.begin(), shape.spaces.end(),
                     [&, &wanted = tag](const ddsp::SpaceShape& s) { return s.name == wanted; });
    if (space == shape.spaces.end())
      throw std::runtime_error("--default " + tag + "=" + value + ": there is no --codes or --table " + tag);
    const auto& known = names[static_cast<std::size_t>(space - shape.spaces.begin())];
    if (std::find(known.begin(), known.end(), value) != known.end()) continue;
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    throw std::runtime_error("--default " + tag + "=" + value + ": the recordings say " + list);
  }
}

}  // namespace

fs::path home_folder() {
  if (const char* home = std::getenv("CONTINUO_HOME"); home && *home) return home;
  const char* user = std::getenv("HOME");
  if (!user || !*user) throw std::runtime_error("neither CONTINUO_HOME nor HOME is set; give --out a path");
  return fs::path(user) / "Continuo";
}

fs::path model_path(const std::string& out) {
  if (out.empty()) throw std::runtime_error("--out needs a name");
  fs::path path = out;
  if (path.extension() != ".safetensors") path += ".safetensors";
  return path.has_parent_path() ? path : home_folder() / "models" / path;
}

int train_ddsp(const DdspOptions& options, const std::atomic<bool>& stop) {
  at::set_num_threads(1);
  const fs::path file = model_path(options.out);
  const fs::path base = fs::path(file).replace_extension();
  const fs::path work = base.string() + ".training";
  const fs::path checkpoint = options.checkpoint.empty() ? work / "checkpoint" : options.checkpoint;
  const std::string name = base.filename().string();
  if (options.resume && !fs::exists(checkpoint)) {
    throw std::runtime_error(checkpoint.string() + ": no checkpoint to resume; leave --resume out to start");
  }

  ddsp::NetworkShape shape = options.shape;
  shape.hop = shape.sample_rate / 100;
  ddsp::DatasetSpec set_spec;
  set_spec.sample_rate = shape.sample_rate;
  set_spec.hop = shape.hop;
  set_spec.harmonics = shape.harmonics;
  set_spec.noise_bands = shape.noise_bands;
  set_spec.seed = options.spec.seed;
  set_spec.augment = options.augment;
  set_spec.detune = options.detune;
  set_spec.copies = options.copies;
  set_spec.swell_db = options.swell_db;
  set_spec.unseen = options.unseen;
  set_spec.cache = work / "cache";
  std::puts("Reading the recordings ...");
  const ddsp::Dataset data = ddsp::load_dataset(
      options.data, set_spec, [](const std::string& line) { std::puts(line.c_str()); }, options.fine_tune);
  name_entries(shape, data);
  std::printf(
      "%zu clips, %.1f minutes with the silence around them; %zu more held out; %.1f minutes of detuned "
      "and joined notes\n",
      data.train.size(), minutes_of(data.train, shape.sample_rate), data.held_out.size(),
      minutes_of(data.augmented, shape.sample_rate));
  // Before hours are spent: is there anything to play?
  nlohmann::json about =
      ddsp::describe(plain_clips(shape, data), static_cast<double>(shape.sample_rate) / shape.hop);

  fs::create_directories(work);
  ddsp::Trainer trainer(shape, options.spec, data);
  check_defaults(options.defaults, shape, trainer.names());
  trainer.save_to(checkpoint);
  if (options.resume) trainer.load(checkpoint);
  ProgressBar bar;
  const fs::path history = work / "history.csv";
  if (!options.resume) fs::remove(history);
  double told = 0;
  trainer.run(stop, [&](const ddsp::Progress& progress) {
    bar.show(progress);
    const bool due = progress.elapsed_s - told > kHistory_s || progress.done >= 1;
    if (progress.warm || progress.loss <= 0 || !due) return;
    told = progress.elapsed_s;
    append_history(history, {progress.elapsed_s / 60, progress.loss, progress.held_out_loss});
  });
  bar.finish();
  if (stop) {
    std::printf("Stopped and saved. Continue with the same command and --resume.\n");
    return 130;
  }

  about.update(ddsp::describe_spaces(trainer.names(), trainer.best(), data));
  for (const auto& [tag, value] : options.defaults) {
    for (auto& space : about["spaces"]) {
      if (space["name"] == tag) space["default"] = value;
    }
  }
  about["source"] = options.source;
  about["licence"] = options.licence;
  ddsp::Network& network = trainer.best();
  ddsp::write_model(file, network, ddsp::model_config(name, shape, about));
  std::printf("Wrote %s (%.2f MB). Judging it ...\n", file.c_str(),
              static_cast<double>(fs::file_size(file)) / 1e6);

  std::vector<std::string> clips;
  ddsp::Report report = judge(network, trainer.names(), data, work / "audition", clips);
  report.name = name;
  report.source = options.source;
  report.licence = options.licence;
  report.augmentation = augmentation_words(options);
  report.pitch_jitter = options.spec.pitch_jitter;
  report.steps = static_cast<long>(trainer.progress().step);
  report.skipped_steps = static_cast<long>(trainer.skipped_steps());
  report.hours = trainer.progress().elapsed_s / 3600;

  write_audition_page(work / "audition", report, clips, read_history(history));
  std::vector<std::pair<std::string, std::string>> pictures;
  fs::create_directories(base);
  for (std::size_t i = 0; i < clips.size(); i += 2) {
    const fs::path picture = clips[i] + ".png";
    fs::copy_file(work / "audition" / picture, base / picture, fs::copy_options::overwrite_existing);
    pictures.emplace_back(name + "/" + picture.string(), clips[i]);
  }
  ddsp::write_card(base.string() + ".md", report, pictures);
  for (const std::string& line : ddsp::verdict(report)) std::printf("  %s\n", line.c_str());
  std::printf("Card: %s.md\nListen: %s\n", base.c_str(), (work / "audition" / "index.html").c_str());
  return 0;
}

}  // namespace continuo::train
