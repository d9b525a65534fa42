// A file a task on every thread; results go to SET/midi.partial as they come, and in order into the set at
// the end, so that windows are unique in the whole set and two runs give the same files.
#include "models/data/midi/midi_set.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "models/data/midi/describe.h"
#include "models/data/midi/partial.h"
#include "models/data/midi/same_tune.h"
#include "models/data/midi/smf.h"
#include "models/data/midi/sources.h"
#include "models/data/progress.h"
#include "models/data/set.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

json settings_of(const MidiOptions& o) {
  const auto& r = o.rules;
  const char* grids[] = {"16th", "triplet", "auto"};
  return {{"grid", grids[static_cast<int>(r.grid)]},
          {"find_pickup", r.find_pickup},
          {"min_bars", r.melody.min_bars},
          {"min_unique_pitches", r.melody.min_unique_pitches},
          {"gap_bars", r.melody.gap_bars},
          {"polyphony", r.melody.keep_top ? "top" : "leave out"},
          {"max_steps", r.melody.max_steps},
          {"melody_programs", {r.first_melody_program, r.last_melody_program}},
          {"drums_min_bars", r.drums.min_bars},
          {"transpose", r.transpose},
          {"windows", r.windows},
          {"keep", o.keep},
          {"folders", o.folders}};
}

constexpr const char* kSplitToCome = "?";
constexpr const char* kSplitPlace = "\"split\":\"?\"";

// The name of the file in which examples of a kind stand.
std::string file_of(const symbolic::Example& e, bool window) {
  if (window) {
    const int bar = symbolic::steps_per_bar(e.metre, e.steps_per_quarter);
    return "windows-" + std::to_string(e.steps / bar) + ".jsonl";
  }
  constexpr const char* kFiles[] = {"melodies", "drums", "grooves", "bass", "trios", "multitracks"};
  return std::string(kFiles[static_cast<std::size_t>(e.kind)]) + ".jsonl";
}

// What it was when it was read: the file, and the split that was published for it.
std::string stamp_of(const MidiFile& file) {
  return data::stamp_of(file.path) + "-" + file.split;
}

// `tune`: which of an ABC book's tunes it is, or empty. A book's tunes are split as files are, each by
// itself.
void add_piece(const symbolic::Sequence& sequence, const MidiFile& file, const std::string& tune,
               const MidiOptions& options, Record& record) {
  const std::string name = tune.empty() ? file.name : file.name + "#" + tune;
  if (sequence.notes.empty()) {
    record.skipped.push_back({file.source + "/" + name, "the file holds no notes"});
    return;
  }
  const symbolic::Extracted x = symbolic::extract(sequence, options.rules);
  Item item;
  item.id = item_id(file.source + "/" + name);
  item.source = file.source;
  item.file = file.name;
  const std::string key = fs::path(file.name).stem().string() + (tune.empty() ? "" : "-" + tune);
  item.split = tune.empty() || file.published ? file.split : split_of(key);
  // A published split knows best which of its files are one recording.
  item.group = file.published ? item.id : key;
  describe(sequence, x, options.rules, item);
  if (options.keep) item.kept = true;
  RecordedItem out{item, piece_hash(sequence), symbolic::tune_marks(sequence), {}};
  const bool windows = !options.rules.windows.empty();
  const auto add = [&](const symbolic::Example& e, bool window) {
    RecordedLine line{file_of(e, window), symbolic::content_hash(e), {}};
    symbolic::append_json(line.json, e, item.id, kSplitToCome);
    out.lines.push_back(std::move(line));
  };
  for (const auto& e : x.examples) {
    if (!windows || e.kind == symbolic::Kind::kMultitrack) add(e, false);
  }
  for (const auto& e : x.windows) add(e, true);
  record.items.push_back(std::move(out));
}

Record make_record(const MidiFile& file, const MidiOptions& options, std::vector<std::uint8_t>& bytes) {
  Record record;
  try {
    if (is_abc(file.path)) {
      const AbcTunes tunes(file.path);
      for (const auto& tune : tunes.files()) {
        const std::string name = tunes.files().size() == 1 ? "" : tune.stem().string();
        add_piece(symbolic::read_smf_file(tune, bytes), file, name, options, record);
      }
    } else {
      add_piece(symbolic::read_smf_file(file.path, bytes), file, "", options, record);
    }
  } catch (const std::exception& error) {
    record.skipped.push_back({file.source + "/" + file.name, error.what()});
  }
  return record;
}

// The set's files, written next to their places and moved there together.
class Outputs {
 public:
  explicit Outputs(fs::path folder) : folder_(std::move(folder)) {}
  void add(const std::string& name, const std::string& line) {
    auto& out = files_[name];
    if (!out.is_open()) out.open(folder_ / (name + ".partial"), std::ios::binary | std::ios::trunc);
    out << line << '\n';
    ++counts_[name];
  }
  std::map<std::string, std::size_t> finish() {
    for (auto& [name, out] : files_) {
      out.close();
      if (!out) throw std::runtime_error((folder_ / name).string() + ": can't be written; is the disk full?");
    }
    // Examples of an earlier set that has kinds which this one has not.
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() == ".jsonl") fs::remove(entry.path());
    }
    for (auto& [name, out] : files_) fs::rename(folder_ / (name + ".partial"), folder_ / name);
    return counts_;
  }

 private:
  fs::path folder_;
  std::map<std::string, std::ofstream> files_;
  std::map<std::string, std::size_t> counts_;
};

void check_target(const MidiOptions& options, const json& settings) {
  if (!fs::exists(options.out / "set.json") || options.overwrite) return;
  const Set there = read_set(options.out);
  if (there.kind == "midi" && there.use == options.use && there.settings == settings) return;
  throw std::runtime_error(options.out.string() +
                           ": another data set is here; give another --out, or --overwrite to replace it");
}

// What all pieces have to be known for: copies, and splits that keep a tune together.
struct Overview {
  std::vector<Item> items;  // in the order of the files
  std::vector<Skipped> skipped;
  std::size_t copies = 0, in_groups = 0, groups = 0, moved = 0, on_both_sides = 0;
};

// Pieces with the same tune go where the first of them is, or to the published split that one of them has.
void keep_tunes_together(const std::vector<std::size_t>& first, const std::vector<bool>& published,
                         Overview& all) {
  std::map<std::size_t, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < first.size(); ++i) groups[first[i]].push_back(i);
  for (const auto& [head, members] : groups) {
    if (members.size() < 2) continue;
    const auto name = [&](std::size_t i) { return all.items[i].source + "/" + all.items[i].group; };
    const std::string first_name = name(head);
    if (std::any_of(members.begin(), members.end(), [&](std::size_t i) { return name(i) != first_name; })) {
      ++all.groups;
      all.in_groups += members.size();
    }
    std::string split = all.items[head].split;
    const auto fixed =
        std::find_if(members.begin(), members.end(), [&](std::size_t i) { return published[i]; });
    if (fixed != members.end()) split = all.items[*fixed].split;
    for (const std::size_t i : members) {
      Item& item = all.items[i];
      item.group = all.items[head].group;
      if (i != head) item.details["same_tune_as"] = all.items[head].id;
      if (published[i]) {
        all.on_both_sides += item.split != split;
        continue;
      }
      all.moved += item.split != split;
      item.split = split;
    }
  }
}

Overview overview(Partial& partial, const MidiSources& sources, const MidiOptions& options) {
  Overview all;
  std::unordered_map<std::uint64_t, std::string> pieces;
  std::vector<std::vector<std::uint64_t>> marks;
  std::vector<std::string> names;
  std::vector<bool> published;
  for (const MidiFile& file : sources.files) {
    Record record = partial.read(file.path.string());
    for (Skipped& s : record.skipped) all.skipped.push_back(std::move(s));
    for (RecordedItem& r : record.items) {
      const auto [first, fresh] = pieces.try_emplace(r.hash, r.item.id);
      if (!fresh) {
        r.item.faults.push_back({"duplicate", 1, 0, "the same notes as " + first->second});
        r.item.kept = options.keep;
        ++all.copies;
      }
      names.push_back(r.item.source + "/" + r.item.group);
      all.items.push_back(std::move(r.item));
      marks.push_back(std::move(r.marks));
      published.push_back(file.published);
    }
  }
  keep_tunes_together(symbolic::tune_groups(marks, names), published, all);
  return all;
}

void assemble(Partial& partial, const MidiSources& sources, const MidiOptions& options, Set& set) {
  Overview all = overview(partial, sources, options);
  Outputs outputs(options.out);
  std::unordered_set<std::uint64_t> there;
  std::size_t again = 0;
  auto item = all.items.begin();
  for (const MidiFile& file : sources.files) {
    for (const RecordedItem& r : partial.read(file.path.string()).items) {
      const Item& now = *item++;
      if (!now.kept) continue;
      for (const RecordedLine& line : r.lines) {
        // Each example once. With --keep only windows: there a loop would drown the rest.
        if (!there.insert(line.hash).second && (!options.keep || line.file.starts_with("windows-"))) {
          again += !line.file.starts_with("windows-");
          continue;
        }
        std::string text = line.json;
        text.replace(text.find(kSplitPlace), std::string(kSplitPlace).size(),
                     "\"split\":\"" + now.split + "\"");
        outputs.add(line.file, text);
      }
    }
  }
  set.items = std::move(all.items);
  for (Skipped& s : all.skipped) set.skipped.push_back(std::move(s));
  const auto counts = outputs.finish();
  write_set(options.out, set);
  for (const auto& [name, count] : counts) std::printf("  %8zu in %s\n", count, name.c_str());
  if (again > 0) std::printf("  %zu examples stand there already, note for note, and are left out\n", again);
  if (all.copies > 0) std::printf("  %zu files are copies of others, note for note\n", all.copies);
  if (all.groups > 0) {
    std::printf("  %zu tunes stand under several names (%zu files); each is in one split (%zu files moved)\n",
                all.groups, all.in_groups, all.moved);
  }
  if (all.on_both_sides > 0) {
    std::printf("  %zu files have a tune of another split, which their published splits keep there\n",
                all.on_both_sides);
  }
}

}  // namespace

int make_midi_set(const MidiOptions& options, const std::atomic<bool>& stop) {
  Set set;
  set.kind = "midi";
  set.use = options.use;
  set.settings = settings_of(options);
  check_target(options, set.settings);
  MidiSources sources = find_midi(options);
  set.sources = sources.sources;
  set.skipped = sources.skipped;
  if (sources.files.empty()) {
    std::string why = "no .mid, .midi or .abc file is in the folders given";
    if (!sources.skipped.empty()) {
      const Skipped& first = sources.skipped.front();
      why += ", but " + std::to_string(sources.skipped.size()) + " that can't be read: " + first.file + ": " +
             first.reason;
    }
    throw std::runtime_error(why);
  }
  fs::create_directories(options.out);
  Partial partial(options.out / "midi.partial", options.use + set.settings.dump());

  std::vector<const MidiFile*> missing;
  for (const MidiFile& file : sources.files) {
    if (!partial.has(file.path.string(), stamp_of(file))) missing.push_back(&file);
  }
  if (missing.size() < sources.files.size())
    std::printf("%zu of %zu files were read before\n", sources.files.size() - missing.size(),
                sources.files.size());
  {
    Progress progress("reading", missing.size(), "files");
    std::mutex mutex;
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    std::exception_ptr failure;
    const auto work = [&] {
      std::vector<std::uint8_t> bytes;
      while (!stop) {
        const std::size_t i = next++;
        if (i >= missing.size()) return;
        const Record record = make_record(*missing[i], options, bytes);
        const std::string text = to_text(record);
        const std::lock_guard lock(mutex);
        if (failure) return;
        try {
          partial.add(missing[i]->path.string(), stamp_of(*missing[i]), text);
        } catch (...) {
          failure = std::current_exception();
          return;
        }
        progress.at(++done);
      }
    };
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < std::max(1, options.threads); ++t) threads.emplace_back(work);
    }
    if (failure) std::rethrow_exception(failure);
  }
  if (stop) {
    std::printf("Stopped; the same command goes on from here.\n");
    return 1;
  }
  assemble(partial, sources, options, set);
  partial.remove();
  std::size_t kept = 0;
  for (const Item& item : set.items) kept += item.kept;
  std::printf("%zu pieces, %zu of them kept, %zu files skipped; the set stands in %s\n", set.items.size(),
              kept, set.skipped.size(), options.out.c_str());
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(kShown, set.skipped.size()); ++i)
    std::printf("  skipped %s: %s\n", set.skipped[i].file.c_str(), set.skipped[i].reason.c_str());
  if (set.skipped.size() > kShown) std::printf("  ... the others are in set.json and the card\n");
  return 0;
}

}  // namespace continuo::data
