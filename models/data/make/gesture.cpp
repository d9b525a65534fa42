#include "models/data/make/gesture.h"

#include <algorithm>
#include <cmath>

namespace continuo::make {
namespace {

constexpr double kJump_semitones = 0.3;  // from one point to the next: a new note

double smooth(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

bool sounds(const Gesture& g, std::size_t i) {
  return g.midi[i] > 0;
}

}  // namespace

void add_note(Gesture& gesture, const NoteShape& note) {
  const auto points = static_cast<std::size_t>(note.seconds * kGestureRate);
  double phase = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const double t = static_cast<double>(i) / kGestureRate, x = t / note.seconds;
    const double depth =
        note.vibrato_hz > 0 ? note.vibrato_cents * smooth((t - note.vibrato_delay) / 0.2) : 0;
    const double glide = smooth((x - 0.25) / 0.5);
    const double midi = note.midi + (note.to_midi - note.midi) * glide +
                        0.01 * (depth * std::sin(phase) + note.scoop_cents * (1 - smooth(t / 0.1)));
    phase += 2 * M_PI * note.vibrato_hz / kGestureRate;
    double gain = 1;
    if (t < note.attack) gain = smooth(t / note.attack);
    if (note.seconds - t < note.release) gain *= smooth((note.seconds - t) / note.release);
    const double db = note.db + (note.to_db - note.db) * x + 20 * std::log10(std::max(gain, 1e-6));
    gesture.midi.push_back(static_cast<float>(midi));
    gesture.db.push_back(static_cast<float>(std::max<double>(db, kSilence)));
  }
}

void add_rest(Gesture& gesture, double seconds) {
  const auto points = static_cast<std::size_t>(seconds * kGestureRate);
  gesture.midi.resize(gesture.points() + points, 0);
  gesture.db.resize(gesture.midi.size(), kSilence);
}

std::vector<char> settled_points(const Gesture& gesture, double margin_s) {
  const auto points = static_cast<long>(gesture.points());
  const long margin = std::lround(margin_s * kGestureRate);
  std::vector<char> settled(gesture.points(), 0);
  const auto edge = [&](long i) {  // between points i - 1 and i
    if (i <= 0 || i >= points) return true;
    const auto at = static_cast<std::size_t>(i);
    return sounds(gesture, at) != sounds(gesture, at - 1) ||
           std::abs(gesture.midi[at] - gesture.midi[at - 1]) > kJump_semitones;
  };
  long last = 0;  // the latest edge
  for (long i = 0; i <= points; ++i) {
    if (!edge(i)) continue;
    for (long j = last + margin; j < i - margin; ++j) {
      const auto at = static_cast<std::size_t>(j);
      settled[at] = sounds(gesture, at);
    }
    last = i;
  }
  return settled;
}

namespace {

double interpolate(const Gesture& gesture, const std::vector<float>& values, double seconds, double rest) {
  const double x = seconds * kGestureRate;
  if (x < 0 || x >= static_cast<double>(gesture.points())) return rest;
  const auto i = static_cast<std::size_t>(x);
  if (!sounds(gesture, i)) return rest;
  if (i + 1 >= gesture.points() || !sounds(gesture, i + 1)) return values[i];
  // A jump is a jump, not a fast glide.
  if (std::abs(gesture.midi[i + 1] - gesture.midi[i]) > kJump_semitones) return values[i];
  return values[i] + (values[i + 1] - values[i]) * (x - static_cast<double>(i));
}

}  // namespace

double f0_at(const Gesture& gesture, double seconds) {
  const double midi = interpolate(gesture, gesture.midi, seconds, 0);
  return midi > 0 ? 440 * std::exp2((midi - 69) / 12) : 0;
}

double db_at(const Gesture& gesture, double seconds) {
  return interpolate(gesture, gesture.db, seconds, kSilence);
}

}  // namespace continuo::make
