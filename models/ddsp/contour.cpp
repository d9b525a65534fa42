#include "models/ddsp/contour.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <string>
#include <vector>

#include "models/data/features.h"

namespace continuo::ddsp {
namespace {

constexpr float kSounding_db = -55;
constexpr double kShortestNote_s = 0.5, kEdge_s = 0.08;
constexpr double kSlowest_hz = 3.5, kFastest_hz = 9, kStep_hz = 0.1;
constexpr double kLeastVibrato_cents = 12, kLeastTremolo_db = 2;
constexpr double kSlideSpeed = 4;  // semitones a second: a glide, no drift
constexpr double kFry_hz = 80;

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

// Stretches that sound.
std::vector<std::pair<std::size_t, std::size_t>> notes_of(const Clip& clip, double frame_rate) {
  std::vector<std::pair<std::size_t, std::size_t>> notes;
  std::size_t begin = 0;
  for (std::size_t j = 0; j <= clip.frames(); ++j) {
    const bool sounds = j < clip.frames() && clip.db[j] > kSounding_db;
    const bool jump = sounds && j > begin && std::fabs(clip.midi[j] - clip.midi[j - 1]) > 3;
    if (sounds && !jump) continue;
    if (static_cast<double>(j - begin) > kShortestNote_s * frame_rate) notes.emplace_back(begin, j);
    begin = sounds ? j : j + 1;
  }
  return notes;
}

// Less the weighted mean of 0.4 s around. The weights fall off in a triangle: a plain mean of 2.4 turns would
// keep a good tenth of a movement of 6 Hz.
std::vector<double> movement(std::span<const float> values, double frame_rate) {
  const auto half = static_cast<std::ptrdiff_t>(0.2 * frame_rate);
  const auto count = static_cast<std::ptrdiff_t>(values.size());
  std::vector<double> out(values.size());
  for (std::ptrdiff_t j = 0; j < count; ++j) {
    double sum = 0, weights = 0;
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(0, j - half); i <= std::min(count - 1, j + half); ++i) {
      const auto weight = static_cast<double>(half + 1 - std::abs(i - j));
      sum += weight * values[static_cast<std::size_t>(i)];
      weights += weight;
    }
    out[static_cast<std::size_t>(j)] = values[static_cast<std::size_t>(j)] - sum / weights;
  }
  return out;
}

struct Beat {
  double hz = 0, amplitude = 0, share = 0;  // share of the movement's power
};

Beat strongest_beat(const std::vector<double>& values, double frame_rate) {
  Beat best;
  double power = 1e-12;
  const auto count = static_cast<double>(values.size());
  for (const double v : values) power += v * v / count;
  for (double hz = kSlowest_hz; hz <= kFastest_hz; hz += kStep_hz) {
    double re = 0, im = 0;
    for (std::size_t j = 0; j < values.size(); ++j) {
      const double w =
          1 - std::cos(2 * std::numbers::pi * (static_cast<double>(j) + 0.5) / count);  // Hann, mean 1
      const double angle = 2 * std::numbers::pi * hz * static_cast<double>(j) / frame_rate;
      re += w * values[j] * std::cos(angle);
      im += w * values[j] * std::sin(angle);
    }
    const double amplitude = 2 * std::hypot(re, im) / count;
    if (amplitude > best.amplitude) best = {hz, amplitude, amplitude * amplitude / 2 / power};
  }
  return best;
}

// When the movement first reaches half of what it comes to.
double delay_of(const std::vector<double>& values, double amplitude, double frame_rate) {
  for (std::size_t j = 0; j < values.size(); ++j) {
    if (std::fabs(values[j]) > amplitude / 2) return static_cast<double>(j) / frame_rate;
  }
  return 0;
}

double deviation_between_frames(std::span<const float> values) {
  double sum = 0;
  for (std::size_t j = 2; j < values.size(); ++j) {
    const double d = values[j] - 2 * values[j - 1] + values[j - 2];
    sum += d * d / 6;  // of white noise
  }
  return values.size() > 2 ? std::sqrt(sum / static_cast<double>(values.size() - 2)) : 0;
}

double rounded(double value) {
  return std::round(value * 100) / 100;
}

}  // namespace

nlohmann::json describe_contour(std::span<const Clip* const> clips, double frame_rate) {
  std::map<std::string, std::vector<double>> found;
  double notes = 0;
  for (const Clip* clip : clips) {
    for (const auto& [begin, end] : notes_of(*clip, frame_rate)) {
      ++notes;
      const auto edge = static_cast<std::size_t>(kEdge_s * frame_rate);
      const std::span<const float> midi(clip->midi.data() + begin + edge, end - begin - 2 * edge);
      const std::span<const float> db(clip->db.data() + begin + edge, end - begin - 2 * edge);
      found["jitter_cents"].push_back(100 * deviation_between_frames(midi));
      found["shimmer_db"].push_back(deviation_between_frames(db));
      std::vector<double> hz;
      for (const float m : midi) hz.push_back(data::midi_to_hz(m));
      if (const double middle = median(hz); middle < kFry_hz) {
        found["fry_hz"].push_back(middle);
        continue;  // of pulses, no movement of a pitch can be told
      }
      const auto pitch = movement(midi, frame_rate), power = movement(db, frame_rate);
      const Beat bend = strongest_beat(pitch, frame_rate), swell = strongest_beat(power, frame_rate);
      if (100 * bend.amplitude > kLeastVibrato_cents && bend.share > 0.4) {
        // A square's first partial is 4 / pi of its height; its kurtosis is near 1, a sine's 1.5.
        double second = 0, fourth = 0;
        for (const double v : pitch) second += v * v, fourth += v * v * v * v;
        const double kurtosis = fourth * static_cast<double>(pitch.size()) / (second * second);
        if (bend.amplitude > 0.35 && kurtosis < 1.45) {
          found["trill_hz"].push_back(bend.hz);
          std::vector<double> heights;
          for (const double v : pitch) heights.push_back(std::fabs(v));
          // Half of the time the tracker is on its way from note to note: the notes lie where it turns.
          std::nth_element(heights.begin(),
                           heights.begin() + static_cast<std::ptrdiff_t>(heights.size() * 17 / 20),
                           heights.end());
          found["trill_semitones"].push_back(2 * heights[heights.size() * 17 / 20]);
        } else {
          found["vibrato_hz"].push_back(bend.hz);
          found["vibrato_cents"].push_back(100 * bend.amplitude);
          found["vibrato_delay_s"].push_back(kEdge_s + delay_of(pitch, bend.amplitude, frame_rate));
        }
      }
      if (swell.amplitude > kLeastTremolo_db && swell.share > 0.4) {
        found["tremolo_hz"].push_back(swell.hz);
        found["tremolo_db"].push_back(swell.amplitude);
      }
      double sliding = 0;
      for (std::size_t j = 4; j < midi.size(); ++j)
        sliding += std::fabs(midi[j] - midi[j - 4]) * frame_rate / 4 > kSlideSpeed ? 1 : 0;
      const double reach = std::fabs(midi.back() - midi.front());
      if (reach > 2 && sliding / frame_rate > 0.08 && bend.share < 0.4) {
        found["glide_s"].push_back(sliding / frame_rate);
        found["glide_semitones"].push_back(reach);
      }
    }
  }
  // A movement is the label's own when a good part of its notes has it.
  nlohmann::json contour = nlohmann::json::object();
  const auto keep = [&](const char* first, std::initializer_list<const char*> names) {
    if (static_cast<double>(found[first].size()) < 0.5 * notes || notes == 0) return;
    for (const char* name : names) contour[name] = rounded(median(found[name]));
  };
  keep("vibrato_hz", {"vibrato_hz", "vibrato_cents", "vibrato_delay_s"});
  keep("trill_hz", {"trill_hz", "trill_semitones"});
  keep("tremolo_hz", {"tremolo_hz", "tremolo_db"});
  keep("glide_s", {"glide_s", "glide_semitones"});
  keep("fry_hz", {"fry_hz"});
  keep("jitter_cents", {"jitter_cents", "shimmer_db"});
  return contour;
}

}  // namespace continuo::ddsp
