// Curves of data sets.
#include "models/song/set_curves.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "models/data/features.h"
#include "models/data/set.h"
#include "models/io/safetensors.h"
#include "models/song/inference/config.h"

namespace continuo::song {
namespace {

namespace fs = std::filesystem;
constexpr double kLongestRest_s = 4, kShortestCurve_s = 3;
constexpr float kSilence_db = -80;

// Technique over time as truth/NAME.csv tells it.
struct Truth {
  std::vector<std::pair<double, std::string>> changes;  // since when
  const std::string* at(double seconds) const {
    const std::string* name = nullptr;
    for (const auto& [begin, technique] : changes) {
      if (begin > seconds) break;
      name = &technique;
    }
    return name;
  }
};

Truth read_truth(const fs::path& file) {
  Truth truth;
  std::ifstream in(file);
  std::string line, cell;
  if (!std::getline(in, line)) return truth;
  const auto columns = [](const std::string& text) {
    std::vector<std::string> cells;
    std::stringstream stream(text);
    for (std::string one; std::getline(stream, one, ',');) cells.push_back(one);
    return cells;
  };
  const auto head = columns(line);
  const auto found =
      static_cast<std::size_t>(std::find(head.begin(), head.end(), "technique") - head.begin());
  if (found == head.size()) return truth;
  while (std::getline(in, line)) {
    const auto cells = columns(line);
    if (cells.size() <= found) continue;
    if (truth.changes.empty() || truth.changes.back().second != cells[found])
      truth.changes.emplace_back(std::strtod(cells[0].c_str(), nullptr), cells[found]);
  }
  return truth;
}

std::string fit_label(const std::string& label) {
  std::string out;
  for (const char c : label.substr(0, 40)) {
    const char low = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out += (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || low == '_' ? low : '-';
  }
  return out;
}

class Reader {
 public:
  explicit Reader(SetCurves& out) : out_(out) {}

  void read(const fs::path& folder) {
    const data::Set set = data::read_set(folder);
    if (set.kind != "audio" || set.use != "ddsp") {
      throw std::runtime_error(
          folder.string() + ": is a set for " + set.use +
          "; a song needs one of recordings: continuo-train data audio FOLDERS --for ddsp");
    }
    const double rate = set.settings.value("sample_rate", 24000.0) / set.settings.value("hop", 240.0);
    if (!curves_.empty() && std::abs(rate - out_.frame_rate) > 1e-9)
      throw std::runtime_error(folder.string() + ": has " + std::to_string(rate) +
                               " frames a second, the sets before it " + std::to_string(out_.frame_rate));
    out_.frame_rate = rate;
    std::map<std::string, fs::path> folders;
    for (const data::Source& source : set.sources) folders[source.name] = source.folder;
    std::map<std::string, std::vector<const data::Item*>> groups;
    for (const data::Item& item : set.items) groups[item.group].push_back(&item);
    for (auto& [group, items] : groups) {
      std::sort(items.begin(), items.end(),
                [](const data::Item* a, const data::Item* b) { return a->begin_s < b->begin_s; });
      const fs::path recording = folders[items.front()->source] / items.front()->file;
      truth_ = read_truth(recording.parent_path() / "truth" / (recording.stem().string() + ".csv"));
      begin_curve();
      for (const data::Item* item : items) add(folder, *item);
      end_curve(items.front()->split);
    }
  }

  void finish() {
    if (curves_.empty()) throw std::runtime_error("the sets hold no singing of 3 s or more to learn from");
    const bool valid =
        std::any_of(curves_.begin(), curves_.end(), [](const auto& c) { return c.first == "valid"; });
    std::size_t n = 0;
    for (auto& [split, curve] : curves_) {
      if (split == "test" && valid) continue;
      const bool held = valid ? split == "valid" : curves_.size() > 3 && n++ % 8 == 3;
      (held ? out_.held_out : out_.train).push_back(std::move(curve));
    }
    if (out_.techniques.empty()) out_.techniques.push_back("any");
  }

 private:
  std::uint8_t technique(const std::string& label) {
    const std::string name = label.empty() ? "any" : fit_label(label);
    const auto found = std::find(out_.techniques.begin(), out_.techniques.end(), name);
    if (found == out_.techniques.end() && out_.techniques.size() == kMostTechniques)
      throw std::runtime_error("the sets have more than " + std::to_string(kMostTechniques) + " labels");
    const auto index = found - out_.techniques.begin();
    if (found == out_.techniques.end()) out_.techniques.push_back(name);
    return static_cast<std::uint8_t>(index);
  }

  void begin_curve() {
    curve_ = {};
    curve_.frame_rate = out_.frame_rate;
    end_s_ = -1;
  }

  void end_curve(const std::string& split) {
    if (static_cast<double>(curve_.frames()) >= kShortestCurve_s * curve_.frame_rate)
      curves_.emplace_back(split, std::move(curve_));
    begin_curve();
  }

  void add(const fs::path& folder, const data::Item& item) {
    if (!item.kept) return end_curve(item.split);
    if (end_s_ >= 0 && item.begin_s - end_s_ > kLongestRest_s) end_curve(item.split);
    const auto file = io::Safetensors::read((folder / "items" / (item.id + ".tracks.safetensors")).string());
    const std::vector<float> hz = file.vector("f0_hz"), db = file.vector("db");
    const std::uint8_t label = technique(item.label);
    const double rate = curve_.frame_rate;
    if (end_s_ < 0) begin_s_ = item.begin_s;
    const auto at = static_cast<std::size_t>(std::max(0.0, std::round((item.begin_s - begin_s_) * rate)));
    const std::uint8_t held = curve_.frames() > 0 ? curve_.technique.back() : label;
    const std::size_t before = std::max(at, curve_.frames());
    curve_.midi.resize(before, 0);
    curve_.db.resize(before, kSilence_db);
    curve_.technique.resize(before, held);
    // Stretches keep some silence around them; where two of them share a frame the first has it.
    for (std::size_t j = before - at; j < std::min(hz.size(), db.size()); ++j) {
      curve_.midi.push_back(hz[j] > 0 ? data::hz_to_midi(hz[j]) : 0);
      curve_.db.push_back(std::max(db[j], kSilence_db));
      const std::string* known = truth_.at(item.begin_s + static_cast<double>(j) / rate);
      curve_.technique.push_back(known ? technique(*known) : label);
    }
    end_s_ = begin_s_ + static_cast<double>(curve_.frames()) / rate;
  }

  SetCurves& out_;
  std::vector<std::pair<std::string, Curve>> curves_;
  Truth truth_;
  Curve curve_;
  double begin_s_ = 0, end_s_ = -1;
};

}  // namespace

SetCurves read_curves(const std::vector<fs::path>& sets) {
  SetCurves out;
  Reader reader(out);
  for (const fs::path& set : sets) reader.read(set);
  reader.finish();
  return out;
}

}  // namespace continuo::song
