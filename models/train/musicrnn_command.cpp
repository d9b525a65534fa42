// `continuo-train musicrnn`: a player that goes on with melodies or drums, learned from a MIDI set.
#include "models/train/musicrnn_command.h"

#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "models/data/set.h"
#include "models/musicrnn/model_file.h"
#include "models/musicrnn/ngram.h"
#include "models/musicrnn/trainer.h"
#include "models/train/ddsp_command.h"

namespace continuo::train {
namespace {

namespace fs = std::filesystem;

constexpr int kLongestNGram = 10;

struct MusicrnnOptions {
  std::vector<std::string> data;
  std::string out, representation = "lookback", source, licence;
  int lowest = -1, highest = -1;
  bool resume = false, skip_ngram = false;
  musicrnn::TrainSpec spec;
};

struct Peer {
  int order = 0;
  bool moved = false;  // it learned from the transposed tunes, too
  double valid = 1e9, test = 0;
};

// Of the classes of events, not of labels: what a network calls a repetition is a note as any other.
std::vector<int> classes(const std::vector<int>& events, const musicrnn::Representation& representation) {
  std::vector<int> out;
  for (const int event : events) out.push_back(representation.class_of(musicrnn::Event(event)));
  return out;
}

// The best n-gram on the validation tunes: orders 1 to 10, with and without transpositions.
Peer best_ngram(const musicrnn::Representation& representation, const std::vector<musicrnn::Tune>& train,
                const std::vector<musicrnn::Tune>& valid, const std::vector<musicrnn::Tune>& test) {
  Peer best;
  const auto score = [&](const musicrnn::NGram& ngram, const std::vector<musicrnn::Tune>& tunes) {
    double nats = 0;
    int64_t count = 0;
    for (const auto& tune : tunes) nats += ngram.nats(classes(tune.events, representation), count);
    return nats / static_cast<double>(std::max<int64_t>(1, count));
  };
  for (const bool move : {false, true}) {
    if (move && train.front().moves[0] == train.front().moves[1]) break;
    for (int order = 1; order <= kLongestNGram; ++order) {
      musicrnn::NGram ngram(order, representation.classes());
      for (const auto& tune : train) {
        for (int by = move ? tune.moves[0] : 0; by <= (move ? tune.moves[1] : 0); ++by)
          ngram.learn(classes(musicrnn::moved(tune.events, by, representation), representation));
      }
      const double nats = score(ngram, valid);
      if (nats >= best.valid) continue;
      best = {order, move, nats, test.empty() ? 0 : score(ngram, test)};
    }
  }
  return best;
}

void show(const musicrnn::Progress& p) {
  std::printf(
      "training %3.0f %%  step %ld  loss %.4f  held out %.4f (best %.4f)  rate %.1e  %.1f steps/s  %.0f s "
      "left\n",
      100 * p.done, static_cast<long>(p.step), p.loss, p.held_out_loss, p.best_loss, p.rate, p.steps_a_second,
      p.left_s);
  std::fflush(stdout);
}

nlohmann::json config_of(const MusicrnnOptions& options, const std::string& name,
                         const musicrnn::Representation& representation) {
  const musicrnn::Settings& s = representation.settings();
  return {{"format", "continuo/1"},
          {"kind", "musicrnn"},
          {"name", name},
          {"representation", {{"name", s.name}, {"min_pitch", s.min_pitch}, {"max_pitch", s.max_pitch}}},
          {"cells", options.spec.cells},
          {"steps_per_quarter", s.steps_per_quarter},
          {"source", options.source},
          {"licence", options.licence}};
}

std::string figures_row(const char* name, const musicrnn::Figures& f, double ngram) {
  char row[200];
  std::snprintf(row, sizeof row, "| %s | %.4f | %.4f | %+.1f %% | %.2f | %.1f %% | %.1f %% |\n", name, f.nats,
                ngram, 100 * (f.nats / ngram - 1), f.perplexity(), 100 * f.accuracy, 100 * f.event_accuracy);
  return row;
}

int train_musicrnn(const MusicrnnOptions& options, const std::atomic<bool>& stop) {
  at::set_num_threads(1);
  torch::manual_seed(options.spec.seed);
  const fs::path file = model_path(options.out), base = fs::path(file).replace_extension();
  const fs::path checkpoint = base.string() + ".training/checkpoint";
  if (options.resume && !fs::exists(checkpoint))
    throw std::runtime_error(checkpoint.string() + ": no checkpoint to resume; leave --resume out to start");
  musicrnn::Settings settings = musicrnn::preset(options.representation);
  if (options.lowest >= 0) settings.min_pitch = options.lowest;
  if (options.highest >= 0) settings.max_pitch = options.highest;
  const musicrnn::Representation representation(settings);
  if (representation.settings().vocabulary != musicrnn::Vocabulary::kMelody &&
      representation.settings().vocabulary != musicrnn::Vocabulary::kDrums)
    throw std::runtime_error("--representation " + options.representation +
                             " is no melody's nor drums'; these can be trained");

  std::vector<musicrnn::Tune> train, valid, test;
  for (const std::string& set : options.data) {
    for (auto& tune : musicrnn::read_tunes(set, representation)) {
      auto& of = tune.split == "train" ? train : tune.split == "valid" ? valid : test;
      of.push_back(std::move(tune));
    }
  }
  int64_t events = 0;
  for (const auto& tune : train) events += static_cast<int64_t>(tune.events.size());
  std::printf("%zu sequences, %ld steps; %zu to validate, %zu to test\n", train.size(),
              static_cast<long>(events), valid.size(), test.size());
  Peer peer;
  if (!options.skip_ngram) {
    peer = best_ngram(representation, train, valid, test);
    std::printf("n-gram (Witten-Bell, order %d%s): %.4f nats a step on validation, %.4f on test\n",
                peer.order, peer.moved ? ", transposed" : "", peer.valid, peer.test);
    std::fflush(stdout);
  }
  musicrnn::Trainer trainer(representation, options.spec, train, valid);
  trainer.save_to(checkpoint);
  if (options.resume) trainer.load();
  trainer.run(stop, show);
  if (stop) {
    std::puts("Stopped and saved. Continue with the same command and --resume.");
    return 130;
  }
  const std::string name = base.filename().string();
  fs::create_directories(file.parent_path());
  musicrnn::write_model(file, trainer.best(), config_of(options, name, representation));
  const musicrnn::Figures on_valid = trainer.judge(trainer.best(), valid);
  std::ofstream card(base.string() + ".md");
  int64_t weights = 0;
  for (const auto& w : trainer.best()->parameters()) weights += w.numel();
  card << "# " << name << "\n\nA MusicRNN model: goes on with "
       << (representation.settings().vocabulary == musicrnn::Vocabulary::kDrums ? "drums" : "a melody")
       << ", a sixteenth at a time. Representation `" << options.representation << "`, LSTM layers of";
  for (const int cell : options.spec.cells) card << ' ' << cell;
  card << "; " << weights << " weights, stored as float16.\n\n## Data\n\n"
       << options.source << "\n\nLicence: " << options.licence << "\n\n"
       << train.size() << " sequences, " << events << " steps; " << valid.size() << " to validate, "
       << test.size() << " to test.\n\n## Recipe\n\n`continuo-train musicrnn`: " << trainer.progress().step
       << " steps in " << static_cast<int>(trainer.progress().elapsed_s / 60 + 0.5)
       << " minutes of one core. AdamW, dropout, transposition where the set offers it, averaged weights, "
          "the best on "
          "validation kept.\n\n## Figures\n\nNats a step beside the best interpolated Witten-Bell n-gram "
          "(order "
       << peer.order << (peer.moved ? ", transposed tunes" : "")
       << ") on the same split; event accuracy: of steps other than the default one.\n\n"
          "| | model | n-gram | difference | perplexity | accuracy | event accuracy "
          "|\n|---|---|---|---|---|---|---|\n"
       << figures_row("validation", on_valid, peer.valid);
  std::printf("validation: %.4f nats a step (n-gram %.4f: %+.1f %%), accuracy %.3f, of events %.3f\n",
              on_valid.nats, peer.valid, 100 * (on_valid.nats / peer.valid - 1), on_valid.accuracy,
              on_valid.event_accuracy);
  if (!test.empty()) {
    const musicrnn::Figures on_test = trainer.judge(trainer.best(), test);
    card << figures_row("test", on_test, peer.test);
    std::printf("test: %.4f nats a step (n-gram %.4f: %+.1f %%)\n", on_test.nats, peer.test,
                100 * (on_test.nats / peer.test - 1));
  }
  std::printf("Wrote %s (%.0f KB) and its card.\n", file.c_str(),
              static_cast<double>(fs::file_size(file)) / 1e3);
  return 0;
}

}  // namespace

void add_musicrnn(CLI::App& app, const std::atomic<bool>& stop, Run& run) {
  auto* command = app.add_subcommand(
      "musicrnn", "A player that goes on with what it hears: learns melodies or drums of a MIDI set.");
  const auto options = std::make_shared<MusicrnnOptions>();
  auto& spec = options->spec;
  command->add_option("--data", options->data, "Data sets (of data midi FOLDERS --for musicrnn)")->required();
  command->add_option("--out", options->out, "Name of the model, or a path to its file")->required();
  command
      ->add_option("--representation", options->representation,
                   "basic, mono, lookback, key, drums, drums_lookback, drums_multi_hot")
      ->capture_default_str();
  command->add_option("--lowest", options->lowest, "Lowest MIDI number (default: the representation's)")
      ->check(CLI::Range(0, 127));
  command->add_option("--highest", options->highest, "Highest, likewise")->check(CLI::Range(0, 127));
  command->add_option("--cells", spec.cells, "Widths of the LSTM layers")
      ->capture_default_str()
      ->check(CLI::Range(8, 2048));
  command->add_option("--minutes", spec.minutes, "Time to train")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--steps", spec.steps, "Steps, if that comes first")->check(CLI::NonNegativeNumber);
  command->add_option("--batch", spec.batch, "Sequences a step")
      ->capture_default_str()
      ->check(CLI::Range(1, 4096));
  command->add_option("--length", spec.length, "Events of a sequence")
      ->capture_default_str()
      ->check(CLI::Range(8, 4096));
  command->add_option("--rate", spec.rate, "Learning rate at the start")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  command->add_option("--dropout", spec.dropout, "Of what leaves each layer")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9));
  command->add_option("--weight-decay", spec.weight_decay, "AdamW's")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--patience", spec.patience, "Judgements without a better loss before it stops")
      ->capture_default_str();
  command->add_option("--seed", spec.seed, "Seed of weights and crops")->capture_default_str();
  command->add_option("--source", options->source,
                      "Where the music comes from, for the card and the model file");
  command->add_option("--licence", options->licence, "Its licence, likewise");
  command->add_flag("--resume", options->resume, "Continue from the checkpoint");
  command->callback(
      [&run, &stop, options] { run = [&stop, options] { return train_musicrnn(*options, stop); }; });
}

}  // namespace continuo::train
