// A set of real recordings: singing of $CONTINUO_DATA, where it is.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <set>

#include "models/data/audio/labels.h"
#include "tests/models/data/audio/sounds.h"

using namespace continuo::data;
using namespace continuo::data::testing;
namespace fs = std::filesystem;

TEST_CASE(
    "singing: every solo note at its pitch, labelled, with its licence, each singer's take on one side") {
  const char* given = std::getenv("CONTINUO_DATA");
  const fs::path data = (given && *given ? fs::path(given) : fs::path("../shared/data")) / "singing";
  if (!fs::exists(data / "labels.csv")) {
    WARN("skipped: no " << data.string() << " (set CONTINUO_DATA)");
    return;
  }
  const ScratchFolder folder;
  AudioOptions options;
  options.folders = {data.string()};
  options.out = folder / "set";
  options.labels = (data / "labels.csv").string();
  const Set set = made(options);
  REQUIRE(set.sources.size() == 1);
  CHECK_THAT(set.sources[0].licence, Catch::Contains("CC BY 4.0"));
  CHECK_THAT(set.sources[0].attribution, Catch::Contains("Berklee"));
  CHECK(set.skipped.empty());

  const Labels labels(options.labels);
  std::set<std::string> files;
  std::map<std::string, std::set<std::string>> splits;
  int notes = 0;
  for (const Item& item : set.items) {
    INFO(item.file);
    CHECK_FALSE(item.label.empty());
    files.insert(item.file);
    splits[item.group].insert(item.split);
    const Known known = labels.of({data / item.file, item.source, item.file});
    if (!known.midi || item.file.find("ensemble") != std::string::npos) continue;
    ++notes;
    CHECK(item.features.at("pitch_median_midi") == Approx(*known.midi).margin(0.5));
  }
  CHECK(files.size() == labels.rows());
  CHECK(notes >= 20);
  for (const auto& [group, of_group] : splits) CHECK(of_group.size() == 1);
}
