// `continuo-train data card`: a page that shows a set.
#include <cstdio>
#include <memory>

#include "models/data/card/card.h"
#include "models/train/data_commands.h"

namespace continuo::train {

namespace {

int draw_card(const std::string& set) {
  const data::Facts facts = data::write_card(set);
  for (const data::Facts& warning : facts["warnings"])
    std::printf("%s %s\n", warning["grave"].get<bool>() ? "!" : "-",
                warning["words"].get<std::string>().c_str());
  std::printf("The card stands in %s\n", (std::filesystem::path(set) / "card.html").c_str());
  return 0;
}

}  // namespace

void add_data_card(CLI::App& data, const std::atomic<bool>&, Run& run) {
  auto* card =
      data.add_subcommand("card", "A page that shows what a set holds, SET/card.html, and the same as JSON.");
  const auto set = std::make_shared<std::string>();
  card->add_option("SET", *set, "Folder of the set")->required()->check(CLI::ExistingDirectory);
  card->callback([=, &run] { run = [=] { return draw_card(*set); }; });
}

}  // namespace continuo::train
