// MIDI bytes to events.
#include "engine/midi/parser.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <random>

using namespace continuo::midi;

namespace {

struct Player {
  Parser parser;
  std::optional<Event> play(std::initializer_list<int> bytes) {
    RawMessage message;
    for (const int byte : bytes) message.bytes[message.size++] = static_cast<uint8_t>(byte);
    message.time_ns = 77;
    message.input = 3;
    return parser.parse(message);
  }
  void rpn(int channel, int number, int value) {
    play({0xb0 | channel, 101, number >> 7});
    play({0xb0 | channel, 100, number & 127});
    play({0xb0 | channel, 6, value});
  }
};

}  // namespace

TEST_CASE("notes") {
  Player p;
  auto on = p.play({0x91, 60, 100});
  REQUIRE(on);
  CHECK(on->kind == Kind::kNoteOn);
  CHECK(on->channel == 1);
  CHECK(on->key == 60);
  CHECK(on->value == 100);
  CHECK(on->time_ns == 77);
  CHECK(on->input == 3);
  CHECK(p.play({0x91, 60, 0})->kind == Kind::kNoteOff);
  auto off = p.play({0x81, 60, 12});
  CHECK(off->kind == Kind::kNoteOff);
  CHECK(off->value == 12);
}

TEST_CASE("bend spans its range, which RPN 0 sets per channel") {
  Player p;
  CHECK(p.play({0xe0, 0, 64})->value == 0.0f);
  CHECK(p.play({0xe0, 0, 0})->value == -2.0f);
  CHECK(p.play({0xe0, 127, 127})->value == 2.0f);
  p.rpn(0, 0, 12);
  p.play({0xb0, 38, 50});
  CHECK(p.play({0xe0, 127, 127})->value == Approx(12.5f));
  CHECK(p.play({0xe1, 127, 127})->value == 2.0f);
  p.play({0xb0, 101, 127});  // null RPN: data entry goes nowhere
  p.play({0xb0, 100, 127});
  p.play({0xb0, 6, 24});
  CHECK(p.parser.bend_range(0) == Approx(12.5f));
  p.play({0xb0, 101, 0});
  p.play({0xb0, 100, 0});
  p.play({0xb0, 99, 0});  // an NRPN takes the data entry away
  p.play({0xb0, 6, 24});
  CHECK(p.parser.bend_range(0) == Approx(12.5f));
}

TEST_CASE("pressure, controls, program") {
  Player p;
  CHECK(p.play({0xd2, 90})->kind == Kind::kPressure);
  auto poly = p.play({0xa2, 61, 33});
  CHECK(poly->kind == Kind::kPolyPressure);
  CHECK(poly->key == 61);
  CHECK(poly->value == 33);
  for (const int controller : {1, 11, 64, 74}) {
    auto event = p.play({0xb0, controller, 127});
    REQUIRE(event);
    CHECK(event->kind == Kind::kControl);
    CHECK(event->controller == controller);
    CHECK(event->value == 127);
  }
  CHECK(p.play({0xb0, 120, 0})->kind == Kind::kAllSoundOff);
  CHECK(p.play({0xb0, 121, 0})->kind == Kind::kControl);
  CHECK(p.play({0xb0, 123, 0})->kind == Kind::kAllNotesOff);
  CHECK(p.play({0xb0, 126, 0})->kind == Kind::kAllNotesOff);
  CHECK(p.play({0xc5, 9})->kind == Kind::kProgram);
}

TEST_CASE("clock and transport") {
  Player p;
  CHECK(p.play({0xf8})->kind == Kind::kClock);
  CHECK(p.play({0xfa})->kind == Kind::kStart);
  CHECK(p.play({0xfb})->kind == Kind::kContinue);
  CHECK(p.play({0xfc})->kind == Kind::kStop);
  auto position = p.play({0xf2, 16, 1});
  CHECK(position->kind == Kind::kSongPosition);
  CHECK(position->value == 144);
}

TEST_CASE("MPE zones: members, masters, bend range") {
  Player p;
  p.rpn(0, 6, 7);
  CHECK(p.parser.lower_members() == 7);
  auto note = p.play({0x93, 60, 100});
  CHECK(note->member);
  CHECK(note->master == 0);
  CHECK(p.play({0xe3, 127, 127})->value == 48.0f);
  CHECK(p.play({0xe0, 127, 127})->value == 2.0f);
  CHECK_FALSE(p.play({0x98, 60, 100})->member);
  p.rpn(2, 0, 24);  // one member's range is all members'
  CHECK(p.parser.bend_range(5) == 24.0f);
  CHECK(p.parser.bend_range(0) == 2.0f);
  p.rpn(15, 6, 10);
  CHECK(p.parser.upper_members() == 10);
  CHECK(p.parser.lower_members() == 4);
  note = p.play({0x95, 60, 100});
  CHECK(note->member);
  CHECK(note->master == 15);
  p.rpn(15, 6, 0);
  CHECK_FALSE(p.play({0x95, 60, 100})->member);
}

TEST_CASE("malformed messages say nothing") {
  Player p;
  CHECK_FALSE(p.play({}));
  CHECK_FALSE(p.play({0x90, 60}));
  CHECK_FALSE(p.play({60, 100}));
  CHECK_FALSE(p.play({0x90, 200, 100}));
  CHECK_FALSE(p.play({0xfe}));
  CHECK_FALSE(p.play({0xf0, 1, 2}));
  std::mt19937 random(1);
  for (int i = 0; i < 100000; ++i) {
    RawMessage message;
    message.size = static_cast<uint8_t>(random() % 5);
    for (auto& byte : message.bytes) byte = static_cast<uint8_t>(random());
    if (const auto event = p.parser.parse(message)) {
      REQUIRE(event->channel < 16);
      REQUIRE(event->key < 128);
    }
  }
}
