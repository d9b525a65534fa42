// `continuo-train data probe`.
#include "models/data/card/probe.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "models/data/audio_file.h"
#include "models/data/card/card.h"
#include "models/data/card/outliers.h"
#include "models/data/card/resynthesis.h"
#include "models/data/card/text.h"
#include "models/data/card/tracks.h"
#include "models/data/progress.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

std::string dump(const Facts& facts, int indent = -1) {
  return facts.dump(indent, ' ', false, Facts::error_handler_t::replace);
}

// The recording and what the model makes of it, at the model's rate.
struct Pair {
  std::vector<float> original, model;
};

std::optional<Pair> play(const fs::path& set, const std::string& id,
                         const std::shared_ptr<const ddsp::Model>& model) {
  const auto tracks = read_tracks(set, id);
  if (!tracks || tracks->frames() == 0) return std::nullopt;
  const ddsp::Config& config = model->config();
  Pair pair;
  pair.original = read_audio(set / "items" / (id + ".flac"), config.sample_rate);
  const std::size_t frames = pair.original.size() / static_cast<std::size_t>(config.hop) + 1;
  const Conditioning track = conditioning(*tracks, config.frame_rate_hz(), frames);
  pair.model = resynthesise(model, track.midi, track.db);
  pair.model.resize(pair.original.size());
  return pair;
}

// Distances that were measured before, for this very model; a line each, so that a kill loses nothing.
class Ledger {
 public:
  Ledger(const fs::path& set, const fs::path& model) : file_(set / "probe.partial.jsonl") {
    // The file's time and size tell one training's model from the next.
    key_ = cat(fs::absolute(model).lexically_normal().string(), " ", fs::file_size(model), " ",
               fs::last_write_time(model).time_since_epoch().count());
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) {
      const Facts row = Facts::parse(line, nullptr, false);
      if (row.is_object() && row.value("model", "") == key_ && row.contains("distance"))
        known_[row.value("id", "")] = row["distance"];
    }
  }
  bool knows(const std::string& id) const { return known_.count(id) > 0; }
  void add(const std::string& id, double distance) {
    known_[id] = distance;
    std::ofstream(file_, std::ios::app)
        << dump({{"model", key_}, {"id", id}, {"distance", distance}}) << std::endl;
  }
  const std::map<std::string, double>& all() const { return known_; }
  void forget() const {
    std::error_code error;
    fs::remove(file_, error);
  }

 private:
  fs::path file_;
  std::string key_;
  std::map<std::string, double> known_;
};

struct Failed {
  std::string id, reason;
};

// Measures all items on two threads; false when it was stopped.
bool measure(const fs::path& set, const std::vector<const Item*>& items,
             const std::shared_ptr<const ddsp::Model>& model, Ledger& ledger, std::vector<Failed>& failed,
             const std::atomic<bool>& stop) {
  std::atomic<std::size_t> next = 0;
  std::size_t done = 0;
  std::mutex mutex;
  Progress progress("playing the model", items.size(), "items");
  const auto work = [&] {
    for (std::size_t i = next++; i < items.size() && !stop; i = next++) {
      const std::string& id = items[i]->id;
      bool known = false;
      {
        const std::lock_guard lock(mutex);
        known = ledger.knows(id);
      }
      double distance = 0;
      std::string reason;
      if (!known) {
        try {
          const auto pair = play(set, id, model);
          if (pair) {
            distance = spectral_distance(pair->original, pair->model);
          } else {
            reason = "has no tracks";
          }
        } catch (const std::exception& error) {
          reason = error.what();
        }
      }
      const std::lock_guard lock(mutex);
      if (!known && reason.empty()) ledger.add(id, rounded(distance, 4));
      if (!reason.empty()) failed.push_back({id, reason});
      progress.at(++done);
    }
  };
  std::thread other(work);
  work();
  other.join();
  return !stop;
}

// A row of the worst or the best, with both sounds written.
Facts audible_row(const fs::path& set, const Item& item, double distance, const std::string& words,
                  const std::shared_ptr<const ddsp::Model>& model) {
  Facts row = item_facts(item, "audio", set);
  row.erase("listen");
  row["distance"] = distance;
  row["words"] = cat("Distance ", num(distance, 2), words.empty() ? "." : ". For the set: " + words + ".");
  const auto pair = play(set, item.id, model);
  const int rate = model->config().sample_rate;
  fs::create_directories(set / "probe");
  row["original"] = "probe/" + item.id + ".original.wav";
  row["model"] = "probe/" + item.id + ".model.wav";
  write_wav(set / row["original"].get<std::string>(), pair->original, rate);
  write_wav(set / row["model"].get<std::string>(), pair->model, rate);
  return row;
}

// What the model makes of the set; null when it was stopped.
Facts probe_model(const ProbeOptions& options, const Set& set, const std::vector<Unusual>& ranked,
                  const std::atomic<bool>& stop) {
  if (set.kind != "audio")
    throw std::runtime_error(options.set.string() + ": is a " + set.kind +
                             " set; a DDSP model explains audio sets");
  const auto model = ddsp::Model::load(options.model.string());
  std::map<std::string, std::string> words;
  for (const Unusual& unusual : ranked) words[set.items[unusual.item].id] = unusual.words;
  std::map<std::string, const Item*> items;
  std::vector<const Item*> kept;
  for (const Item& item : set.items) {
    if (!item.kept) continue;
    kept.push_back(&item);
    items[item.id] = &item;
  }
  Ledger ledger(options.set, options.model);
  std::vector<Failed> failed;
  if (!measure(options.set, kept, model, ledger, failed, stop)) return nullptr;

  std::vector<std::pair<double, std::string>> distances;
  for (const auto& [id, distance] : ledger.all()) {
    if (items.count(id)) distances.emplace_back(distance, id);
  }
  if (distances.empty())
    throw std::runtime_error(options.set.string() + ": no item can be played: " +
                             (failed.empty() ? "none is kept" : failed[0].id + " " + failed[0].reason));
  std::sort(distances.begin(), distances.end(), std::greater<>());

  Facts result = {{"model", model->config().name}, {"file", options.model.string()},
                  {"items", distances.size()},     {"median", distances[distances.size() / 2].first},
                  {"worst", Facts::array()},       {"best", Facts::array()},
                  {"distances", Facts::array()},   {"failed", Facts::array()}};
  const std::size_t shown = std::min(options.shown, (distances.size() + 1) / 2);
  const auto row = [&](const std::pair<double, std::string>& of) {
    return audible_row(options.set, *items.at(of.second), of.first, words[of.second], model);
  };
  for (std::size_t i = 0; i < shown; ++i) result["worst"].push_back(row(distances[i]));
  for (std::size_t i = 0; i < shown && shown + i < distances.size(); ++i)
    result["best"].push_back(row(distances[distances.size() - 1 - i]));
  for (const auto& [distance, id] : distances)
    result["distances"].push_back({{"id", id}, {"distance", distance}});
  for (const Failed& f : failed) result["failed"].push_back({{"id", f.id}, {"reason", f.reason}});
  ledger.forget();
  return result;
}

void print(const char* title, const Facts& rows) {
  std::printf("%s\n", title);
  for (const Facts& row : rows) {
    std::printf("  %5.2f  %s  (%s)  %s\n", row["distance"].get<double>(),
                row["id"].get<std::string>().c_str(), row["file"].get<std::string>().c_str(),
                row.value("words", "").c_str());
  }
}

}  // namespace

int probe(const ProbeOptions& options, const std::atomic<bool>& stop) {
  const Set set = read_set(options.set);
  const auto file = options.set / "probe.json";
  const std::vector<Unusual> ranked = rank_by_distance(set);
  Facts result = {{"format", "continuo-probe/1"}, {"ranking", Facts::array()}};
  for (const Unusual& unusual : ranked) {
    result["ranking"].push_back({{"id", set.items[unusual.item].id},
                                 {"distance", rounded(unusual.distance, 3)},
                                 {"words", unusual.words}});
  }
  if (!options.model.empty()) {
    result["model"] = probe_model(options, set, ranked, stop);
    if (result["model"].is_null()) {
      std::fprintf(stderr, "Stopped; what was measured is kept, the same command goes on from here.\n");
      return 1;
    }
  } else if (std::ifstream in(file); in) {
    const Facts before = Facts::parse(in, nullptr, false);
    if (before.is_object() && before.contains("model")) result["model"] = before["model"];
  }
  write_file(file, dump(result, 1) + "\n");
  const Facts card = write_card(options.set);
  print("Least like the rest:", card["unusual"]);
  print("Most like the rest:", card["typical"]);
  if (!options.model.empty()) {
    const Facts& model = result["model"];
    std::printf("%s explains %zu items; the median distance is %.2f\n",
                model["model"].get<std::string>().c_str(), model["items"].get<std::size_t>(),
                model["median"].get<double>());
    print("Explained worst:", model["worst"]);
    print("Explained best:", model["best"]);
    for (const Facts& f : model["failed"])
      std::fprintf(stderr, "%s: %s\n", f["id"].get<std::string>().c_str(),
                   f["reason"].get<std::string>().c_str());
  }
  std::printf("All of it stands in %s and in the card.\n", file.c_str());
  return 0;
}

}  // namespace continuo::data
