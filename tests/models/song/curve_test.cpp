// Notes of curves, and what is counted of them.
#include "models/song/inference/curve.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

using namespace continuo::song;

namespace {

// Sung at 100 frames a second.
struct Sheet {
  Curve curve;
  Sheet& note(double seconds, float midi, float vibrato = 0, float db = -15) {
    const auto frames = static_cast<int>(seconds * 100);
    for (int i = 0; i < frames; ++i) {
      curve.midi.push_back(midi + vibrato * std::sin(0.35f * static_cast<float>(i)));
      curve.db.push_back(db);
      curve.technique.push_back(1);
    }
    return *this;
  }
  Sheet& trill(double seconds, float midi, float semitones) {
    const auto frames = static_cast<int>(seconds * 100);
    for (int i = 0; i < frames; ++i) note(0.01, midi + (i / 8 % 2 ? semitones : 0));
    return *this;
  }
  Sheet& rest(double seconds) {
    const auto frames = static_cast<size_t>(seconds * 100);
    curve.midi.resize(curve.midi.size() + frames, 0);
    curve.db.resize(curve.midi.size(), -80);
    curve.technique.resize(curve.midi.size(), 0);
    return *this;
  }
  Sheet& dip() {  // a consonant
    for (const float db : {-18.f, -24.f, -28.f, -24.f, -18.f}) note(0.01, curve.midi.back(), 0, db);
    return *this;
  }
};

}  // namespace

TEST_CASE("notes lie where they were sung") {
  Sheet sheet;
  sheet.rest(0.3).note(0.5, 60).note(0.4, 62).rest(0.5).note(1, 57).rest(0.2);
  const auto notes = find_notes(sheet.curve);
  REQUIRE(notes.size() == 3);
  CHECK(notes[0].begin == 30);
  CHECK(notes[0].end == 80);
  CHECK(notes[0].midi == Approx(60).margin(0.01));
  CHECK(notes[1].begin == 80);
  CHECK(notes[1].midi == Approx(62).margin(0.01));
  CHECK(notes[2].end == 270);
  CHECK(notes[2].technique == 1);
}

TEST_CASE("a vibrato is one note, a trill is one note, a consonant makes two") {
  Sheet vibrato, trill, syllables;
  CHECK(find_notes(vibrato.note(2, 64, 0.6f).curve).size() == 1);
  const auto trilled = find_notes(trill.note(0.3, 65).trill(1.5, 65, 2).note(0.1, 65).curve);
  REQUIRE(trilled.size() == 1);
  CHECK(trilled[0].midi == Approx(65).margin(0.3));
  CHECK(find_notes(syllables.note(0.4, 67).dip().note(0.4, 67).curve).size() == 2);
}

TEST_CASE("a glide is no note: its way is shared") {
  Sheet sheet;
  sheet.note(0.5, 60);
  for (int i = 1; i <= 10; ++i) sheet.note(0.01, 60 + 0.5f * static_cast<float>(i));
  const auto notes = find_notes(sheet.note(0.5, 65).curve);
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].end == notes[1].begin);
  CHECK(static_cast<int>(notes[0].end) == Approx(55).margin(4));
}

TEST_CASE("silence, noise and nothing hold no notes") {
  Sheet rest, noise;
  CHECK(find_notes(Curve{}).empty());
  CHECK(find_notes(rest.rest(2).curve).empty());
  noise.curve.midi.assign(200, 0);
  noise.curve.db.assign(200, -20);
  noise.curve.technique.assign(200, 0);
  CHECK(find_notes(noise.curve).empty());
}

TEST_CASE("measures: notes, breaths, histograms") {
  Sheet sheet;
  for (int i = 0; i < 10; ++i) sheet.note(0.5, 60).note(0.5, 62).note(0.5, 64).rest(0.5);
  const Measures m = measure({&sheet.curve, 1});
  CHECK(m.notes == 30);
  CHECK(m.breaths == 9);
  CHECK(m.notes_a_minute() == Approx(90));
  CHECK(m.longest_note_s == Approx(0.5));
  CHECK(m.median_phrase_s == Approx(1.5));
  CHECK(m.histograms.intervals[kLargestInterval + 2] == Approx(1));  // rests part intervals
  CHECK(m.histograms.lengths[static_cast<size_t>(length_class(0.5))] == Approx(1));
  CHECK(overlap(m.histograms.intervals, m.histograms.intervals) == Approx(1));
}

TEST_CASE("length classes are logarithmic and hold their ends") {
  CHECK(length_class(0.001) == 0);
  CHECK(length_class(100) == kLengths - 1);
  for (int k = 0; k < kLengths; ++k) {
    CHECK(length_class(1.001 * length_border(k)) == k);
    CHECK(length_class(0.999 * length_border(k + 1)) == k);
  }
}
