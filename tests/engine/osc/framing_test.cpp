// OSC over a byte stream: both framings, in every slicing, with damage.
#include "engine/osc/framing.h"

#include <catch2/catch.hpp>
#include <random>

#include "engine/osc/endpoint.h"
#include "tests/engine/osc/bytes.h"

using namespace continuo::osc;
using namespace continuo::osc::test;

namespace {

using Frames = std::vector<std::string>;

// Feeds the stream in pieces of `piece` bytes, each in memory of its own.
Frames frames(FrameReader& reader, const std::string& stream, std::size_t piece) {
  Frames out;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    const std::string part = stream.substr(at, piece);
    std::span<const std::byte> input = view(part);
    while (const auto frame = reader.next(input)) out.push_back(as_string(*frame));
    CHECK(input.empty());
  }
  return out;
}

std::string framed(Framing framing, const Frames& packets) {
  std::vector<std::byte> out;
  for (const std::string& packet : packets) append_frame(framing, view(packet), out);
  return as_string(out);
}

const Frames kPackets = {bundle(1, element(message("/a", "i", u32(0xc0dbdcdd)))),
                         message("/gain", "f", u32(0xc0c00000)), message("/x", ""),
                         message("/blob", "b", u32(4) + u32(0xc0c0dbdb))};

}  // namespace

TEST_CASE("both framings are recognised and read, whatever the slicing") {
  for (const Framing framing : {Framing::length_prefix, Framing::slip}) {
    const std::string stream = framed(framing, kPackets);
    for (const std::size_t piece : {1, 2, 3, 5, 7, 16, 64, 1000}) {
      FrameReader reader;
      CHECK(frames(reader, stream, piece) == kPackets);
      CHECK(reader.framing() == framing);
      CHECK(reader.fault() == nullptr);
      CHECK_FALSE(reader.midway());
    }
  }
}

TEST_CASE("SLIP with a single END behind each frame, and a double END before a bundle") {
  std::string single;
  for (const std::string& packet : kPackets) single += framed(Framing::slip, {packet}).substr(1);
  FrameReader reader;
  CHECK(frames(reader, single, 1) == kPackets);

  // liblo takes C0 '#' 'b' 'u' for a length and waits for ever.
  FrameReader starts_with_bundle;
  const std::string stream = "\xC0" + framed(Framing::slip, {kPackets[0]});
  CHECK(frames(starts_with_bundle, stream, 4) == Frames{kPackets[0]});
}

TEST_CASE("a length that can't be true ends the stream") {
  FrameReader giant;
  const std::string stream = u32(65537) + std::string(100, '/');
  CHECK(frames(giant, stream, 3).empty());
  CHECK(std::string(giant.fault()) == "a frame's length is above 65536");

  FrameReader largest;
  const std::string frame(65536, '/');
  CHECK(frames(largest, u32(65536) + frame, 1000) == Frames{frame});

  FrameReader claims;  // a claim alone takes no memory and gives no frame
  CHECK(frames(claims, u32(65536), 4).empty());
  CHECK(claims.midway());

  FrameReader zero;
  CHECK(frames(zero, u32(0) + u32(0) + framed(Framing::length_prefix, {kPackets[2]}), 1) ==
        Frames{kPackets[2]});
}

TEST_CASE("what is not OSC is told at once") {
  for (const std::string start : {"GET / HTTP/1.1", "\x7f", "\xff\xff\xff\xff", "\x80\0\0\0"}) {
    FrameReader reader;
    CHECK(frames(reader, start, 100).empty());
    CHECK(reader.fault() != nullptr);
  }
}

TEST_CASE("a bad SLIP frame is dropped and counted, the next one read") {
  FrameReader reader;
  const std::string good = framed(Framing::slip, {kPackets[1]});
  CHECK(frames(reader, good + "\xC0/bad\xDBx/rest\xC0" + good, 1) == Frames{kPackets[1], kPackets[1]});
  CHECK(reader.dropped() == 1);
  CHECK(frames(reader, "\xC0/cut\xDB\xC0" + good, 1) == Frames{kPackets[1]});
  CHECK(reader.dropped() == 2);
  CHECK(frames(reader, "\xC0/" + std::string(70000, 'x') + "\xC0" + good, 997) == Frames{kPackets[1]});
  CHECK(reader.dropped() == 3);
}

TEST_CASE("random streams give no frame above the limit") {
  std::mt19937 random(5);
  const char start[] = {0, '\xC0', '/', '#'};
  for (int round = 0; round < 2000; ++round) {
    FrameReader reader;
    std::string stream(1, start[random() % 4]);
    for (unsigned i = random() % 300; i > 0; --i) {
      const char special[] = {'\xC0', '\xDB', '\xDC', '\xDD', 0, 1};
      stream += random() % 2 ? special[random() % 6] : static_cast<char>(random());
    }
    for (const std::string& frame : frames(reader, stream, 1 + random() % 20))
      CHECK(frame.size() <= kMaxPacketBytes);
  }
}

TEST_CASE("endpoints as text and back") {
  for (const char* text : {"127.0.0.1:9000", "192.168.1.20:1", "[::1]:7770", "[fe80::1%2]:9000",
                           "[2001:db8::1:0:0:1]:80", "[::]:5", "[1:2:3:4:5:6:7:8]:9"}) {
    const auto endpoint = parse_endpoint(text);
    INFO(text);
    REQUIRE(endpoint);
    CHECK(to_text(*endpoint) == text);
  }
  CHECK(to_text(*parse_endpoint("localhost:9000")) == "127.0.0.1:9000");
  CHECK(to_text(*parse_endpoint("[::ffff:1.2.3.4]:9")) == "1.2.3.4:9");
  CHECK(parse_endpoint("127.1.2.3:9")->is_loopback());
  CHECK(parse_endpoint("[::1]:9")->is_loopback());
  CHECK_FALSE(parse_endpoint("10.0.0.1:9")->is_loopback());
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:70000", "127.0.0:1", "1.2.3.4.5:1",
        "256.1.1.1:1", "name:1", "[::1:9", "[:::1]:9", "[1:2]:9", "[1::2::3]:9", "::1:9", "[]:9"}) {
    INFO(bad);
    CHECK_FALSE(parse_endpoint(bad));
  }
}
