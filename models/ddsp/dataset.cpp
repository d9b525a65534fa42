#include "models/ddsp/dataset.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <random>
#include <set>
#include <stdexcept>

#include "models/data/audio_file.h"
#include "models/data/split.h"
#include "models/ddsp/clip_cache.h"
#include "models/ddsp/creak.h"
#include "models/ddsp/set_items.h"

namespace continuo::ddsp {
namespace {

constexpr double kShortest_s = 0.5;
constexpr float kSounding_db = -50;
constexpr double kLeastVoiced = 0.4;  // share of sounding frames that need a pitch
constexpr double kLeastTotal_s = 10;
constexpr double kPhrase_s = 12;
constexpr double kFade_s = 0.06;  // at the end of every recording
constexpr double kSwellCorner_hz = 1200, kSwellDull = 1.7, kSwell_s = 1.5;

std::vector<float> f0_of(const std::vector<float>& midi) {
  std::vector<float> f0(midi.size());
  std::transform(midi.begin(), midi.end(), f0.begin(), data::midi_to_hz);
  return f0;
}

struct Recording {
  std::filesystem::path file;
  std::string group;
  std::vector<float> audio;
  bool held_out = false, fine = false, unseen = false;
  std::map<std::string, std::string> tags;
};

// Throws std::runtime_error when a clip cannot train a monophonic model.
void check_pitch(const Clip& clip, const std::filesystem::path& file) {
  std::size_t sounding = 0, voiced = 0;
  for (std::size_t j = 0; j < clip.frames(); ++j) {
    if (clip.db[j] < kSounding_db) continue;
    ++sounding;
    voiced += clip.voiced[j] ? 1 : 0;
  }
  if (sounding == 0) throw std::runtime_error(file.string() + ": silent");
  if (static_cast<double>(voiced) < kLeastVoiced * static_cast<double>(sounding)) {
    throw std::runtime_error(file.string() +
                             ": hardly any steady pitch; a DDSP model learns one note at a time");
  }
}

// Of a data set or a plain folder.
std::vector<SetItem> recordings_in(const std::filesystem::path& folder, const DatasetSpec& spec) {
  if (is_set(folder)) return set_items(folder, spec.sample_rate, spec.hop);
  std::vector<SetItem> items;
  for (const auto& file : data::find_audio(folder))
    items.push_back({file, file.parent_path().filename().string(), data::held_out(file), {}});
  return items;
}

// Marks what is held out when the names' hashes mark nothing.
void hold_out_something(std::vector<Recording>& recordings, int sample_rate) {
  const auto marked = [](const Recording& r) { return r.held_out; };
  if (std::any_of(recordings.begin(), recordings.end(), marked)) return;
  if (recordings.size() >= 4) {
    std::min_element(recordings.begin(), recordings.end(), [](const Recording& a, const Recording& b) {
      return data::recording_hash(a.file) < data::recording_hash(b.file);
    })->held_out = true;
    return;
  }
  std::vector<Recording> ends;
  for (Recording& recording : recordings) {
    const std::size_t keep = recording.audio.size() * 9 / 10;
    if (recording.audio.size() - keep < static_cast<std::size_t>(sample_rate)) continue;
    Recording end = recording;
    end.audio.erase(end.audio.begin(), end.audio.begin() + static_cast<std::ptrdiff_t>(keep));
    end.held_out = true;
    recording.audio.resize(keep);
    ends.push_back(std::move(end));
  }
  recordings.insert(recordings.end(), ends.begin(), ends.end());
}

// Adds `note` to `phrase`, overlapping by `overlap` samples with an equal-power crossfade.
void join(std::vector<float>& phrase, const std::vector<float>& note, std::size_t overlap) {
  overlap = std::min({overlap, phrase.size(), note.size()});
  const std::size_t begin = phrase.size() - overlap;
  for (std::size_t i = 0; i < overlap; ++i) {
    const double x = (static_cast<double>(i) + 0.5) / static_cast<double>(overlap) * std::numbers::pi / 2;
    phrase[begin + i] =
        phrase[begin + i] * static_cast<float>(std::cos(x)) + note[i] * static_cast<float>(std::sin(x));
  }
  phrase.insert(phrase.end(), note.begin() + static_cast<std::ptrdiff_t>(overlap), note.end());
}

// Some seconds of one player's notes: tongued or slurred, 0.15 to 1.5 s each, with rests.
std::vector<float> make_phrase(const std::vector<const std::vector<float>*>& notes, int rate,
                               std::mt19937& random) {
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<float> phrase(static_cast<std::size_t>(0.2 * rate), 0.f);
  while (phrase.size() < static_cast<std::size_t>(kPhrase_s * rate)) {
    const auto& source = *notes[random() % notes.size()];
    const auto wanted = static_cast<std::size_t>((0.15 + 1.35 * uniform(random)) * rate);
    const std::size_t length = std::min(wanted, source.size());
    const bool tongued = uniform(random) < 0.5;
    const std::size_t room = source.size() - length;
    const auto late = static_cast<std::size_t>(0.3 * rate);
    const std::size_t begin = tongued || room <= late ? 0 : late + random() % (room - late);
    std::vector<float> note(source.begin() + static_cast<std::ptrdiff_t>(begin),
                            source.begin() + static_cast<std::ptrdiff_t>(begin + length));
    const auto gain = static_cast<float>(std::pow(10.0, (3 * uniform(random) - 1.5) / 20));
    for (float& v : note) v *= gain;
    const auto fade = static_cast<std::size_t>(0.03 * rate);
    const bool rest = uniform(random) < 0.25;
    if (rest) {
      for (std::size_t i = 0; i < fade && i < phrase.size(); ++i) {
        phrase[phrase.size() - 1 - i] *= static_cast<float>(i) / static_cast<float>(fade);
      }
      phrase.resize(phrase.size() + static_cast<std::size_t>((0.05 + 0.3 * uniform(random)) * rate), 0.f);
    }
    join(phrase, note, static_cast<std::size_t>((tongued ? 0.01 : 0.02 + 0.04 * uniform(random)) * rate));
  }
  return phrase;
}

// Swells between its own level and `depth_db` below. What lies above the corner falls by more than the rest,
// as it does when a string is bowed or a reed blown with less force.
std::vector<float> with_swells(const std::vector<float>& audio, int rate, double depth_db,
                               std::mt19937& random) {
  std::uniform_real_distribution<double> uniform(0, 1);
  const double keep = std::exp(-2 * std::numbers::pi * kSwellCorner_hz / rate);
  const auto cell = static_cast<std::size_t>(kSwell_s * rate);
  std::vector<float> out(audio.size());
  double low = 0, from = -depth_db * uniform(random), to = -depth_db * uniform(random);
  for (std::size_t n = 0; n < audio.size(); ++n) {
    const std::size_t within = n % cell;
    if (within == 0 && n > 0) from = to, to = -depth_db * uniform(random);
    const double along =
        0.5 - 0.5 * std::cos(std::numbers::pi * static_cast<double>(within) / static_cast<double>(cell));
    const double gain_db = from + (to - from) * along;
    low = audio[n] + keep * (low - audio[n]);
    out[n] = static_cast<float>(low * std::pow(10, gain_db / 20) +
                                (audio[n] - low) * std::pow(10, kSwellDull * gain_db / 20));
  }
  return out;
}

}  // namespace

Clip make_clip(std::string name, std::string group, std::vector<float> audio, const DatasetSpec& spec) {
  const auto hop = static_cast<std::size_t>(spec.hop);
  // Recordings cut off while sounding would teach a click.
  const std::size_t fade = std::min(audio.size(), static_cast<std::size_t>(kFade_s * spec.sample_rate));
  for (std::size_t i = 0; i < fade; ++i) {
    const float x = static_cast<float>(i) / static_cast<float>(fade);
    audio[audio.size() - 1 - i] *= 0.5f - 0.5f * std::cos(std::numbers::pi_v<float> * x);
  }
  audio.insert(audio.begin(), static_cast<std::size_t>(spec.pad_before_s * spec.sample_rate), 0.f);
  audio.resize(audio.size() + static_cast<std::size_t>(spec.pad_after_s * spec.sample_rate), 0.f);
  Clip clip;
  clip.name = std::move(name);
  clip.group = std::move(group);
  const std::size_t frames = audio.size() / hop;
  audio.resize(frames * hop);
  clip.audio = std::move(audio);
  const ClipCache cache(spec.cache, clip.audio, spec);
  if (cache.load(clip)) return clip;

  data::Features features =
      data::extract_features(clip.audio, data::feature_spec(spec.sample_rate, spec.hop));
  features.midi.resize(frames);
  features.db.resize(frames);
  features.voiced.resize(frames);
  clip.midi = std::move(features.midi);
  clip.db = std::move(features.db);
  clip.voiced = std::move(features.voiced);
  if (static_cast<double>(std::count(clip.voiced.begin(), clip.voiced.end(), 1)) <
      kLeastVoiced * static_cast<double>(std::count_if(clip.db.begin(), clip.db.end(),
                                                       [](float db) { return db > kSounding_db; }))) {
    fill_creak(clip.audio, spec.sample_rate, spec.hop, clip.db, clip.voiced, clip.midi);
  }
  clip.controls = analyse_controls(clip.audio, f0_of(clip.midi), spec.harmonics, spec.noise_bands, spec.hop,
                                   spec.sample_rate);
  cache.store(clip);
  return clip;
}

Dataset load_dataset(const std::vector<std::filesystem::path>& folders, const DatasetSpec& spec,
                     const std::function<void(const std::string&)>& report,
                     const std::vector<std::filesystem::path>& fine_folders) {
  std::vector<Recording> recordings;
  std::string last_problem;
  const auto leave_out = [&](const std::exception& error) {
    last_problem = error.what();
    report("left out: " + last_problem);
  };
  const auto unseen = [&](const SetItem& item) {
    return std::any_of(spec.unseen.begin(), spec.unseen.end(), [&](const auto& tag) {
      const auto found = item.tags.find(tag.first);
      return found != item.tags.end() && found->second == tag.second;
    });
  };
  const auto read_folder = [&](const std::filesystem::path& folder, bool fine) {
    for (const SetItem& item : recordings_in(folder, spec)) {
      const auto& file = item.file;
      try {
        Recording recording;
        recording.file = file;
        recording.group = item.player;
        recording.audio = data::read_audio(file, spec.sample_rate);
        recording.held_out = item.held_out && (fine || fine_folders.empty());
        recording.fine = fine;
        recording.unseen = unseen(item);
        recording.tags = item.tags;
        if (static_cast<double>(recording.audio.size()) < kShortest_s * spec.sample_rate) {
          throw std::runtime_error(file.string() + ": shorter than 0.5 s");
        }
        recordings.push_back(std::move(recording));
      } catch (const std::runtime_error& error) {
        leave_out(error);
      }
    }
  };
  for (const auto& folder : folders) read_folder(folder, false);
  for (const auto& folder : fine_folders) read_folder(folder, true);
  hold_out_something(recordings, spec.sample_rate);

  Dataset set;
  std::vector<const Recording*> sources;
  double seconds = 0;
  for (const Recording& recording : recordings) {
    try {
      Clip clip = make_clip(recording.file.stem().string(), recording.group, recording.audio, spec);
      // What carries a technique's name is meant, creak as well.
      if (recording.tags.empty()) check_pitch(clip, recording.file);
      clip.tags = recording.tags;
      clip.fine = recording.fine;
      if (recording.unseen) {
        set.unseen.push_back(std::move(clip));
        continue;
      }
      if (recording.held_out) {
        set.held_out.push_back(std::move(clip));
        continue;
      }
      seconds += static_cast<double>(recording.audio.size()) / spec.sample_rate;
      set.train.push_back(std::move(clip));
      sources.push_back(&recording);
    } catch (const std::runtime_error& error) {
      leave_out(error);
    }
  }
  if (seconds < kLeastTotal_s) {
    throw std::runtime_error(
        "only " + std::to_string(static_cast<int>(seconds)) +
        " s of usable audio; at least 10 s (better 10 minutes) of one instrument is needed" +
        (last_problem.empty() ? "" : "; the last problem: " + last_problem));
  }
  if (!spec.augment) return set;

  std::mt19937 random(spec.seed);
  std::uniform_real_distribution<double> detune(-spec.detune, spec.detune);
  std::map<std::string, std::vector<const std::vector<float>*>> by_group;
  const auto add = [&](const Recording& source, const char* how, std::vector<float> audio) {
    set.augmented.push_back(
        make_clip(source.file.stem().string() + how, source.group, std::move(audio), spec));
    set.augmented.back().tags = source.tags;
    set.augmented.back().fine = source.fine;
  };
  for (const Recording* source : sources) {
    for (int copy = 0; copy < spec.copies; ++copy) {
      const double ratio = std::exp2(detune(random) / 12);
      auto audio = data::resample(source->audio, spec.sample_rate, spec.sample_rate / ratio);
      if (spec.swell_db > 0) audio = with_swells(audio, spec.sample_rate, spec.swell_db, random);
      add(*source, " detuned", std::move(audio));
    }
    if (!source->tags.empty()) continue;  // notes of different tags are not joined
    by_group[source->group].push_back(&source->audio);
  }
  for (const auto& [group, notes] : by_group) {
    double total = 0;
    for (const auto* note : notes) total += static_cast<double>(note->size()) / spec.sample_rate;
    const int phrases = static_cast<int>(total * spec.phrase_share / kPhrase_s);
    for (int i = 0; i < phrases; ++i) {
      auto audio = make_phrase(notes, spec.sample_rate, random);
      set.augmented.push_back(
          make_clip(group + " phrase " + std::to_string(i), group, std::move(audio), spec));
    }
  }
  return set;
}

std::string tag_of(const Clip& clip, const std::string& tag) {
  const auto found = clip.tags.find(tag);
  return found == clip.tags.end() ? std::string() : found->second;
}

std::vector<std::string> values_of(const std::vector<Clip>& clips, const std::string& tag) {
  std::set<std::string> values;
  for (const Clip& clip : clips) {
    if (const auto found = clip.tags.find(tag); found != clip.tags.end()) values.insert(found->second);
  }
  return {values.begin(), values.end()};
}

}  // namespace continuo::ddsp
