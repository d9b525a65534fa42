// Notes found in control frames, and the shapes that they share.
#include "models/data/notes.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace continuo::data;

namespace {

struct Frames {
  std::vector<float> midi, db;
  std::vector<char> voiced;
  void add(std::size_t count, float pitch, float power) {
    midi.insert(midi.end(), count, pitch);
    db.insert(db.end(), count, power);
    voiced.insert(voiced.end(), count, power > -60 ? 1 : 0);
  }
  std::vector<Note> notes() const { return find_notes(midi, db, voiced, 20); }
};

}  // namespace

TEST_CASE("rests and pitch steps part notes; blips do not") {
  Frames frames;
  frames.add(20, 60, -80);
  frames.add(100, 60, -20);
  frames.add(3, 72, -20);  // a tracker's slip
  frames.add(50, 60, -20);
  frames.add(80, 62, -25);  // slurred on
  frames.add(30, 62, -80);
  frames.add(10, 64, -20);  // too short
  frames.add(30, 64, -80);
  const auto notes = frames.notes();
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].begin == 20);
  CHECK(notes[0].end == 173);
  CHECK(notes[0].midi == Approx(60));
  CHECK(notes[0].sustain_db == Approx(-20));
  CHECK(notes[1].midi == Approx(62));
  CHECK(notes[1].sustain_db == Approx(-25));
}

TEST_CASE("shapes: onset, drift and release as played") {
  Frames frames;
  frames.add(10, 60, -80);
  for (int i = 0; i < 10; ++i)
    frames.add(1, 59.5f + 0.05f * static_cast<float>(i), -40 + 2.f * static_cast<float>(i));
  for (int i = 0; i < 200; ++i) frames.add(1, 60, -20 - 0.01f * static_cast<float>(i));  // 1 dB a second
  for (int i = 1; i <= 29; ++i) frames.add(1, 60, -22 - 2.f * static_cast<float>(i));
  frames.add(20, 60, -80);
  const auto notes = frames.notes();
  REQUIRE(notes.size() == 1);
  const NoteView view{frames.midi, frames.db, frames.voiced, notes[0]};
  const NoteShapes shapes = mean_shapes(std::vector<NoteView>{view}, 100);
  CHECK(shapes.sustain_drift_db_per_s == Approx(-1).margin(0.3));
  CHECK(shapes.centre_db == Approx(-21).margin(0.3));
  REQUIRE(shapes.onset_db.size() == 30);
  CHECK(shapes.onset_db[0] == Approx(-19).margin(0.5));
  CHECK(shapes.onset_db[20] == Approx(1).margin(0.5));
  CHECK(shapes.onset_cents[0] == Approx(-50).margin(1));
  CHECK(shapes.onset_cents[20] == Approx(0).margin(1));
  REQUIRE(shapes.release_db.size() > 20);
  CHECK(shapes.release_db[10] == Approx(-20).margin(3));
  CHECK(shapes.release_db.back() <= -50);
  for (std::size_t i = 1; i < shapes.release_db.size(); ++i)
    CHECK(shapes.release_db[i] <= shapes.release_db[i - 1]);
}

TEST_CASE("a recording cut while sounding has no release of its own") {
  Frames frames;
  frames.add(10, 60, -80);
  frames.add(200, 60, -20);
  frames.add(1, 60, -50);
  frames.add(30, 60, -80);
  const auto notes = frames.notes();
  REQUIRE(notes.size() == 1);
  const NoteView view{frames.midi, frames.db, frames.voiced, notes[0]};
  CHECK(mean_shapes(std::vector<NoteView>{view}, 100).release_db.empty());
}

TEST_CASE("a release ends where the next note begins; a tied note has none") {
  Frames apart;
  apart.add(100, 60, -20);
  for (int i = 1; i <= 24; ++i) apart.add(1, 60, -20 - 2.f * static_cast<float>(i));
  apart.add(80, 64, -20);
  apart.add(30, 64, -80);
  const auto two = apart.notes();
  REQUIRE(two.size() == 2);
  const auto fall =
      mean_shapes(std::vector<NoteView>{{apart.midi, apart.db, apart.voiced, two[0]}}, 100).release_db;
  REQUIRE(fall.size() > 15);
  CHECK(fall[5] == Approx(-10).margin(1));
  CHECK(fall.back() <= -50);
  CHECK(fall.size() < 30);
  Frames tied;
  tied.add(100, 60, -20);
  tied.add(80, 64, -20);
  for (int i = 1; i <= 30; ++i) tied.add(1, 64, -20 - 2.f * static_cast<float>(i));
  const auto both = tied.notes();
  REQUIRE(both.size() == 2);
  CHECK(
      mean_shapes(std::vector<NoteView>{{tied.midi, tied.db, tied.voiced, both[0]}}, 100).release_db.empty());
}

TEST_CASE("quantiles interpolate") {
  CHECK(quantile({4, 1, 3, 2}, 50) == Approx(2.5));
  CHECK(quantile({5}, 90) == Approx(5));
  CHECK_THROWS_AS(quantile({}, 50), std::invalid_argument);
}
