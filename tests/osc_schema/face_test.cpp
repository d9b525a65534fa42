// Units, 0..1 and text say the same thing.
#include "osc_schema/face.h"

#include <catch2/catch.hpp>
#include <string>

#include "osc_schema/tables.h"

using namespace continuo::schema;

namespace {
const ParameterSpec& find(Kind kind, std::string_view wanted) {
  for (const ParameterSpec& p : parameters(kind)) {
    if (p.name == wanted) return p;
  }
  throw std::runtime_error("no such parameter");
}
}  // namespace

TEST_CASE("every default survives the way through 0..1 and through text") {
  for (Kind kind : {Kind::kStrip, Kind::kAdditive, Kind::kDdsp, Kind::kMaster}) {
    for (const ParameterSpec& p : parameters(kind)) {
      INFO(p.name);
      CHECK(from_norm(p, to_norm(p, p.default_value)) == Approx(p.default_value).margin(1e-5));
      CHECK(from_norm(p, 0) == Approx(p.min).margin(1e-6));
      CHECK(from_norm(p, 1) == Approx(p.max).epsilon(1e-6));
      const auto back = from_text(p, to_text(p, p.default_value));
      REQUIRE(back);
      CHECK(*back == Approx(p.default_value).margin(0.01));
    }
  }
}

TEST_CASE("an exponential range has equal ratios; from 0 it covers three decades") {
  const ParameterSpec& rate = find(Kind::kVoice, "vibrato/rate");
  CHECK(from_norm(rate, 0.5) == Approx(std::sqrt(0.1 * 12)).epsilon(1e-5));
  const ParameterSpec& attack = find(Kind::kVoice, "attack");
  CHECK(from_norm(attack, 0) == 0);
  CHECK(from_norm(attack, 0.5) == Approx(10 * (std::sqrt(1000.) - 1) / 999).epsilon(1e-6));
}

TEST_CASE("text is what a label shows") {
  CHECK(to_text(find(Kind::kStrip, "gain"), -12) == "-12.0 dB");
  CHECK(to_text(find(Kind::kStrip, "gain"), -60) == "off");
  CHECK(to_text(find(Kind::kVoice, "pitch"), 69) == "A4");
  CHECK(to_text(find(Kind::kVoice, "pitch"), 60.25) == "C4 +25 ct");
  CHECK(to_text(find(Kind::kDdsp, "envelope"), 1) == "adsr");
  CHECK(from_text(find(Kind::kVoice, "pitch"), "Bb3 -10 ct") == Approx(57.9));
  CHECK(from_text(find(Kind::kStrip, "gain"), "-3 dB") == Approx(-3));
  CHECK_FALSE(from_text(find(Kind::kStrip, "gain"), "-3 Hz"));
  CHECK_FALSE(from_text(find(Kind::kStrip, "gain"), "loud"));
}

TEST_CASE("what is expected is said with unit and range") {
  CHECK(expected(find(Kind::kStrip, "gain")) == "float gain, db, -60..12");
  CHECK(expected(find(Kind::kStrip, "mute")) == "toggle mute, 0 or 1");
  const auto note = methods(Kind::kPart)[static_cast<size_t>(part::Method::kNote)];
  CHECK(note.address == "/part/{part}/note");
  CHECK(expected(note) == "float pitch, midi, 0..127; float velocity, 0..127 [int id]");
}

TEST_CASE("kinds that include the voice share its indices") {
  CHECK(static_cast<int>(additive::kBrightness) == static_cast<int>(voice::kBrightness));
  CHECK(static_cast<int>(ddsp::kVoices) == static_cast<int>(voice::kVoices));
  CHECK(static_cast<int>(ddsp::kEnvelope) == static_cast<int>(voice::kCount));
  CHECK(parameters(Kind::kDdsp).size() == ddsp::kCount);
  CHECK(instrument("ddsp") == Kind::kDdsp);
  CHECK_FALSE(instrument("strip"));
}
