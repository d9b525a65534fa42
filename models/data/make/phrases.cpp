#include "models/data/make/phrases.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace continuo::make {
namespace {

using Scale = std::array<int, 7>;
constexpr std::array<Scale, 3> kScales = {
    {{0, 2, 4, 5, 7, 9, 11}, {0, 2, 3, 5, 7, 8, 10}, {0, 2, 3, 5, 7, 9, 10}}};

// The pitch of a scale's degree, counted from `tonic` over all octaves.
int degree_to_midi(int tonic, const Scale& scale, int degree) {
  const int octave = degree >= 0 ? degree / 7 : (degree - 6) / 7;
  return tonic + 12 * octave + scale[static_cast<std::size_t>(degree - 7 * octave)];
}

enum class Touch { legato, tenuto, staccato };

}  // namespace

PhraseStyle phrase_style(const Instrument& instrument) {
  PhraseStyle style;
  style.low = instrument.low;
  style.high = instrument.high;
  style.vibrato_cents = instrument.vibrato_cents;
  style.vibrato_hz = instrument.vibrato_hz;
  return style;
}

void add_phrase(Gesture& gesture, const PhraseStyle& style, Random& random) {
  const Scale& scale = kScales[static_cast<std::size_t>(random.below(3))];
  const int tonic = static_cast<int>(style.low) + random.below(12);
  const double beat = random.uniform(0.35, 0.75);
  const Touch touch = random.chance(0.55)  ? Touch::legato
                      : random.chance(0.6) ? Touch::tenuto
                                           : Touch::staccato;
  const int notes = 4 + random.below(9), crest = random.below(notes);
  const double base_db = random.uniform(style.softest_db, style.loudest_db - 4);
  const double top_db = std::min(style.loudest_db, base_db + random.uniform(3, 14));
  const auto level = [&](double at) {  // at: in notes
    const double far = std::abs(at - crest) / std::max(notes - 1, 1);
    return top_db + (base_db - top_db) * std::min(1.0, 1.4 * far);
  };
  int degree = 0;
  while (degree_to_midi(tonic, scale, degree) < style.low) ++degree;
  int highest = degree;
  while (degree_to_midi(tonic, scale, highest + 1) <= style.high) ++highest;
  const int lowest = degree;
  degree = lowest + random.below(highest - lowest + 1);

  constexpr std::array<double, 6> kBeats = {0.5, 0.5, 1, 1, 1.5, 2};
  for (int i = 0; i < notes; ++i) {
    NoteShape note;
    note.midi = note.to_midi = degree_to_midi(tonic, scale, degree);
    double beats = kBeats[static_cast<std::size_t>(random.below(6))];
    if (i == notes - 1) beats = random.uniform(2, 4);
    const double seconds = std::max(0.16, beats * beat);
    note.seconds = seconds;
    note.db = level(i);
    note.to_db = level(i + 1);
    if (touch == Touch::tenuto) note.seconds = 0.85 * seconds;
    if (touch == Touch::staccato && i < notes - 1) note.seconds = std::max(0.1, 0.45 * seconds);
    if (note.seconds > 0.35 && random.chance(0.8)) {
      note.vibrato_cents = style.vibrato_cents * random.uniform(0.4, 1.6);
      note.vibrato_hz = style.vibrato_hz * random.uniform(0.85, 1.15);
      note.vibrato_delay = random.uniform(0.05, 0.3);
    }
    note.attack = touch == Touch::legato ? 0.01 : random.uniform(0.01, 0.06);
    note.release = touch == Touch::legato && i < notes - 1 ? 0.01 : 0.04;
    if (random.chance(0.15)) note.scoop_cents = random.uniform(-120, -30);
    int step = random.below(5) - 2;
    if (random.chance(0.2)) step = random.below(9) - 4;
    int next = std::clamp(degree + step, lowest, highest);
    if (next == degree && i % 2) next = degree < highest ? degree + 1 : degree - 1;
    if (note.seconds > 0.5 && random.chance(0.15)) {  // slide into the next note
      note.to_midi = degree_to_midi(tonic, scale, next);
    } else if (note.seconds > 0.8 && random.chance(0.2)) {  // a swell
      note.to_db = std::min(style.loudest_db, note.db + 8);
    }
    add_note(gesture, note);
    if (seconds > note.seconds) add_rest(gesture, seconds - note.seconds);
    degree = next;
  }
  add_rest(gesture, random.uniform(0.3, 0.8));
}

}  // namespace continuo::make
