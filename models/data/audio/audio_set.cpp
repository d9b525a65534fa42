// A recording a task on every thread; what is found goes to SET/recordings.jsonl as it comes, and in the
// files' order into the set at the end, so that two runs give the same set.
#include "models/data/audio/audio_set.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "models/data/audio/assemble.h"
#include "models/data/audio/duplicates.h"
#include "models/data/audio/item_files.h"
#include "models/data/audio/measure_recording.h"
#include "models/data/progress.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kJournal = "recordings.jsonl";

AudioOptions completed(AudioOptions o) {
  if (o.sample_rate == 0) o.sample_rate = o.use == "ddsp" ? 24000 : 16000;
  if (o.hop == 0) o.hop = o.sample_rate / 100;
  if (o.use == "samplernn" && o.overlap_s >= o.chunk_s)
    throw std::runtime_error("--overlap-seconds must be less than --chunk-seconds");
  if (o.use == "ddsp" && o.longest_s < 2 * o.shortest_s)
    throw std::runtime_error("--max-seconds must be at least twice --min-seconds");
  constexpr const char* kMeasures[] = {
      "all",          "voices",        "bleed_db",     "decay_s",   "noise_floor_db",
      "bandwidth_hz", "clipped_share", "voiced_share", "truncated", "isolated",
      "pitch_steady", "pitch_name",    "duplicate"};
  for (const std::string& word : o.keep) {
    if (std::none_of(std::begin(kMeasures), std::end(kMeasures),
                     [&](const char* m) { return overruled(m, {word}); }))
      throw std::runtime_error(
          "--keep=" + word +
          ": no such measure; all, voices, bleed, decay, noise_floor, bandwidth, clipped, voiced, "
          "truncated, isolated, pitch, duplicate");
  }
  return o;
}

// A set of the same settings may be gone on with; everything else is somebody's.
void check_target(const AudioOptions& options, const json& settings, const std::string& measuring) {
  const fs::path& out = options.out;
  if (!fs::exists(out)) return;
  if (!fs::is_directory(out)) throw std::runtime_error(out.string() + ": is a file; --out takes a folder");
  if (fs::exists(out / "set.json")) {
    if (options.overwrite) return;
    const Set there = read_set(out);
    if (there.kind == "audio" && there.use == options.use && there.settings == settings) return;
    throw std::runtime_error(out.string() +
                             ": another data set is here; give another --out, or --overwrite to replace it");
  }
  if (const auto begun = Journal::settings_of(out / kJournal)) {
    if (*begun == measuring || options.overwrite) return;
    throw std::runtime_error(
        out.string() +
        ": a set with other settings was begun here; give another --out, or --overwrite to "
        "begin anew");
  }
  if (!fs::is_empty(out))
    throw std::runtime_error(out.string() + ": holds other files; give a new folder as --out");
}

// What is still to do, on all threads.
class Work {
 public:
  Work(const Recordings& recordings, const Labels& labels, const AudioOptions& options, Journal& journal,
       const std::atomic<bool>& stop)
      : recordings_(recordings), labels_(labels), options_(options), journal_(journal), stop_(stop) {}

  void run(const std::vector<std::size_t>& missing) {
    if (missing.empty()) return;
    Progress progress("measuring", missing.size(), "recordings");
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    const auto work = [&] {
      while (!stop_) {
        const std::size_t n = next++;
        if (n >= missing.size()) return;
        const Recording& recording = recordings_.files[missing[n]];
        try {
          const std::string stamp = stamp_of(recording);
          auto found = measure_recording(recording, labels_, options_, stop_);
          const std::lock_guard lock(mutex_);
          if (!found || failure_) return;
          journal_.add(recording.path.string(), stamp, std::move(*found));
          progress.at(++done);
        } catch (...) {
          const std::lock_guard lock(mutex_);
          if (!failure_) failure_ = std::current_exception();
          return;
        }
      }
    };
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < std::max(1, options_.threads); ++t) threads.emplace_back(work);
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const Recordings& recordings_;
  const Labels& labels_;
  const AudioOptions& options_;
  Journal& journal_;
  const std::atomic<bool>& stop_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

// Files of earlier runs that this set does not have: of duplicates, of recordings that went away.
void remove_others(const fs::path& items, const Set& set) {
  std::set<std::string> mine;
  for (const Item& item : set.items) mine.insert({item.id + ".flac", item.id + ".tracks.safetensors"});
  for (const auto& entry : fs::directory_iterator(items)) {
    const std::string name = entry.path().filename().string();
    const bool ours =
        name.ends_with(".flac") || name.ends_with(".tracks.safetensors") || name.ends_with(".part");
    if (ours && !mine.contains(name)) fs::remove(entry.path());
  }
}

// How many recordings the labels know. Throws when it is none.
void tell_labels(const Labels& labels, const std::vector<Recording>& files, const std::string& how) {
  const auto known = std::count_if(files.begin(), files.end(), [&](const Recording& recording) {
    const Known found = labels.of(recording);
    return !found.label.empty() || found.midi || !found.tags.empty();
  });
  if (known == 0) {
    throw std::runtime_error("--labels " + how + " knows none of the " + std::to_string(files.size()) +
                             " recordings: they are called " + files[0].name +
                             (labels.example().empty() ? "" : ", it speaks of " + labels.example()));
  }
  std::printf("%ld of %zu recordings have a label\n", static_cast<long>(known), files.size());
}

}  // namespace

int make_audio_set(const AudioOptions& given, const std::atomic<bool>& stop) {
  const AudioOptions options = completed(given);
  const Labels labels(options.labels);
  Set set;
  set.kind = "audio";
  set.use = options.use;
  set.settings = settings_of(options);
  const std::string measuring = measuring_settings(options, labels.stamp()).dump();
  Recordings recordings = find_recordings(options.folders, options.out);
  set.sources = recordings.sources;
  for (Source& source : set.sources) {
    if (source.licence.empty()) source.licence = options.licence;
    if (source.attribution.empty()) source.attribution = options.attribution;
  }
  if (recordings.files.empty()) {
    std::string words =
        options.folders.front() + ": holds no recordings (wav, flac, aiff, ogg, opus, mp3 ...)";
    if (!recordings.skipped.empty())
      words += "; " + recordings.skipped[0].file + " " + recordings.skipped[0].reason;
    throw std::runtime_error(words);
  }
  if (!options.labels.empty()) tell_labels(labels, recordings.files, options.labels);
  check_target(options, set.settings, measuring);
  fs::create_directories(options.out / "items");
  Journal journal(options.out / kJournal, measuring);

  const auto& files = recordings.files;
  const auto found = [&](std::size_t i) { return journal.find(files[i].path.string(), stamp_of(files[i])); };
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!found(i)) missing.push_back(i);
  }
  if (missing.size() < files.size())
    std::printf("%zu of %zu recordings were measured before\n", files.size() - missing.size(), files.size());
  Work work(recordings, labels, options, journal, stop);
  work.run(missing);
  const auto stopped = [&] {
    if (stop) std::printf("Stopped; the same command goes on from here.\n");
    return stop.load();
  };
  if (stopped()) return 130;

  std::vector<const Found*> all;
  for (std::size_t i = 0; i < files.size(); ++i) all.push_back(found(i));
  std::vector<std::optional<std::string>> duplicates(files.size());
  if (!overruled("duplicate", options.keep)) duplicates = find_duplicates(files, all);
  // What an earlier run threw away, or somebody else.
  missing.clear();
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto there = [&](const Item& item) { return has_item(options.out / "items", item.id); };
    if (!duplicates[i] && !std::all_of(all[i]->items.begin(), all[i]->items.end(), there))
      missing.push_back(i);
  }
  work.run(missing);
  if (stopped()) return 130;

  set.skipped = recordings.skipped;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Found& f = *found(i);
    set.skipped.insert(set.skipped.end(), f.skipped.begin(), f.skipped.end());
    if (duplicates[i]) {
      set.skipped.push_back({files[i].source + "/" + files[i].name, *duplicates[i]});
    } else {
      set.items.insert(set.items.end(), f.items.begin(), f.items.end());
    }
  }
  const std::vector<std::string> words = settle(set, options);
  write_set(options.out, set);
  remove_others(options.out / "items", set);
  print_summary(set, options);
  for (const std::string& line : words) std::printf("%s\n", line.c_str());
  const bool any = std::any_of(set.items.begin(), set.items.end(), [](const Item& i) { return i.kept; });
  if (!any) std::fprintf(stderr, "There is nothing to learn from in %s.\n", options.out.c_str());
  return any ? 0 : 1;
}

}  // namespace continuo::data
