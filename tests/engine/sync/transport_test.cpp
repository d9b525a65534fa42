// The beat on the sample clock.
#include "engine/sync/transport.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

using namespace continuo::sync;

TEST_CASE("An hour at an odd tempo ends on its frame") {
  Transport transport;
  transport.prepare(44100);
  transport.set_tempo(0, 133.7);
  transport.play(1000);
  const Timeline line = transport.timeline();
  const double beats = 133.7 * 60;
  CHECK(std::llround(line.frame_at(beats)) == 1000 + 3600ll * 44100);
  CHECK(line.beat_at(1000 + 3600.0 * 44100) == Approx(beats).margin(1e-7));
}

TEST_CASE("A change of tempo moves no beat; a stop keeps the place; a count-in comes before beat 0") {
  Transport transport;
  transport.prepare(48000);
  transport.play(48000, 1);
  CHECK(transport.timeline().beat_at(48000) == -4);
  CHECK(transport.timeline().frame_at(0) == Approx(48000 + 96000));
  transport.set_tempo(144000 + 36000, 60);  // at beat 1.5
  CHECK(transport.timeline().beat_at(180000) == Approx(1.5));
  CHECK(transport.timeline().frame_at(2.5) == Approx(180000 + 48000));
  transport.stop(228000);
  CHECK_FALSE(transport.read().playing);
  transport.go_on(500000);
  CHECK(transport.read().beat_at(500000) == Approx(2.5));
  transport.set_tempo(500000, 9999);
  CHECK(transport.read().bpm == kFastest_bpm);
}

TEST_CASE("Metres: bars, grids, and the foot's pulse") {
  CHECK(Metre{3, 4}.bar() == 3);
  CHECK(Metre{6, 8}.bar() == 3);
  CHECK(Metre{6, 8}.pulse() == 1.5);
  CHECK(Metre{9, 8}.pulse() == 1.5);
  CHECK(Metre{3, 8}.pulse() == 0.5);
  CHECK(Metre{2, 4}.pulse() == 1);
  Timeline line;
  line.metre = {9, 8};
  CHECK(line.bar_of(4.4) == 0);
  CHECK(line.bar_of(4.5) == 1);
  CHECK(line.bar_of(-0.1) == -1);
  CHECK(line.next(0.1, 0.25) == 0.25);
  CHECK(line.next(0.3, 1.0 / 3) == Approx(1.0 / 3));
  CHECK(line.next(4.1, 1) == 4.5);  // the bar line comes before the next beat
  CHECK(line.next(4.5, 1) == 4.5);
  CHECK(line.next(4.6, 1) == 5.5);

  Transport transport;
  transport.prepare(48000);
  transport.play(0);
  transport.set_metre(24000 * 5, {3, 4});  // within the second bar: the third one has three beats
  CHECK(transport.timeline().bar_line(0) == 8);
  CHECK(transport.timeline().bar_line(1) == 11);
}

TEST_CASE("Readers never see half of a change") {
  Transport transport;
  transport.prepare(48000);
  std::atomic<bool> done{false};
  int64_t torn = 0;
  std::thread reader([&] {
    while (!done) {
      const Timeline line = transport.read();
      torn += line.frame != line.beat;
    }
  });
  for (int i = 0; i < 20000; ++i) transport.locate(i, i);
  done = true;
  reader.join();
  CHECK(torn == 0);
}
