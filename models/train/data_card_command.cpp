// `continuo-train data card`, `data probe` and `data edges`: looking at a set.
#include <cstdio>
#include <memory>

#include "models/data/card/card.h"
#include "models/data/card/edges.h"
#include "models/data/card/probe.h"
#include "models/train/data_commands.h"

namespace continuo::train {

namespace {

int draw_card(const std::filesystem::path& set) {
  const data::Facts facts = data::write_card(set);
  for (const data::Facts& warning : facts["warnings"])
    std::printf("%s %s\n", warning["grave"].get<bool>() ? "!" : "-",
                warning["words"].get<std::string>().c_str());
  std::printf("The card stands in %s\n", (set / "card.html").c_str());
  return 0;
}

int write_edges(const data::EdgesOptions& options) {
  const std::size_t items = data::assemble_edges(options);
  data::write_card(options.out);
  std::printf("%zu of the least usual items stand in %s\n", items, options.out.c_str());
  return 0;
}

}  // namespace

void add_edges_option(CLI::App& command, std::string& share) {
  command.add_option("--edges", share,
                     "Also assemble OUT-edges, of the least usual items: how much of the set, such as 10%");
}

void check_edges(const std::string& share) {
  if (!share.empty()) (void)data::parse_share(share);
}

void write_edges_beside(const std::string& set, const std::string& share) {
  if (share.empty()) return;
  data::EdgesOptions options;
  options.set = set;
  std::filesystem::path folder = std::filesystem::path(set).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  options.out = folder.string() + "-edges";
  options.share = data::parse_share(share);
  (void)write_edges(options);
}

void add_data_card(CLI::App& data, const std::atomic<bool>& stop, Run& run) {
  auto* card =
      data.add_subcommand("card", "A page that shows what a set holds, SET/card.html, and the same as JSON.");
  const auto set = std::make_shared<std::string>();
  card->add_option("SET", *set, "Folder of the set")->required()->check(CLI::ExistingDirectory);
  card->callback([=, &run] { run = [=] { return draw_card(*set); }; });

  auto* probe = data.add_subcommand(
      "probe",
      "The most unusual and the most typical items; with a model, those it explains worst and best.");
  const auto options = std::make_shared<data::ProbeOptions>();
  probe->add_option("SET", options->set, "Folder of the set")->required()->check(CLI::ExistingDirectory);
  probe->add_option("--model", options->model, "A DDSP model file")->check(CLI::ExistingFile);
  probe->add_option("--shown", options->shown, "Worst and best items to write as sound")
      ->capture_default_str()
      ->check(CLI::Range(1, 100));
  probe->callback([=, &run, &stop] { run = [=, &stop] { return data::probe(*options, stop); }; });

  auto* edges = data.add_subcommand("edges", "A set assembled from the least usual items of another.");
  const auto chosen = std::make_shared<data::EdgesOptions>();
  const auto share = std::make_shared<std::string>("10%");
  edges->add_option("SET", chosen->set, "Folder of the set")->required()->check(CLI::ExistingDirectory);
  edges->add_option("--edges,--share", *share, "How much of the set")->capture_default_str();
  edges->add_option("--by", chosen->by, "What makes an item unusual: features, or the model last probed")
      ->capture_default_str()
      ->check(CLI::IsMember({"features", "model"}));
  edges->add_option("--out", chosen->out, "Folder of the new set")->required();
  edges->callback([=, &run] {
    run = [=] {
      chosen->share = data::parse_share(*share);
      return write_edges(*chosen);
    };
  });
}

}  // namespace continuo::train
