// Recordings as training clips: audio, pitch, power and measured controls, with augmentation.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "models/data/features.h"
#include "models/ddsp/analysis.h"

namespace continuo::ddsp {

struct Clip {
  std::string name;
  std::string group;                        // the recording's folder: one player, one room
  std::vector<float> audio;                 // frames * hop samples
  std::vector<float> midi, db;              // [frames]
  std::vector<char> voiced;                 // [frames]
  ControlTrack controls;                    // measured, for the warm start and the table
  std::map<std::string, std::string> tags;  // "technique": "breathy" ...
  bool fine = false;                        // of the fine-tuning set
  std::size_t frames() const { return midi.size(); }
};

struct DatasetSpec {
  int sample_rate = 24000;
  int hop = 240;
  int harmonics = 96;
  int noise_bands = 65;
  double pad_before_s = 0.25;  // silence around each recording
  double pad_after_s = 0.4;
  double phrase_share = 0.6;  // seconds of joined notes for each second of recordings
  bool augment = true;        // else `augmented` stays empty
  double detune = 0.5;        // semitones that a copy is off by at most, either way
  int copies = 1;             // detuned, of each recording
  double swell_db = 0;        // for recordings of one dynamic: how soft copies become, duller as they do
  unsigned seed = 1;
  // Recordings with one of these tags are never trained on nor held out to choose weights: "voice": "mezzo".
  std::multimap<std::string, std::string> unseen;
  std::filesystem::path cache;  // folder for measured frames, by content; empty: measure anew each time
};

struct Dataset {
  std::vector<Clip> train;      // as recorded
  std::vector<Clip> held_out;   // as recorded, never trained on
  std::vector<Clip> augmented;  // of the training recordings: detuned copies, joined notes
  std::vector<Clip> unseen;     // see DatasetSpec
};

// Reads every recording below `folders`, and below `fine_folders` (clips that are `fine`: the last part of a
// training draws from them, and they alone are held out); of a data set (set.json) its kept items with their
// splits (set_items.h). Files that cannot be used (unreadable, shorter than 0.5 s, hardly any steady pitch)
// are left out and named to `report`. Held out: what models/data/split.h says; when that names none, the
// recording with the lowest hash of four or more, or the last tenth of each of fewer. Throws
// std::runtime_error when too little is left to train on (under 10 s), saying what was wrong.
Dataset load_dataset(const std::vector<std::filesystem::path>& folders, const DatasetSpec& spec,
                     const std::function<void(const std::string&)>& report,
                     const std::vector<std::filesystem::path>& fine_folders = {});

// The value of a clip's tag; empty when it has none.
std::string tag_of(const Clip& clip, const std::string& tag);

// The values that a tag has, sorted.
std::vector<std::string> values_of(const std::vector<Clip>& clips, const std::string& tag);

// One clip of given audio.
Clip make_clip(std::string name, std::string group, std::vector<float> audio, const DatasetSpec& spec);

}  // namespace continuo::ddsp
