// The text form of messages: what it reads, what it writes, and that nothing is lost between.
#include "engine/osc/format.h"

#include <catch2/catch.hpp>
#include <random>

#include "engine/osc/packet_writer.h"
#include "tests/engine/osc/bytes.h"

using namespace continuo::osc;
using namespace continuo::osc::test;

namespace {

std::string formatted(std::span<const std::byte> packet) {
  PacketReader reader(packet);
  Message m;
  REQUIRE(reader.next(m));
  return format(m);
}

std::string parsed(std::string_view text) {
  const ParsedMessage result = parse_message(text);
  INFO(text << " -> " << result.fault);
  REQUIRE(result.fault.empty());
  return as_string(result.packet);
}

}  // namespace

TEST_CASE("types are inferred from how an argument is written") {
  CHECK(parsed("/part/1/note 60 100") == message("/part/1/note", "ii", u32(60) + u32(100)));
  CHECK(parsed("  /part/1/gain -6.0 5e-1  ") ==
        message("/part/1/gain", "ff", u32(0xc0c00000) + u32(0x3f000000)));
  CHECK(parsed("/a alto_sax \"two words\"") == message("/a", "ss", text("alto_sax") + text("two words")));
  CHECK(parsed("/a T F N I") == message("/a", "TFNI"));
  CHECK(parsed("/a 1 [2 [3.0]] []") == message("/a", "i[i[f]][]", u32(1) + u32(2) + u32(0x40400000)));
  CHECK(parsed("/a [1]") == parsed("/a [ 1 ]"));
  CHECK(parsed("/a 4294967296") == message("/a", "h", u64(1ull << 32)));
  CHECK(parsed("/a h:5 d:0.5 S:\"x y\" c:\"A\" c:B i:7 f:2 s:60") ==
        message("/a", "hdSccifs",
                u64(5) + u64(0x3fe0000000000000) + text("x y") + u32('A') + u32('B') + u32(7) +
                    u32(0x40000000) + text("60")));
  CHECK(parsed("/a t:5.5 t:now b:00ff m:00903c7f r:#ff8000ff b:") ==
        message("/a", "ttbmrb",
                u64(5ull << 32 | 0x80000000) + u64(1) + u32(2) + std::string("\0\xff\0\0", 4) +
                    u32(0x00903c7f) + u32(0xff8000ff) + u32(0)));
  CHECK(parsed("/a \"\\\"\\\\\\n\\t\\r\\x01\"") == message("/a", "s", text("\"\\\n\t\r\x01")));
  CHECK(parsed("\"/an address\" 1") == message("/an address", "i", u32(1)));
  CHECK(parsed("/part/[1-3]/{gain,pan} 0.5") == message("/part/[1-3]/{gain,pan}", "f", u32(0x3f000000)));
  CHECK(parsed("/a") == message("/a", ""));
}

TEST_CASE("messages are written so that a person can read them") {
  CHECK(formatted(view(message("/part/1/gain", "f", u32(0xc0c00000)))) == "/part/1/gain -6.0");
  CHECK(formatted(view(message("/a", "f", u32(0x3dcccccd)))) == "/a 0.1");
  CHECK(formatted(view(message("/a", "f[i[T]s]", u32(0) + u32(5) + text("x")))) == "/a 0.0 [5 [T] \"x\"]");
  CHECK(formatted(view(message("/a", "[][]"))) == "/a [] []");
  CHECK(formatted(view(message("/a", "hdtb",
                               u64(5) + u64(0x3fb999999999999a) + u64(5ull << 32 | 0x40000000) + u32(0)))) ==
        "/a h:5 d:0.1 t:5.25 b:");
  CHECK(formatted(view(message("/a", "ff", u32(0x7f800000) + u32(0x7fc00001)))) == "/a f:inf f:0x7fc00001");
  CHECK(formatted(view(message("/a", "cc", u32('A') + u32(0x100)))) == "/a c:\"A\" c:0x00000100");
  CHECK(formatted(view(message("/a b", "T"))) == "\"/a b\" T");
  CHECK(formatted(view(text("/1"))) == "/1");
}

TEST_CASE("what is wrong is said, and where") {
  const auto fault = [](const char* text) {
    const ParsedMessage result = parse_message(text);
    CHECK(result.packet.empty());
    return result.fault;
  };
  CHECK(fault("") == "column 1: an address begins with '/'");
  CHECK(fault(" gain 1") == "column 2: an address begins with '/'");
  CHECK(fault("/a \"open") == "column 4: a quote is not closed");
  CHECK(fault("/a [1") == "column 6: '[' without ']'");
  CHECK(fault("/a 1]") == "column 5: ']' without '['");
  CHECK(fault("/a i:x") == "column 4: i: takes an integer of 32 bits");
  CHECK(fault("/a i:4294967296") == "column 4: i: takes an integer of 32 bits");
  CHECK(fault("/a f:loud") == "column 4: f: takes a number, inf, -inf or nan");
  CHECK(fault("/a 1 b:0") == "column 6: b: takes an even number of hexadecimal digits");
  CHECK(fault("/a m:00") == "column 4: m: takes 8 hexadecimal digits");
  CHECK(fault("/a t:1.12345678901") == "column 4: t: takes NTP seconds (with at most 10 decimals) or now");
  CHECK(fault("/a \"\\q\"") == "column 7: known escapes are \\\" \\\\ \\n \\r \\t \\xHH");
  CHECK(fault("/a \"\\x00\"") == "column 10: a text can't hold the byte 0");
  CHECK_FALSE(fault(("/a \"" + std::string(70000, 'x') + "\"").c_str()).empty());
}

TEST_CASE("every message survives the way through text, bit for bit") {
  std::mt19937 random(13);
  const std::string alphabet = "ifsbhtdScrmTFNI";
  std::vector<std::byte> buffer(4096);
  for (int round = 0; round < 20000; ++round) {
    std::string tags;
    int open = 0;
    for (unsigned i = random() % 8; i > 0; --i) {
      const unsigned pick = random() % 10;
      if (pick == 0 && open < kMaxArrayDepth) {
        tags += '[';
        ++open;
      } else if (pick == 1 && open > 0) {
        tags += ']';
        --open;
      } else {
        tags += alphabet[random() % alphabet.size()];
      }
    }
    tags.append(static_cast<std::size_t>(open), ']');
    const auto some_text = [&] {
      std::string s;
      for (unsigned i = random() % 8; i > 0; --i) s += static_cast<char>(1 + random() % 255);
      return s;
    };
    MessageWriter w(buffer, "/" + some_text(), tags);
    for (const char tag : tags) {
      const std::uint64_t wide = std::uint64_t{static_cast<std::uint32_t>(random())} << 32 | random();
      switch (tag) {
        case 'i':
          w.add(static_cast<std::int32_t>(wide));
          break;
        case 'f':
          w.add(std::bit_cast<float>(static_cast<std::uint32_t>(wide)));
          break;
        case 'c':
        case 'r':
        case 'm':
          w.add_bits(random() % 2 ? wide % 128 : static_cast<std::uint32_t>(wide));
          break;
        case 'h':
          w.add(static_cast<std::int64_t>(wide));
          break;
        case 't':
          w.add(TimeTag{random() % 4 ? wide : wide % 4});
          break;
        case 'd':
          w.add(std::bit_cast<double>(wide));
          break;
        case 's':
        case 'S':
          w.add(some_text());
          break;
        case 'b':
          w.add_blob(view(some_text()));
          break;
        default:
          break;
      }
    }
    const auto packet = w.bytes();
    REQUIRE_FALSE(packet.empty());
    const std::string line = formatted(packet);
    INFO(line);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(parsed(line) == as_string(packet));
  }
}
