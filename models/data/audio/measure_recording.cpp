// One recording made into items.
#include "models/data/audio/measure_recording.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "models/data/audio/describe_audio.h"
#include "models/data/audio/note_items.h"
#include "models/data/audio/stretch_reader.h"
#include "models/data/split.h"

namespace continuo::data {

namespace {

namespace fs = std::filesystem;

constexpr double kPeak_db = -1, kLoudness_db = -20;
constexpr double kLongestRun_s = 60;  // of a stretch in which notes are looked for

double gain_of(const Survey& survey, const std::string& normalise) {
  if (normalise.empty()) return 1;
  const double to_peak = std::pow(10.0, kPeak_db / 20) / std::max(1e-6, double{survey.peak});
  if (normalise == "peak") return to_peak;
  return std::min(to_peak, std::pow(10.0, (kLoudness_db - survey.loudness_db) / 20));
}

std::vector<Stretch> stretches_of(const Survey& survey, const AudioOptions& o) {
  const double shortest = o.use == "nsynth" ? 0.15 : o.shortest_s;
  std::vector<Stretch> out;
  for (const Stretch& s : sounding_stretches(survey.db, survey.block_s, shortest, o.silence)) {
    const auto parts = o.use == "samplernn" ? chunks_of(s, o.chunk_s, o.overlap_s, shortest)
                                            : cut_long(s, survey.db, survey.block_s,
                                                       o.use == "nsynth" ? kLongestRun_s : o.longest_s);
    out.insert(out.end(), parts.begin(), parts.end());
  }
  return out;
}

std::string text(const char* format, double value) {
  char out[200];
  std::snprintf(out, sizeof out, format, value);
  return out;
}

// Why a file gave nothing, without its path: the list names the file.
std::string reason_of(const std::exception& error, const fs::path& file) {
  std::string words = error.what();
  const std::string path = file.string() + ": ";
  if (words.starts_with(path)) words = words.substr(path.size());
  return words;
}

// Measures that say something about what the use wants.
bool wanted(const std::string& measure, const std::string& use) {
  if (use == "samplernn") return measure == "clipped_share";
  if (use == "nsynth") return measure != "decay_s";  // strings and bells ring
  return true;
}

void add_cleanness(std::span<const float> audio, const Features& features, const Desk& desk, double clipped,
                   Item& item) {
  Cleanness cleanness = measure_cleanness(audio, desk.spec.pitch.sample_rate, features, desk.spec.pitch.hop);
  cleanness.clipped_share = std::max(cleanness.clipped_share, clipped);
  Limits limits = desk.options.limits;
  limits.bandwidth_hz = std::min(limits.bandwidth_hz, 0.4 * desk.spec.pitch.sample_rate);
  for (Fault& fault : faults_of(cleanness, limits)) {
    if (wanted(fault.measure, desk.options.use)) item.faults.push_back(std::move(fault));
  }
}

void add_pitch_fault(const Item& described, Item& item) {
  constexpr double kLeast = 0.4;
  const auto found = described.features.find("voiced_share");
  const double share = found == described.features.end() ? 0 : found->second;
  if (share >= kLeast) return;
  item.faults.push_back({"voiced_share", share, kLeast,
                         text("hardly any steady pitch: %.0f %% of what sounds has one", 100 * share)});
}

}  // namespace

void finish_piece(Piece& piece, const Desk& desk, double clipped) {
  const int rate = static_cast<int>(desk.spec.pitch.sample_rate), hop = desk.spec.pitch.hop;
  const Features features = extract_features(piece.audio, desk.spec);
  const ItemTracks tracks = measure_tracks(piece.audio, desk.spec, features);
  describe_audio(piece.audio, tracks, rate, hop, piece.item);
  add_cleanness(piece.audio, features, desk, clipped, piece.item);
  if (desk.options.use == "ddsp") add_pitch_fault(piece.item, piece.item);
  write_item(desk.items, piece.item.id, piece.audio, tracks, rate, hop);
}

std::optional<Found> measure_recording(const Recording& recording, const Labels& labels,
                                       const AudioOptions& options, const std::atomic<bool>& stop) {
  const std::string name = recording.source + "/" + recording.name;
  Found found;
  const auto skip = [&](const std::string& reason) { found.skipped.push_back({name, reason}); };
  Survey survey;
  try {
    survey = survey_recording(recording.path);
  } catch (const std::exception& error) {
    skip(reason_of(error, recording.path));
    return found;
  }
  char content[20];
  std::snprintf(content, sizeof content, "%016llx", static_cast<unsigned long long>(survey.content));
  found.content = content;
  found.seconds = std::round(survey.seconds * 1000) / 1000;
  const std::vector<Stretch> stretches = stretches_of(survey, options);
  const std::string cut_short =
      survey.missing_s > 0 ? text(", and it is cut short: its header promises %.1f s more", survey.missing_s)
                           : std::string();
  if (stretches.empty()) {
    const float loudest = *std::max_element(survey.db.begin(), survey.db.end());
    if (loudest < options.silence.floor_db) {
      skip("is silent" + (loudest > -150 ? text(": never louder than %.0f dB", loudest) : std::string()) +
           cut_short);
    } else {
      skip(text("nothing in it sounds for %.1f s", options.shortest_s) + cut_short);
    }
    return found;
  }

  const Known known = labels.of(recording);
  const Desk desk{options, feature_spec(options.sample_rate, options.hop), options.out / "items"};
  StretchReader reader(recording.path, survey, gain_of(survey, options.normalise), options.sample_rate);
  Fingerprinter fingerprinter(survey, options.sample_rate);
  reader.listen([&](std::span<const float> audio) { fingerprinter.add(audio); });
  int number = 0;
  for (const Stretch& stretch : stretches) {
    if (stop) return std::nullopt;
    Piece whole;
    whole.audio = reader.read(stretch);
    Item& item = whole.item;
    item.source = recording.source;
    item.file = recording.name;
    item.label = known.label;
    if (!known.tags.empty()) item.details["tags"] = known.tags;
    item.split = split_of(recording.path);
    item.group =
        (fs::path(recording.source) / fs::path(recording.name).parent_path() / recording_key(recording.name))
            .string();
    item.begin_s = stretch.begin_s;
    item.end_s = stretch.end_s;
    if (survey.missing_s > 0) {
      item.faults.push_back(
          {"truncated", survey.missing_s, 0,
           text("the file is cut short: %.1f s that its header promises are missing", survey.missing_s)});
    }
    std::vector<Piece> pieces;
    if (options.use == "nsynth") {
      pieces = note_pieces(whole, known, desk);
    } else {
      pieces.push_back(std::move(whole));
    }
    for (Piece& piece : pieces) {
      piece.item.id = item_id(name, number++);
      finish_piece(piece, desk, clipped_share(survey, piece.item.begin_s, piece.item.end_s));
      piece.item.begin_s = std::round(piece.item.begin_s * 1e4) / 1e4;
      piece.item.end_s = std::round(piece.item.end_s * 1e4) / 1e4;
      found.items.push_back(std::move(piece.item));
    }
  }
  found.fingerprint = fingerprinter.finish();
  if (found.items.empty()) skip("no note was found in it");
  return found;
}

}  // namespace continuo::data
