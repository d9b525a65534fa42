// `continuo-train song`: a voice that sings by itself, learned from the curves of a data set.
#include "models/train/song_command.h"

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/song/inference/singer.h"
#include "models/song/model_file.h"
#include "models/song/report.h"
#include "models/song/set_curves.h"
#include "models/song/trainer.h"
#include "models/train/ddsp_command.h"

namespace continuo::train {
namespace {

namespace fs = std::filesystem;

struct SongOptions {
  std::vector<std::string> data;
  std::string out, source, licence;
  bool resume = false;
  song::NetworkShape shape;
  song::TrainSpec spec;
};

std::vector<song::Example> examples_of(const std::vector<song::Curve>& curves, int frame_rate, int& notes,
                                       double& minutes) {
  std::vector<song::Example> out;
  for (const song::Curve& curve : curves) {
    out.push_back(song::make_example(curve, frame_rate));
    notes += static_cast<int>(out.back().notes.size());
    minutes += static_cast<double>(curve.frames()) / curve.frame_rate / 60;
  }
  return out;
}

void show(const song::Progress& p) {
  std::printf(
      "%s %3.0f %%  step %ld  loss %.3f  held out %.3f (best %.3f)  rate %.1e  %.1f steps/s  %.0f s left\n",
      p.notes ? "notes " : "frames", 100 * p.done, static_cast<long>(p.step), p.loss, p.held_out_loss,
      p.best_loss, p.rate, p.steps_a_second, p.left_s);
  std::fflush(stdout);
}

// Ten minutes of the file that was written, measured as the set was.
song::Curve sing_alone(const fs::path& file) {
  song::Singer singer;
  singer.prepare(song::Model::load(file.string()));
  const song::Config& config = singer.model().config();
  song::Controls controls;
  controls.range = 1.15f * config.statistics.half_range;
  song::Curve curve;
  curve.frame_rate = config.frame_rate;
  for (int j = 0; j < 600 * config.frame_rate; ++j) {
    const song::Frame frame = singer.next(controls);
    curve.midi.push_back(frame.voiced ? frame.midi : 0);
    curve.db.push_back(frame.db);
    curve.technique.push_back(static_cast<std::uint8_t>(frame.technique));
  }
  return curve;
}

void judge(const fs::path& file, song::Trainer& trainer, const SongOptions& options, song::Report& report) {
  const song::Curve curve = sing_alone(file);
  report.sung = song::measure({&curve, 1});
  const song::Histograms& set = report.config.statistics.histograms;
  report.interval_overlap = song::overlap(report.sung.histograms.intervals, set.intervals);
  report.length_overlap = song::overlap(report.sung.histograms.lengths, set.lengths);
  report.losses = trainer.judge(trainer.notes(), trainer.frames(), true, true);
  for (const auto& weights : trainer.notes()->parameters()) report.parameters += weights.numel();
  for (const auto& weights : trainer.frames()->parameters()) report.parameters += weights.numel();
  report.note_steps = static_cast<long>(trainer.note_progress().step);
  report.frame_steps = static_cast<long>(trainer.frame_progress().step);
  report.minutes = (trainer.note_progress().spent_s + trainer.frame_progress().spent_s) / 60;
  report.command = "continuo-train song --data";
  for (const std::string& set_folder : options.data)
    report.command += " " + fs::path(set_folder).filename().string();
  report.command += " --out " + report.config.name;
}

int train_song(const SongOptions& options, const std::atomic<bool>& stop) {
  at::set_num_threads(1);
  const fs::path file = model_path(options.out);
  const fs::path base = fs::path(file).replace_extension();
  const fs::path checkpoint = base.string() + ".training/checkpoint";
  if (options.resume && !fs::exists(checkpoint))
    throw std::runtime_error(checkpoint.string() + ": no checkpoint to resume; leave --resume out to start");

  std::puts("Reading the curves ...");
  const song::SetCurves curves = song::read_curves({options.data.begin(), options.data.end()});
  song::Report report;
  song::Config& config = report.config;
  config.name = base.filename().string();
  config.source = options.source;
  config.licence = options.licence;
  auto train = examples_of(curves.train, config.frame_rate, report.train_notes, report.train_minutes);
  auto held = examples_of(curves.held_out, config.frame_rate, report.held_out_notes, report.held_out_minutes);
  song::describe(curves.train, curves.techniques, config);
  const song::Statistics& s = config.statistics;
  std::printf(
      "%zu songs, %.1f minutes, %d notes (%.0f a minute, phrases of %.1f s, longest %.1f s); held out: %zu "
      "songs, %d notes\n",
      curves.train.size(), report.train_minutes, report.train_notes, double(s.notes_a_minute),
      double(s.phrase_s), double(s.longest_note_s), curves.held_out.size(), report.held_out_notes);
  song::NetworkShape shape = options.shape;
  shape.techniques = config.technique_count();
  config.note_hidden = shape.note_hidden;
  config.note_dense = shape.note_dense;
  config.channels = shape.channels;
  config.hidden = shape.hidden;

  song::Trainer trainer(shape, options.spec, std::move(train), std::move(held));
  trainer.save_to(checkpoint);
  if (options.resume) trainer.load();
  trainer.run(stop, show);
  if (stop) {
    std::puts("Stopped and saved. Continue with the same command and --resume.");
    return 130;
  }
  song::write_model(file, trainer.notes(), trainer.frames(), config);
  std::printf("Wrote %s (%.0f KB).\n", file.c_str(), static_cast<double>(fs::file_size(file)) / 1e3);
  judge(file, trainer, options, report);
  song::write_card(base.string() + ".md", report);
  std::printf(
      "It sings %.0f notes a minute (the set %.0f), longest %.1f s; overlap with the set: intervals %.2f, "
      "note "
      "lengths %.2f\nCard: %s.md\n",
      report.sung.notes_a_minute(), double(config.statistics.notes_a_minute), report.sung.longest_note_s,
      report.interval_overlap, report.length_overlap, base.c_str());
  return 0;
}

}  // namespace

void add_song(CLI::App& app, const std::atomic<bool>& stop, Run& run) {
  auto* command = app.add_subcommand(
      "song",
      "A voice that sings by itself: learns phrases, intervals, breaths, vibrato and dynamics from the "
      "curves of a set; best 10 minutes of phrases and more.");
  const auto options = std::make_shared<SongOptions>();
  auto& spec = options->spec;
  auto& shape = options->shape;
  command->add_option("--data", options->data, "Data sets (of data audio FOLDERS --for ddsp)")->required();
  command->add_option("--out", options->out, "Name of the model, or a path to its file")->required();
  command->add_option("--minutes", spec.minutes, "Time to train")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--steps", spec.steps, "Steps of each tier, if that comes first")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--hidden", shape.hidden, "Width of the frames' two GRUs")
      ->capture_default_str()
      ->check(CLI::Range(8, 1024));
  command->add_option("--note-hidden", shape.note_hidden, "Width of the notes' GRU")
      ->capture_default_str()
      ->check(CLI::Range(8, 1024));
  command->add_option("--rate", spec.rate, "Learning rate at the start")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", spec.seed, "Seed of weights and crops")->capture_default_str();
  command->add_option("--source", options->source,
                      "Where the singing comes from, for the card and the model file");
  command->add_option("--licence", options->licence, "Its licence, likewise");
  command->add_flag("--resume", options->resume, "Continue from the checkpoint");
  command->callback(
      [&run, &stop, options] { run = [&stop, options] { return train_song(*options, stop); }; });
}

}  // namespace continuo::train
