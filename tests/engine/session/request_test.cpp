// Messages against the schema: what is taken, and what is said when it is not.
#include "engine/session/request.h"

#include <array>
#include <catch2/catch.hpp>

#include "engine/osc/format.h"
#include "engine/session/address_space.h"

using namespace continuo;
using namespace continuo::session;

namespace {

struct Outcome {
  bool good = false;
  Request request;
  std::string reason;
};

Outcome checked(const std::string& text) {
  static AddressSpace space = [] {
    AddressSpace s;
    s.add_part(0, "sax", schema::Kind::kDdsp);
    return s;
  }();
  const osc::ParsedMessage parsed = osc::parse_message(text);
  REQUIRE(parsed.fault.empty());
  osc::PacketReader reader(parsed.packet);
  osc::Message message;
  REQUIRE(reader.next(message));
  const auto target = space.find(message.address);
  REQUIRE(target);
  Outcome out;
  out.good = check(message, *target, out.request, out.reason);
  return out;
}

}  // namespace

TEST_CASE("numbers of every type set a parameter") {
  for (const char* text :
       {"/part/1/gain -6.0", "/part/1/gain -6", "/part/1/gain d:-6.0", "/part/1/gain h:-6",
        "/part/1/gain \"-6\"", "/part/sax/gain -6.0", "/ddsp/1/gain -6.0", "/part/1/gain [-6.0]"}) {
    INFO(text);
    const Outcome out = checked(text);
    CHECK(out.good);
    CHECK(out.request.what == Request::What::kSet);
    CHECK(out.request.value == -6.f);
    CHECK(out.request.seconds == 0.f);
  }
  CHECK(checked("/part/1/gain -6 2.5").request.seconds == 2.5f);
  CHECK(checked("/part/1/mute T").request.value == 1.f);
  CHECK(checked("/part/1/mute 0.2").request.value == 0.f);
  CHECK(checked("/part/1/out 2.6").request.value == 3.f);
  CHECK(checked("/part/1/envelope adsr").request.value == 1.f);
  CHECK(checked("/part/1/gain/norm 1").request.value == 12.f);
  CHECK(checked("/part/1/gain/norm 7").request.value == 12.f);
  CHECK(checked("/part/1/gain/text \"-3.5 dB\"").request.value == -3.5f);
  CHECK(checked("/part/1/gain/text off").request.value == -60.f);
}

TEST_CASE("an address alone asks") {
  CHECK(checked("/part/1/gain").request.what == Request::What::kQuery);
  CHECK(checked("/part/1/gain/text").request.what == Request::What::kQuery);
  CHECK(checked("/part/1/name").request.what == Request::What::kQuery);
}

TEST_CASE("a trigger fires on 1, T and nothing, and ignores the 0 of a release") {
  for (const char* text : {"/panic", "/panic 1", "/panic T", "/panic I", "/panic 1.0"}) {
    INFO(text);
    CHECK(checked(text).request.what == Request::What::kCall);
  }
  for (const char* text : {"/panic 0", "/panic F", "/panic 0.0"}) {
    INFO(text);
    CHECK(checked(text).good);
    CHECK(checked(text).request.what == Request::What::kNothing);
  }
}

TEST_CASE("wrong arguments are told what is expected, with its range") {
  const struct {
    const char* message;
    const char* reason;
  } rows[] = {
      {"/part/1/gain 13", "argument 1 (gain) is 13: expected float gain, db, -60..12"},
      {"/part/1/gain -60.5", "argument 1 (gain) is -60.5: expected float gain, db, -60..12"},
      {"/part/1/gain loud", "argument 1 (gain) is \"loud\": expected float gain, db, -60..12"},
      {"/part/1/gain N", "argument 1 (gain) is of type N: expected float gain, db, -60..12"},
      {"/part/1/gain b:00", "argument 1 (gain) is of type b: expected float gain, db, -60..12"},
      {"/part/1/gain -6 -1", "argument 2 (seconds) is -1: expected float seconds, 0..3600"},
      {"/part/1/gain -6 4000", "argument 2 (seconds) is 4000: expected float seconds, 0..3600"},
      {"/part/1/gain -6 1 1",
       "argument 3 is one too many: expected float gain, db, -60..12 [float seconds, 0..3600]"},
      {"/part/1/gain/norm loud", "argument 1 (gain) is \"loud\": expected float gain/norm, 0..1"},
      {"/part/1/gain/text \"12 Hz\"", "argument 1 (gain) is \"12 Hz\": expected text of gain, as \"0.0 dB\""},
      {"/part/1/mute maybe", "argument 1 (mute) is \"maybe\": expected toggle mute, 0 or 1"},
      {"/part/1/out 0", "argument 1 (out) is 0: expected int out, 1..64"},
      {"/part/1/voices 17", "argument 1 (voices) is 17: expected int voices, 1..16"},
      {"/part/1/voices 1 2 3", "argument 2 is one too many: expected int voices, 1..16"},
      {"/part/1/envelope organ", "argument 1 (envelope) is \"organ\": expected envelope, one of data, adsr"},
      {"/part/1/envelope 2", "argument 1 (envelope) is 2: expected envelope, one of data, adsr"},
      {"/part/1/note",
       "argument 1 (pitch) is missing: expected float pitch, midi, 0..127; float velocity, 0..127 [int id]"},
      {"/part/1/note 60",
       "argument 2 (velocity) is missing: expected float pitch, midi, 0..127; float velocity, 0..127 [int "
       "id]"},
      {"/part/1/note 60 128", "argument 2 (velocity) is 128: expected float velocity, 0..127"},
      {"/part/1/note 128 100", "argument 1 (pitch) is 128: expected float pitch, midi, 0..127"},
      {"/part/1/note 60 100 x", "argument 3 (id) is \"x\": expected int id"},
      {"/part/1/note 60 100 1 2",
       "argument 4 is one too many: expected float pitch, midi, 0..127; float velocity, 0..127 [int id]"},
      {"/part/1/note/norm 60 1.5", "argument 2 (velocity) is 1.5: expected float velocity, 0..1"},
      {"/part/1/note/bend 60",
       "argument 2 (semitones) is missing: expected int id; float semitones, -48..48 [float seconds, "
       "0..3600]"},
      {"/part/new",
       "argument 1 (kind) is missing: expected kind, one of additive, ddsp [string name] [string model]"},
      {"/part/new organ", "argument 1 (kind) is \"organ\": expected kind, one of additive, ddsp"},
      {"/part/1/name 5", "argument 1 (name) is 5: expected string name"},
      {"/panic 1 2", "argument 2 is one too many: expected no argument (or 1)"},
      {"/panic now", "argument 1 (trigger) is \"now\": expected no argument (or 1)"},
      {"/error", "argument 1 (on) is missing: expected toggle on, 0 or 1"},
  };
  for (const auto& row : rows) {
    INFO(row.message);
    const Outcome out = checked(row.message);
    CHECK_FALSE(out.good);
    CHECK(out.reason == row.reason);
  }
}
