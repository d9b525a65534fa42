// Phrasing by rule.
#include "models/data/make/sung_tune.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace continuo::make {
namespace {

constexpr double kShortestPhrase_s = 2.5, kLongestPhrase_s = 8, kWantedPhrase_s = 5;
constexpr double kLongestNote_s = 4, kShortestNote_s = 0.11;
constexpr std::array<Technique, 6> kSung = {Technique::straight, Technique::vibrato, Technique::breathy,
                                            Technique::belt,     Technique::trill,   Technique::glissando};

double smooth(double x) {
  x = std::clamp(x, 0.0, 1.0);
  return x * x * (3 - 2 * x);
}

// The first and one behind the last note of each phrase. Where breaths are best taken: after long notes, at
// rests, at the ends of bars, best of each fourth.
std::vector<std::pair<std::size_t, std::size_t>> phrases_of(const Tune& tune, double quarter_s) {
  std::vector<double> lengths;
  for (const TuneNote& note : tune.notes) lengths.push_back(note.end - note.begin);
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<long>(lengths.size() / 2), lengths.end());
  const double median = lengths[lengths.size() / 2];
  const auto on = [](double x, double grid) { return std::abs(x / grid - std::round(x / grid)) < 1e-3; };
  std::vector<std::pair<std::size_t, std::size_t>> phrases;
  for (std::size_t first = 0; first < tune.notes.size();) {
    std::size_t best = tune.notes.size();
    double most = -1e9;
    for (std::size_t last = first + 1; last < tune.notes.size(); ++last) {
      const TuneNote &note = tune.notes[last - 1], &next = tune.notes[last];
      const double seconds = (next.begin - tune.notes[first].begin) * quarter_s;
      if (seconds < kShortestPhrase_s) continue;
      if (seconds > kLongestPhrase_s && best < tune.notes.size()) break;
      const double played = next.begin - note.begin, from_begin = next.begin - tune.notes.front().begin;
      double good = std::min(3.0, played / median) + (next.begin > note.end + 1e-6 ? 1 : 0);
      if (on(from_begin, tune.bar)) good += 0.5;
      if (on(from_begin, 2 * tune.bar)) good += 1;
      if (on(from_begin, 4 * tune.bar)) good += 1.5;
      good -= 0.35 * std::abs(seconds - kWantedPhrase_s);
      if (good > most) most = good, best = last;
      if (seconds > kLongestPhrase_s) break;
    }
    phrases.emplace_back(first, best);
    first = best;
  }
  return phrases;
}

struct Sung {  // a note on its way into the gesture
  double begin = 0, end = 0, midi = 60, db = -10;
  double vibrato_cents = 0, vibrato_delay = 0.25, trill_semitones = 0, scoop_cents = 0, portamento = 0.05;
  bool repeated = false;  // the same pitch as the one before: a new syllable
};

struct Manner {  // of a rendition
  double vibrato_hz, trill_hz;
};

double trill_wave(double t, double rate_hz) {
  const double period = 1 / rate_hz, x = t - period * std::floor(t / period), corner = 0.025;
  return x < period / 2 ? smooth(x / corner) : 1 - smooth((x - period / 2) / corner);
}

// Writes the notes of a phrase into the gesture, one point a millisecond.
void write_phrase(const std::vector<Sung>& notes, const Manner& manner, Technique technique, Random& random,
                  Gesture& gesture) {
  const double end = notes.back().end;
  const auto points = static_cast<std::size_t>(end * kGestureRate);
  const bool breathy = technique == Technique::breathy;
  const double attack = breathy ? 0.1 : 0.05, release = breathy ? 0.16 : 0.1;
  double drift = 0, phase = random.uniform(0, 6.28);
  std::size_t at = 0;
  for (std::size_t i = 0; i < points; ++i) {
    const double t = static_cast<double>(i) / kGestureRate;
    while (at + 1 < notes.size() && t >= notes[at + 1].begin) ++at;
    const Sung& note = notes[at];
    const double since = t - note.begin, left = note.end - t;
    // The way from the last pitch is half done at the beat.
    double midi = note.midi;
    if (at > 0) midi += (notes[at - 1].midi - note.midi) * (1 - smooth(since / note.portamento + 0.5));
    if (at + 1 < notes.size()) {
      const Sung& next = notes[at + 1];
      midi += (next.midi - note.midi) * smooth((t - next.begin) / next.portamento + 0.5);
    }
    drift += 0.012 * (random.normal() * 6 - drift);
    phase += 2 * M_PI * manner.vibrato_hz * (1 + 0.01 * drift) / kGestureRate;
    const double depth =
        note.vibrato_cents * smooth((since - note.vibrato_delay) / 0.25) * smooth(left / 0.12);
    midi += 0.01 * (depth * std::sin(phase) + note.scoop_cents * (1 - smooth(since / 0.12)) + 5 * drift);
    if (note.trill_semitones > 0 && since > 0.12 && left > 0.1)
      midi += note.trill_semitones * trill_wave(since - 0.12, manner.trill_hz) * smooth((left - 0.1) / 0.03);
    // Level: a line from note to note, a little air between them, consonants before repeated notes.
    const double next_db = at + 1 < notes.size() ? notes[at + 1].db : note.db - 4;
    double db = note.db + (next_db - note.db) * std::pow(since / std::max(note.end - note.begin, 0.05), 2);
    db += 0.02 * depth * std::sin(phase + 0.6);
    const auto dip = [&](double from_edge, double deep, double wide) {
      db -= deep * (1 - smooth(std::abs(from_edge) / wide));
    };
    if (at > 0) dip(since, note.repeated ? 14 : 2, note.repeated ? 0.055 : 0.04);
    if (at + 1 < notes.size())
      dip(left, notes[at + 1].repeated ? 14 : 2, notes[at + 1].repeated ? 0.055 : 0.04);
    double gain = 1;
    if (at == 0) gain *= smooth(since / attack);
    if (at + 1 == notes.size()) gain *= smooth(left / release);
    db += 20 * std::log10(std::max(gain, 1e-6));
    gesture.midi.push_back(static_cast<float>(midi));
    gesture.db.push_back(static_cast<float>(std::max<double>(db, kSilence)));
  }
}

Technique other_technique(Technique now, Random& random) {
  for (;;) {
    const Technique next = kSung[static_cast<std::size_t>(random.below(static_cast<int>(kSung.size())))];
    if (next != now) return next;
  }
}

}  // namespace

std::vector<SungPhrase> sing_tune(const Tune& tune, const SingerVoice& voice, double seconds,
                                  Random& random) {
  // A comfortable pace: half of the notes longer than this.
  std::vector<double> lengths;
  for (std::size_t i = 0; i + 1 < tune.notes.size(); ++i)
    lengths.push_back(tune.notes[i + 1].begin - tune.notes[i].begin);
  std::nth_element(lengths.begin(), lengths.begin() + static_cast<long>(lengths.size() / 2), lengths.end());
  const double quarter_s = random.uniform(0.3, 0.55) / std::max(0.1, lengths[lengths.size() / 2]);
  const auto phrases = phrases_of(tune, quarter_s);

  int low = 127, high = 0;
  for (const TuneNote& note : tune.notes) {
    low = std::min(low, note.midi);
    high = std::max(high, note.midi);
  }
  const double up_to = voice.high - high, down_to = voice.low - low;
  double shift =
      std::round(up_to >= down_to ? random.uniform(down_to, up_to + 0.999) : (up_to + down_to) / 2);
  if (up_to >= down_to)
    shift = std::clamp(shift, std::ceil(down_to), std::max(std::ceil(down_to), std::floor(up_to)));

  Manner manner{random.uniform(4.9, 6.2), random.uniform(5.5, 6.5)};
  Technique technique = kSung[static_cast<std::size_t>(random.below(static_cast<int>(kSung.size())))];
  std::vector<SungPhrase> sung;
  double total = 0;
  const auto from = static_cast<std::size_t>(random.below(static_cast<int>((phrases.size() + 1) / 2)));
  for (std::size_t p = from; p < phrases.size() && total < seconds; ++p) {
    const auto [first, last] = phrases[p];
    if (p > from && random.chance(0.45)) technique = other_technique(technique, random);
    const double loud = technique == Technique::belt      ? random.uniform(-5, -2)
                        : technique == Technique::breathy ? random.uniform(-16, -11)
                                                          : random.uniform(-12, -6);
    const double crest = random.uniform(0.35, 0.75), arc_db = random.uniform(3, 7);
    const double rubato = random.uniform(-0.06, 0.06);
    const double begin = tune.notes[first].begin,
                 end = last < tune.notes.size() ? tune.notes[last].begin : tune.notes.back().end;
    std::vector<Sung> notes;
    double now = 0;
    for (std::size_t n = first; n < last; ++n) {
      const TuneNote& note = tune.notes[n];
      const bool final = n + 1 == last;
      const double along = (note.begin - begin) / std::max(end - begin, 0.1);
      const double quarters = final ? note.end - note.begin : tune.notes[n + 1].begin - note.begin;
      double length = quarters * quarter_s * (1 + rubato * std::cos(2 * M_PI * along));
      length += 0.012 * random.normal();
      if (final) length *= random.uniform(1.1, 1.4);
      length = std::clamp(length, kShortestNote_s, kLongestNote_s);
      Sung s;
      s.begin = now;
      s.end = now + length;
      s.midi = note.midi + shift;
      s.repeated = n > first && tune.notes[n - 1].midi == note.midi;
      const double far = (along - crest) / (along < crest ? crest : 1 - crest);
      s.db = loud - arc_db * far * far + 0.25 * (s.midi - 0.5 * (voice.low + voice.high)) +
             0.7 * random.normal();
      s.db = std::clamp(s.db, -24.0, -1.0);
      const bool lengthy = length > 0.45;
      if (technique == Technique::vibrato && length > 0.3) {
        s.vibrato_cents = random.uniform(50, 80);
        s.vibrato_delay = random.uniform(0.08, 0.2);
      } else if (technique != Technique::straight && technique != Technique::trill && lengthy) {
        s.vibrato_cents = random.uniform(18, 45);
        s.vibrato_delay = random.uniform(0.2, 0.35);
      }
      if (technique == Technique::trill && length > 0.55) s.trill_semitones = 1 + random.below(2);
      if (n == first || random.chance(0.12)) s.scoop_cents = random.uniform(-130, -20);
      s.portamento =
          technique == Technique::glissando ? std::min(0.22, 0.8 * length) : random.uniform(0.04, 0.08);
      if (n > first) s.portamento = std::min(s.portamento, 1.2 * (notes.back().end - notes.back().begin));
      now = s.end;
      notes.push_back(s);
    }
    SungPhrase phrase;
    phrase.technique = technique;
    // The breath before it; rests of the tune count towards it.
    add_rest(phrase.gesture, p == from ? 0.2 : random.uniform(0.3, 0.9));
    write_phrase(notes, manner, technique, random, phrase.gesture);
    total += phrase.gesture.seconds();
    sung.push_back(std::move(phrase));
  }
  return sung;
}

}  // namespace continuo::make
