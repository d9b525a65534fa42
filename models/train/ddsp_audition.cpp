#include "models/train/ddsp_audition.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include "models/ddsp/inference/config.h"
#include "models/ddsp/model_file.h"
#include "models/ddsp/spaces.h"
#include "models/ddsp/table.h"
#include "models/train/audition_page.h"
#include "models/train/ddsp_command.h"

namespace continuo::train {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kAuditions = 6;
constexpr unsigned long long kNoiseSeed = 1;

struct Options {
  std::string model;  // a name or a path
  std::vector<fs::path> data;
  fs::path out;  // folder; empty: auditions/MODEL in the user's home folder
};

// In the library, else among the shipped ones.
fs::path find_model(const std::string& name) {
  const fs::path own = model_path(name), shipped = fs::path("models/trained") / (name + ".safetensors");
  if (fs::exists(own)) return own;
  if (fs::exists(shipped)) return shipped;
  throw std::runtime_error(own.string() + ": no such model, nor " + shipped.string());
}

int audition(const Options& options) {
  at::set_num_threads(1);
  const fs::path file = find_model(options.model);
  ddsp::Network network = ddsp::read_model(file);
  const ddsp::Config config = ddsp::read_config(io::Safetensors::read(file.string()));
  ddsp::EntryNames names;
  for (const ddsp::Space& space : config.spaces) {
    names.emplace_back();
    for (const ddsp::SpaceEntry& entry : space.entries) names.back().push_back(entry.name);
  }
  const fs::path base = fs::path(file).replace_extension();
  const fs::path out =
      options.out.empty() ? home_folder() / "auditions" / base.filename() : fs::path(options.out);
  ddsp::DatasetSpec spec;
  spec.sample_rate = config.sample_rate;
  spec.hop = config.hop;
  spec.harmonics = config.harmonics;
  spec.noise_bands = config.noise_bands;
  spec.augment = false;
  std::puts("Reading the recordings ...");
  const ddsp::Dataset data =
      ddsp::load_dataset(options.data, spec, [](const std::string& line) { std::puts(line.c_str()); });
  std::vector<std::string> clips;
  ddsp::Report report = judge(network, names, data, out, clips);
  report.name = config.name;
  report.source = config.source;
  report.licence = config.licence;
  write_audition_page(out, report, clips, read_history(base.string() + ".training/history.csv"));
  for (const std::string& line : ddsp::verdict(report)) std::printf("  %s\n", line.c_str());
  std::printf("Listen: %s\n", (out / "index.html").c_str());
  return 0;
}

}  // namespace

ddsp::Report judge(ddsp::Network& network, const ddsp::EntryNames& names, const ddsp::Dataset& data,
                   const fs::path& folder, std::vector<std::string>& clips) {
  const ddsp::NetworkShape& shape = network->shape();
  ddsp::Table table;
  table.fit(data.train);
  const ddsp::Renderer model = [&](const ddsp::Clip& clip) {
    return ddsp::render(network, clip.midi, clip.db, kNoiseSeed, ddsp::space_vectors(network, names, clip));
  };
  const ddsp::Renderer peer = [&](const ddsp::Clip& clip) {
    return ddsp::synthesise(table.look_up(clip.midi, clip.db, shape.sample_rate), clip.midi, shape.hop,
                            shape.sample_rate, kNoiseSeed);
  };
  ddsp::Report report = ddsp::make_report(data, shape.sample_rate, shape.hop, model, peer);
  report.space = ddsp::judge_space(names, network, data);
  report.channels = shape.channels;
  report.hidden = shape.hidden;
  report.harmonics = shape.harmonics;
  report.noise_bands = shape.noise_bands;
  for (const auto& weights : network->parameters()) report.parameters += weights.numel();
  clips = ddsp::write_auditions(data, shape.sample_rate, model, peer, folder, folder, kAuditions);
  return report;
}

void add_audition_command(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand(
      "audition", "A page to listen to a model beside recordings: sounds, spectrograms, figures.");
  const auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "Name of the model, or a path to its file")->required();
  command->add_option("--data", options->data, "Recordings or data sets; what is held out of them is judged")
      ->required();
  command->add_option("--out", options->out, "Folder of the page (default: ~/Continuo/auditions/MODEL)");
  command->callback([options, &run] { run = [options] { return audition(*options); }; });
}

}  // namespace continuo::train
