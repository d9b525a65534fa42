// Curves as text: read, refused, written.
#include "models/song/inference/curve_file.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "models/io/error.h"

using namespace continuo::song;
using Catch::Contains;

TEST_CASE("frames of any distance, lines between them, none to silence") {
  const Curve curve =
      parse_curve("time_s,f0_hz,level_db\n0,220,-20\n0.1,440,-10\n0.2,0,-80\n0.3,440,-12\n", "c.csv");
  REQUIRE(curve.frames() == 31);
  CHECK(curve.midi[0] == Approx(57));
  CHECK(curve.midi[5] == Approx(63).margin(0.01));
  CHECK(curve.db[5] == Approx(-15));
  CHECK(curve.midi[15] == Approx(69));  // held up to the silence
  CHECK(curve.midi[20] == 0);
  CHECK(curve.midi[29] == 0);
  CHECK(curve.midi[30] == Approx(69));
}

TEST_CASE("columns by name, in any order; without names in ours") {
  const Curve named =
      parse_curve("level_db, confidence, f0_hz, time_s\r\n-20, 1, 440, 0\r\n-20,1,440,0.02\r\n", "c");
  CHECK(named.midi.at(1) == Approx(69));
  const Curve plain = parse_curve("0,440,-20\n0.02,440,-20", "c");
  CHECK(plain.frames() == 3);
}

TEST_CASE("what is wrong is told by its line") {
  const auto fails = [](const char* text, const char* reason) {
    CHECK_THROWS_WITH(parse_curve(text, "c.csv"), Contains(reason));
  };
  fails("", "holds no frames");
  fails("time_s,f0_hz\n0,440\n", "line 1: there is no column \"level_db\"");
  fails("0,440,-20\n0,441,-20\n", "line 2: times must rise");
  fails("0,440,-20\n0.1,abc,-20\n", "line 2: expected a number for f0_hz");
  fails("0,440\n", "line 1: expected a number for level_db");
  fails("0,-3,-20\n", "f0_hz must lie between");
  fails("0,440,900\n", "level_db must lie between");
  fails("99999,440,-20\n", "time_s must lie between");
  CHECK_THROWS_WITH(read_curve("/nowhere/c.csv"), Contains("cannot be read"));
}

TEST_CASE("what was written reads the same") {
  Curve curve;
  curve.midi = {60, 60.5f, 61, 0, 0};
  curve.db = {-20, -19, -18, -80, -80};
  curve.technique.assign(5, 0);
  const auto file = std::filesystem::temp_directory_path() / "continuo-curve-test.csv";
  write_curve(file, curve);
  const Curve again = read_curve(file);
  std::filesystem::remove(file);
  REQUIRE(again.frames() == 5);
  for (size_t j = 0; j < 5; ++j) CHECK(again.midi[j] == Approx(curve.midi[j]).margin(0.001));
}
