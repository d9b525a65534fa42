// `continuo-train data card`.
#include "models/data/card/card.h"

#include <fstream>
#include <stdexcept>

#include "models/data/card/listen.h"
#include "models/data/card/page.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

// What `data probe --model` found, if it was run.
void add_probe(Facts& facts, const std::filesystem::path& folder) {
  const auto file = folder / "probe.json";
  std::ifstream in(file);
  if (!in) return;
  try {
    const Facts probe = Facts::parse(in);
    if (probe.contains("model")) facts["probe"] = probe["model"];
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(file.string() + ": is not a probe's result (" + error.what() +
                             "); delete it or run `continuo-train data probe` again");
  }
}

// A line for every fact, and for every row of a list: to be read, and compared line by line.
std::string lines_of(const Facts& facts) {
  const auto dump = [](const Facts& value) {
    return value.dump(-1, ' ', false, Facts::error_handler_t::replace);
  };
  std::string text = "{";
  for (const auto& [key, value] : facts.items()) {
    text += cat(text.size() > 1 ? ",\n" : "\n", " ", dump(key), ": ");
    if (!value.is_array() || value.empty() || !value.front().is_object()) {
      text += dump(value);
      continue;
    }
    std::string rows;
    for (const Facts& row : value) rows += cat(rows.empty() ? "[\n  " : ",\n  ", dump(row));
    text += rows + "]";
  }
  return text + "\n}\n";
}

}  // namespace

Facts card_facts(const std::filesystem::path& set_folder) {
  Facts facts = set_facts(read_set(set_folder), set_folder);
  add_probe(facts, set_folder);
  facts["warnings"] = warnings(facts);
  return facts;
}

Facts write_card(const std::filesystem::path& set_folder) {
  Facts facts = card_facts(set_folder);
  if (facts["kind"] == "midi") write_listening(facts, set_folder);
  write_file(set_folder / "card.html", card_page(facts));
  write_file(set_folder / "card.json", lines_of(facts));
  return facts;
}

}  // namespace continuo::data
