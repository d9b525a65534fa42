// `continuo-train data edges`.
#include "models/data/card/edges.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

#include "models/data/card/examples.h"
#include "models/data/card/facts.h"
#include "models/data/card/outliers.h"
#include "models/data/card/text.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

// Ids of the kept items, the furthest out first.
std::vector<std::string> ranking(const EdgesOptions& options, const Set& set) {
  std::vector<std::string> ids;
  if (options.by == "features") {
    for (const Unusual& unusual : rank_by_distance(set)) ids.push_back(set.items[unusual.item].id);
    if (ids.empty())
      throw std::runtime_error(options.set.string() +
                               ": has too few items, or they are too alike, to have edges");
    return ids;
  }
  const auto file = options.set / "probe.json";
  std::ifstream in(file);
  const Facts probe = in ? Facts::parse(in, nullptr, false) : Facts();
  if (!probe.is_object() || !probe.contains("model"))
    throw std::runtime_error(file.string() +
                             ": no model's distances are here; run `continuo-train data probe " +
                             options.set.string() + " --model MODEL` first");
  std::set<std::string> kept;
  for (const Item& item : set.items) {
    if (item.kept) kept.insert(item.id);
  }
  for (const Facts& row : probe["model"]["distances"]) {
    if (kept.count(row["id"])) ids.push_back(row["id"]);
  }
  return ids;
}

void link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::remove(to, error);
  fs::create_hard_link(from, to, error);
  if (!error) return;
  fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) throw std::runtime_error(to.string() + ": can't be written: " + error.message());
}

void take_items(const EdgesOptions& options, const std::set<std::string>& chosen) {
  if (!fs::is_directory(options.set / "items")) return;
  fs::create_directories(options.out / "items");
  for (const auto& entry : fs::directory_iterator(options.set / "items")) {
    const std::string name = entry.path().filename().string();
    if (chosen.count(name.substr(0, name.find('.'))))
      link_or_copy(entry.path(), options.out / "items" / name);
  }
}

void take_examples(const EdgesOptions& options, const std::set<std::string>& chosen) {
  for (const auto& file : example_files(options.set)) {
    const fs::path to = options.out / file.filename();
    std::ifstream in(file);
    std::ofstream out(to);
    for (std::string line; std::getline(in, line);) {
      const nlohmann::json example = nlohmann::json::parse(line, nullptr, false);
      if (example.is_object() && chosen.count(example.value("item", ""))) out << line << '\n';
    }
    out.close();
    if (!out) throw std::runtime_error(to.string() + ": can't be written");
  }
}

}  // namespace

double parse_share(const std::string& text) {
  char* end = nullptr;
  double share = std::strtod(text.c_str(), &end);
  if (end != text.c_str() && std::string(end) == "%") {
    share /= 100;
  } else if (end == text.c_str() || *end != '\0') {
    share = std::nan("");
  }
  if (!(share > 0 && share <= 1))
    throw std::runtime_error("\"" + text + "\" is no share; write 10% or 0.1, above 0 and at most 100%");
  return share;
}

std::size_t assemble_edges(const EdgesOptions& options) {
  if (fs::exists(options.out / "set.json"))
    throw std::runtime_error(options.out.string() +
                             ": holds a set already; choose another folder or delete it");
  Set set = read_set(options.set);
  std::vector<std::string> ids = ranking(options, set);
  const auto count =
      static_cast<std::size_t>(std::ceil(options.share * static_cast<double>(ids.size()) - 1e-9));
  ids.resize(std::min(std::max<std::size_t>(1, count), ids.size()));
  const std::set<std::string> chosen(ids.begin(), ids.end());
  fs::create_directories(options.out);
  take_items(options, chosen);
  take_examples(options, chosen);
  std::erase_if(set.items, [&](const Item& item) { return !chosen.count(item.id); });
  set.settings["edges_of"] = fs::absolute(options.set).lexically_normal().string();
  set.settings["edges_share"] = options.share;
  set.settings["edges_by"] = options.by;
  set.skipped.clear();
  write_set(options.out, set);  // last: without it, there is no set
  return set.items.size();
}

}  // namespace continuo::data
