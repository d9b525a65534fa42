// The singer: what it keeps to, whatever its weights; and what the shipped song does.
#include "models/song/inference/singer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "models/song/inference/random_model.h"

using namespace continuo;
using namespace continuo::song;

namespace {

std::shared_ptr<const Model> random_song(std::uint64_t seed = 1) {
  return Model::from(io::Safetensors::parse("random", random_model(random_config(3), seed).bytes()));
}

Singer singer_of(std::shared_ptr<const Model> model, std::uint64_t seed) {
  Singer singer;
  singer.prepare(std::move(model));
  singer.reset(seed);
  return singer;
}

std::vector<Frame> sung(Singer& singer, const Controls& controls, double seconds) {
  std::vector<Frame> frames;
  for (int i = 0; i < static_cast<int>(50 * seconds); ++i) frames.push_back(singer.next(controls));
  return frames;
}

Curve curve_of(const std::vector<Frame>& frames) {
  Curve curve;
  curve.frame_rate = 50;
  for (const Frame& f : frames) {
    curve.midi.push_back(f.voiced ? f.midi : 0);
    curve.db.push_back(f.db);
    curve.technique.push_back(static_cast<std::uint8_t>(f.technique));
  }
  return curve;
}

double sounding_share(const std::vector<Frame>& frames) {
  double n = 0;
  for (const Frame& f : frames) n += f.sounding ? 1 : 0;
  return n / static_cast<double>(frames.size());
}

const std::shared_ptr<const Model>& shipped() {
  static const auto model = Model::load("models/trained/folk-song.safetensors");
  return model;
}

Controls as_the_set() {
  Controls controls;
  controls.range = 1.15f * shipped()->config().statistics.half_range;
  return controls;
}

}  // namespace

TEST_CASE("the same seed sings the same song, another one another") {
  const auto model = random_song();
  Singer a = singer_of(model, 5), b = singer_of(model, 5), c = singer_of(model, 6);
  const auto x = sung(a, {}, 20), y = sung(b, {}, 20), z = sung(c, {}, 20);
  bool differs = false;
  for (size_t i = 0; i < x.size(); ++i) {
    REQUIRE(x[i].midi == y[i].midi);
    REQUIRE(x[i].db == y[i].db);
    differs = differs || x[i].midi != z[i].midi;
  }
  CHECK(differs);
}

TEST_CASE("another song begins at the next breath, from silence, and is the one of its seed") {
  const Controls controls = as_the_set();
  Singer fresh = singer_of(shipped(), 12);
  const auto wanted = sung(fresh, controls, 20);
  for (const double after : {0.0, 0.06, 3.0, 7.5, 11.3}) {
    INFO("after " << after << " s");
    Singer singer = singer_of(shipped(), 5);
    auto before = sung(singer, controls, after);
    singer.go_to(12);
    std::vector<Frame> frames;
    // The first note of the new song is its note 1: the count begins anew.
    bool anew = before.empty() || before.back().note <= 1;
    for (int i = 0; i < 14 * 50 && !anew; ++i) {
      const Frame f = singer.next(controls);
      anew = f.note < before.back().note;
      (anew ? frames : before).push_back(f);
    }
    REQUIRE(anew);
    if (before.size() > 3 && before.back().note > 1) {
      CHECK_FALSE(before.back().sounding);
      CHECK(before.back().db < -40);
    }
    const auto rest = sung(singer, controls, 18);
    frames.insert(frames.end(), rest.begin(), rest.end());
    for (size_t i = 0; i < 18 * 50; ++i) {
      REQUIRE(frames[i].midi == wanted[i].midi);
      REQUIRE(frames[i].db == wanted[i].db);
      REQUIRE(frames[i].technique == wanted[i].technique);
    }
  }
}

TEST_CASE("a held note is not cut off by another song") {
  Singer singer = singer_of(shipped(), 2);
  const Controls controls = as_the_set();
  (void)sung(singer, controls, 5);
  singer.play(62);
  singer.go_to(9);
  const auto held = sung(singer, controls, 5);
  CHECK(held.back().sounding);
  CHECK(std::abs(held.back().midi - 62) < 1.2f);
}

TEST_CASE("whatever the weights: finite, within the register, no leap within a note, silence in rests") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Singer singer = singer_of(random_song(seed), seed);
    Controls controls;
    controls.centre = 65;
    controls.range = 6;
    controls.temperature = 2;
    controls.top_p = 1;
    const auto frames = sung(singer, controls, 60);
    for (size_t i = 0; i < frames.size(); ++i) {
      REQUIRE(std::isfinite(frames[i].midi));
      REQUIRE(std::abs(frames[i].midi - 65) <= 9.01f);
      REQUIRE((frames[i].db >= -80.01f && frames[i].db <= -7));
      if (i > 0 && frames[i - 1].db > -70) REQUIRE(std::abs(frames[i].midi - frames[i - 1].midi) <= 3.01f);
      if (i > 25 && !frames[i].sounding && !frames[i - 25].sounding && frames[i].note == frames[i - 25].note)
        REQUIRE(frames[i].db == Approx(-80));
    }
  }
}

TEST_CASE("the register moves the song") {
  Singer singer = singer_of(random_song(), 3);
  Controls controls;
  controls.centre = 50;
  controls.range = 5;
  (void)sung(singer, controls, 20);
  controls.centre = 74;
  (void)sung(singer, controls, 10);
  for (const Frame& f : sung(singer, controls, 20)) REQUIRE(std::abs(f.midi - 74) <= 8.01f);
}

TEST_CASE("a player's note is sung at once and held until it is released") {
  Singer singer = singer_of(shipped(), 2);
  const Controls controls = as_the_set();
  (void)sung(singer, controls, 5);
  singer.play(62.5f);
  const auto held = sung(singer, controls, 9);
  for (size_t i = 25; i < held.size(); ++i) {
    REQUIRE(std::abs(held[i].midi - 62.5f) < 1.2f);  // vibrato and all
    REQUIRE(held[i].sounding);
  }
  singer.play(67);
  CHECK(std::abs(sung(singer, controls, 1).back().midi - 67) < 1.2f);
  singer.release();
  std::set<std::uint32_t> notes;
  for (const Frame& f : sung(singer, controls, 5)) notes.insert(f.note);
  CHECK(notes.size() > 3);  // it goes on by itself
  singer.release();         // a second one means nothing
}

TEST_CASE("hold keeps a note, mute is silent") {
  Singer singer = singer_of(shipped(), 4);
  Controls controls = as_the_set();
  Frame last = singer.next(controls);
  for (int i = 0; i < 1000 && !(last.sounding && last.db > -45); ++i) last = singer.next(controls);
  controls.hold = true;
  for (const Frame& f : sung(singer, controls, 10)) REQUIRE(f.note == last.note);
  controls.hold = false;
  CHECK(sung(singer, controls, 3).back().note > last.note);
  controls.mute = true;
  for (const Frame& f : sung(singer, controls, 3)) REQUIRE(f.db == -80);
}

TEST_CASE("five minutes by itself: a singer's notes, intervals, lengths and breaths") {
  for (const std::uint64_t seed : {1u, 2u}) {
    Singer singer = singer_of(shipped(), seed);
    const Curve curve = curve_of(sung(singer, as_the_set(), 300));
    const Measures m = measure({&curve, 1});
    const Statistics& s = shipped()->config().statistics;
    INFO("seed " << seed << ", " << m.notes_a_minute() << " notes a minute");
    CHECK(m.notes_a_minute() >= 30);
    CHECK(m.longest_note_s <= 6);
    CHECK(m.breaths >= 20);
    CHECK(m.median_phrase_s > 1.5);
    CHECK(m.median_phrase_s < 12);
    CHECK(overlap(m.histograms.intervals, s.histograms.intervals) >= 0.8);
    CHECK(overlap(m.histograms.lengths, s.histograms.lengths) >= 0.8);
  }
}

TEST_CASE("density, phrase and steer are heard") {
  Singer full = singer_of(shipped(), 7), sparse = singer_of(shipped(), 7), brief = singer_of(shipped(), 7),
         steered = singer_of(shipped(), 7);
  Controls controls = as_the_set();
  const double share = sounding_share(sung(full, controls, 120));
  controls.density = 0.3f;
  const double thin = sounding_share(sung(sparse, controls, 120));
  CHECK(thin < 0.5 * share);
  CHECK(thin > 0.1);
  controls.density = 1;
  controls.phrase_s = 2;
  const Curve short_phrases = curve_of(sung(brief, controls, 120));
  CHECK(measure({&short_phrases, 1}).median_phrase_s < 3.2);
  controls.phrase_s = 0;
  controls.steer = 0.95f;
  controls.steer_midi = 66;
  (void)sung(steered, controls, 5);
  double near = 0, all = 0;
  for (const Frame& f : sung(steered, controls, 60)) {
    if (!f.sounding) continue;
    ++all;
    near += std::abs(f.midi - 66) < 2.5f ? 1 : 0;
  }
  CHECK(near / all > 0.9);
}

TEST_CASE("the techniques of the set are all sung, and change at breaths only") {
  Singer singer = singer_of(shipped(), 11);
  std::set<int> heard;
  Frame last;
  for (const Frame& f : sung(singer, as_the_set(), 300)) {
    heard.insert(f.technique);
    if (f.technique != last.technique && f.note > 1) REQUIRE(f.note != last.note);
    last = f;
  }
  CHECK(heard.size() >= 4);
}
