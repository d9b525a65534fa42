// The OSC conformance table: which packets are read, which are refused, and where the fault lies.
#include "engine/osc/packet.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "engine/osc/big_endian.h"
#include "engine/osc/packet_writer.h"
#include "tests/engine/osc/bytes.h"

using namespace continuo::osc;
using namespace continuo::osc::test;

namespace {

struct Read {
  PacketFault fault;
  std::vector<Message> messages;
};

Read read(const std::string& packet) {
  PacketReader reader(view(packet));
  Read out{reader.fault(), {}};
  for (Message m; reader.next(m);) out.messages.push_back(m);
  return out;
}

struct Row {
  const char* what;
  std::string packet;
  PacketError error;
  std::uint32_t byte;
  std::size_t messages;
};

std::string nested(int depth) {
  std::string packet = bundle(1);
  for (int i = 1; i < depth; ++i) packet = bundle(1, element(packet));
  return packet;
}

}  // namespace

TEST_CASE("osc.md 3.1 and 3.2, row by row") {
  using enum PacketError;
  const std::string plain = message("/a", "i", u32(7));
  const std::string broken = message("/b", "x");
  const std::uint64_t second = 1ull << 32;
  const std::vector<Row> rows = {
      // What liblo takes, we take.
      {"i f s b h t d S c m T F N I",
       message("/all", "ifsbhtdScmTFNI",
               u32(1) + u32(0x3f800000) + text("s") + u32(3) + std::string("abc\0", 4) + u64(2) + u64(3) +
                   u64(0x3ff0000000000000) + text("S") + u32('c') + u32(0x00903c7f)),
       none, 0, 1},
      {"empty type tags", message("/a", ""), none, 0, 1},
      {"a 40 kB datagram", message("/a", "b", u32(40000) + std::string(40000, 'x')), none, 0, 1},
      // What liblo refuses and the specification allows.
      {"no type-tag string", text("/1"), none, 0, 1},
      {"no type-tag string, with bytes", text("/xremote") + u32(5), none, 0, 1},
      {"arrays", message("/a", "[ff]", u32(0) + u32(0)), none, 0, 1},
      {"arrays in arrays", message("/a", "i[i[i]]i", u32(1) + u32(2) + u32(3) + u32(4)), none, 0, 1},
      {"an empty array", message("/a", "[]"), none, 0, 1},
      {"colour", message("/a", "r", u32(0xff8000ff)), none, 0, 1},
      // What nobody should take.
      {"nothing", "", empty, 0, 0},
      {"an address without a slash", message("gain", "f", u32(0)), not_osc, 0, 0},
      {"an empty address", message("", "f", u32(0)), not_osc, 0, 0},
      {"text that is not OSC", "GET / HTTP/1.1\r\n", not_osc, 0, 0},
      {"an odd size", message("/a", "i", u32(1)) + "x", size_not_multiple_of_four, 13, 0},
      {"an unterminated address", "/abcdefg", text_unterminated, 0, 0},
      {"unterminated type tags", text("/a") + ",iii", text_unterminated, 4, 0},
      {"an unterminated string", message("/a", "s", "abcd"), text_unterminated, 8, 0},
      {"address padding not zero", std::string("/\0x\0,\0\0\0", 8), padding_not_zero, 2, 0},
      {"string padding not zero", message("/a", "s", std::string("a\0x\0", 4)), padding_not_zero, 10, 0},
      {"blob padding not zero", message("/a", "b", u32(1) + "abcd"), padding_not_zero, 13, 0},
      {"unknown tag", message("/a", "iq", u32(1)), unknown_type_tag, 6, 0},
      {"truncated int", message("/a", "i"), argument_truncated, 8, 0},
      {"truncated double", message("/a", "d", u32(0)), argument_truncated, 8, 0},
      {"a string that is not there", message("/a", "s"), argument_truncated, 8, 0},
      {"blob longer than the message", message("/a", "b", u32(9) + u64(0)), blob_size_invalid, 8, 0},
      {"blob of negative size", message("/a", "b", u32(0xfffffffc) + u64(0)), blob_size_invalid, 8, 0},
      {"extra bytes", message("/a", "i", u32(1) + u32(2)), bytes_after_arguments, 12, 0},
      {"array left open", message("/a", "[i", u32(1)), array_not_closed, 5, 0},
      {"array never opened", message("/a", "i]", u32(1)), array_not_opened, 6, 0},
      {"17 arrays in each other", message("/a", std::string(17, '[') + std::string(17, ']')), array_too_deep,
       21, 0},
      {"16 arrays in each other", message("/a", std::string(16, '[') + std::string(16, ']')), none, 0, 1},
      {"more than 64 KiB", message("/a", "b", u32(65536) + std::string(65536, 'x')), too_large, 65536, 0},
      {"exactly 64 KiB", message("/a", "b", u32(65524) + std::string(65524, 'x')), none, 0, 1},
      // Bundles.
      {"an empty bundle", bundle(1), none, 0, 0},
      {"two messages", bundle(1, element(plain) + element(plain)), none, 0, 2},
      {"a bundle in a bundle", bundle(1, element(plain) + element(bundle(1, element(plain)))), none, 0, 2},
      {"one bad element refuses all", bundle(1, element(plain) + element(broken)), unknown_type_tag, 41, 0},
      {"a bad element in an inner bundle", bundle(1, element(plain) + element(bundle(1, element(broken)))),
       unknown_type_tag, 61, 0},
      {"an element of size 0", bundle(1, u32(0)), element_size_invalid, 16, 0},
      {"an element of odd size", bundle(1, u32(5) + u64(0)), element_size_invalid, 16, 0},
      {"an element beyond the end", bundle(1, u32(16) + plain), element_size_invalid, 16, 0},
      {"an element of negative size", bundle(1, u32(0x80000000) + plain), element_size_invalid, 16, 0},
      {"an element that is not OSC", bundle(1, element(message("gain", ""))), not_osc, 20, 0},
      {"a misspelt header", text("#bundel") + u64(1), bundle_header_invalid, 0, 0},
      {"a header cut short", text("#bundle") + u32(0), bundle_header_invalid, 0, 0},
      {"an inner header cut short", bundle(1, element(text("#bundle"))), bundle_header_invalid, 20, 0},
      {"16 bundles in each other", nested(16), none, 0, 0},
      {"17 bundles in each other", nested(17), bundle_too_deep, 320, 0},
      {"1500 bundles in each other (30 kB)", nested(1500), bundle_too_deep, 320, 0},
      {"an inner time later than the outer", bundle(5 * second, element(bundle(6 * second, element(plain)))),
       none, 0, 1},
      {"an inner time before the outer", bundle(5 * second, element(bundle(4 * second, element(plain)))),
       nested_time_earlier, 28, 0},
      {"an inner immediately in a timed outer", bundle(5 * second, element(bundle(1, element(plain)))), none,
       0, 1},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    const Read got = read(row.packet);
    CHECK(std::string(text(got.fault.error)) == text(row.error));
    CHECK(got.fault.byte == row.byte);
    CHECK(got.messages.size() == row.messages);
  }
  CHECK(describe({unknown_type_tag, 9}) ==
        "unknown type tag (known are i f s b h t d S c r m T F N I [ ]), at byte 9");
}

TEST_CASE("every prefix of a good packet is refused or shorter, never read beyond") {
  const std::string packet = bundle(
      1,
      element(message("/a", "isb[ff]", u32(1) + text("text") + u32(2) + std::string("xy\0\0", 4) + u64(0))) +
          element(bundle(1, element(message("/b", "T")))));
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const std::string cut = packet.substr(0, size);  // its own allocation: AddressSanitizer sees any overrun
    const Read got = read(cut);
    CHECK(got.messages.size() <= 1);
  }
  CHECK(read(packet).messages.size() == 2);
}

TEST_CASE("arguments of every type are what was sent") {
  const std::string packet =
      message("/all", "ifsbhtdScrmTFNI",
              u32(0xfffffffe) + u32(0xc0c00000) + text("hello") + u32(2) + std::string("\x01\x02\0\0", 4) +
                  u64(0xffffffffffffff00) + u64(0x8000000000000001) + u64(0x3fe0000000000000) + text("sym") +
                  u32('A') + u32(0xff8000ff) + u32(0x00903c7f));
  const Read got = read(packet);
  REQUIRE(got.messages.size() == 1);
  const Message& m = got.messages[0];
  CHECK(m.address == "/all");
  CHECK(m.tags == "ifsbhtdScrmTFNI");
  CHECK(m.count() == 15);
  std::vector<Argument> a;
  for (const Argument& each : m.arguments()) a.push_back(each);
  REQUIRE(a.size() == 15);
  CHECK(a[0].int32() == -2);
  CHECK(a[1].float32() == -6.0f);
  CHECK(a[2].string() == "hello");
  CHECK(as_string(a[3].data) == "\x01\x02");
  CHECK(a[4].int64() == -256);
  CHECK(a[5].time().value == 0x8000000000000001);
  CHECK(a[6].float64() == 0.5);
  CHECK(a[7].string() == "sym");
  CHECK(a[8].int32() == 'A');
  CHECK(a[9].bits32() == 0xff8000ff);
  CHECK(a[10].bits32() == 0x00903c7f);
  CHECK(a[11].truth() == true);
  CHECK(a[12].truth() == false);
  CHECK_FALSE(a[13].truth());
  CHECK(a[14].truth() == true);
}

TEST_CASE("arrays are flattened, and their nesting can be seen") {
  const std::string packet = message("/a", "i[f[s]T]i", u32(1) + u32(0) + text("x") + u32(2));
  const Read got = read(packet);
  REQUIRE(got.messages.size() == 1);
  std::string flat, whole;
  std::vector<int> depths;
  for (const Argument& a : got.messages[0].arguments()) {
    flat += a.tag;
    depths.push_back(a.depth);
  }
  for (const Argument& a : got.messages[0].elements()) whole += a.tag;
  CHECK(flat == "ifsTi");
  CHECK(depths == std::vector<int>{0, 1, 2, 1, 0});
  CHECK(whole == "i[f[s]T]i");
}

TEST_CASE("numbers are taken from i f h d T F and numeric text, nothing else") {
  const auto number = [](const char* tag, const std::string& data) {
    const std::string packet = message("/n", tag, data);
    const Read got = read(packet);
    REQUIRE(got.messages.size() == 1);
    return got.messages[0].arguments().begin()->number();
  };
  CHECK(number("i", u32(60)) == 60.0);
  CHECK(number("f", u32(0x3f000000)) == 0.5);
  CHECK(number("h", u64(1ull << 40)) == std::pow(2.0, 40));
  CHECK(number("d", u64(0xbff0000000000000)) == -1.0);
  CHECK(number("T", "") == 1.0);
  CHECK(number("F", "") == 0.0);
  CHECK(number("s", text("-6.5")) == -6.5);
  CHECK(number("s", text("+1e-3")) == 1e-3);
  for (const char* bad : {"", "-", "nan", "inf", "0x10", "1.0 dB", " 1", "1e999", "+-1"}) {
    INFO(bad);
    CHECK_FALSE(number("s", text(bad)));
  }
  CHECK_FALSE(number("f", u32(0x7fc00000)));          // NaN
  CHECK_FALSE(number("f", u32(0x7f800000)));          // infinity
  CHECK_FALSE(number("d", u64(0xfff0000000000000)));  // minus infinity
  CHECK_FALSE(number("N", ""));
  CHECK_FALSE(number("b", u32(0)));

  const auto integer = [](const std::string& packet) {
    return read(packet).messages.at(0).arguments().begin()->integer();
  };
  const std::string f = message("/n", "f", u32(0x40400000)), h = message("/n", "h", u64(0x7fffffffffffffff)),
                    s = message("/n", "s", text("12")), big = message("/n", "d", u64(0x7fe0000000000000));
  CHECK(integer(f) == 3);
  CHECK(integer(h) == std::numeric_limits<std::int64_t>::max());
  CHECK(integer(s) == 12);
  CHECK_FALSE(integer(big));
}

TEST_CASE("a trigger fires on nothing, 1, T and I, and ignores the 0 of a release") {
  const auto fires = [](const std::string& packet) { return read(packet).messages.at(0).fires(); };
  CHECK(fires(text("/go")));
  CHECK(fires(message("/go", "")));
  CHECK(fires(message("/go", "T")));
  CHECK(fires(message("/go", "I")));
  CHECK(fires(message("/go", "i", u32(1))));
  CHECK(fires(message("/go", "f", u32(0x3f800000))));
  CHECK_FALSE(fires(message("/go", "f", u32(0))));
  CHECK_FALSE(fires(message("/go", "F")));
  CHECK_FALSE(fires(message("/go", "N")));
}

TEST_CASE("messages come in order, with the time and the group of their bundle") {
  const std::uint64_t second = 1ull << 32;
  const auto m = [](const char* name) { return element(message(name, "")); };
  const std::string packet =
      bundle(10 * second, m("/a") + element(bundle(11 * second, m("/b") + element(bundle(1, m("/c"))))) +
                              m("/d") + element(bundle(10 * second, m("/e"))));
  const Read got = read(packet);
  REQUIRE(got.messages.size() == 5);
  std::string order;
  std::vector<std::uint64_t> times;
  std::vector<int> groups;
  for (const Message& each : got.messages) {
    order += each.address;
    times.push_back(each.time.value / second);
    groups.push_back(each.bundle);
  }
  CHECK(order == "/a/b/c/d/e");
  CHECK(times == std::vector<std::uint64_t>{10, 11, 11, 10, 10});
  CHECK(groups == std::vector<int>{0, 1, 2, 0, 3});
  CHECK(as_string(got.messages[0].bytes) == message("/a", ""));
}

TEST_CASE("a time tag of 0 or 1 means immediately") {
  CHECK(read(bundle(0, element(message("/a", "")))).messages.at(0).time.is_immediate());
  CHECK(read(bundle(1, element(message("/a", "")))).messages.at(0).time.is_immediate());
  CHECK(read(message("/a", "")).messages.at(0).time.is_immediate());
}

TEST_CASE("time tags keep every nanosecond") {
  using std::chrono::nanoseconds;
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const nanoseconds t(static_cast<std::int64_t>(random() % 4000000000000000000ull));  // 1970 to 2096
    REQUIRE(TimeTag::from_unix(t).unix_time() == t);
  }
  CHECK(TimeTag::from_unix(nanoseconds(0)).seconds() == 2208988800u);
  CHECK(TimeTag::from_unix(nanoseconds(500000000)).fraction() == 0x80000000u);
  CHECK(TimeTag::from_unix(nanoseconds(999999999)).fraction() == 4294967292u);
  const TimeTag t = TimeTag::from_parts(100, 0);
  CHECK(t.plus_seconds(0.25) == TimeTag::from_parts(100, 0x40000000));
  CHECK(t.plus_seconds(-0.25).seconds_since(t) == -0.25);
  CHECK(TimeTag::from_parts(0, 0).seconds_since(TimeTag::from_parts(0xffffffff, 0)) ==
        1.0);  // the era's end in 2036
  const TimeTag now = TimeTag::now();
  CHECK(std::chrono::abs(now.unix_time() - std::chrono::system_clock::now().time_since_epoch()) <
        std::chrono::seconds(1));
}

TEST_CASE("the writer writes what the specification shows") {
  std::byte buffer[256];
  // OSC 1.0, "OSC Message Examples": /oscillator/4/frequency 440.0
  MessageWriter w(buffer, "/oscillator/4/frequency", "f");
  w.add(440.0f);
  CHECK(as_string(w.bytes()) == message("/oscillator/4/frequency", "f", u32(0x43dc0000)));
  MessageWriter foo(buffer, "/foo", "iisff");
  foo.add(1000).add(-1).add("hello").add(1.234f).add(5.678f);
  CHECK(as_string(foo.bytes()) ==
        message("/foo", "iisff",
                u32(0x3e8) + u32(0xffffffff) + text("hello") + u32(0x3f9df3b6) + u32(0x40b5b22d)));

  CHECK(MessageWriter(buffer, "/a", "i").bytes().empty());            // an argument is missing
  CHECK(MessageWriter(buffer, "/a", "i").add(1.0f).bytes().empty());  // of another type
  CHECK(MessageWriter(buffer, "/a", "").add(1).bytes().empty());      // one too many
  CHECK(MessageWriter(buffer, "a", "").bytes().empty());              // no address
  CHECK(MessageWriter(std::span(buffer, 11), "/a", "i").add(1).bytes().empty());
  CHECK(MessageWriter(std::span(buffer, 12), "/a", "i").add(1).bytes().size() == 12);
  CHECK(MessageWriter(buffer, "/a", "s").add(std::string_view("a\0b", 3)).bytes().empty());

  std::byte space[64];
  BundleWriter b(space, TimeTag{7});
  CHECK(b.add(view(message("/a", ""))));
  CHECK(as_string(b.bytes_or_single()) == message("/a", ""));
  CHECK(b.add(view(message("/b", "T"))));
  CHECK(as_string(b.bytes_or_single()) ==
        bundle(7, element(message("/a", "")) + element(message("/b", "T"))));
  CHECK(b.add(view(message("/c", "F"))));
  CHECK_FALSE(b.add(view(message("/toolong", "iiii", u64(0) + u64(0)))));
  CHECK(b.count() == 3);
}

TEST_CASE("random messages: what is written is read") {
  std::mt19937 random(7);
  const std::string alphabet = "ifsbhtdScrmTFNI";
  std::vector<std::byte> buffer(kMaxPacketBytes);
  for (int round = 0; round < 3000; ++round) {
    std::string tags;
    int open = 0;
    for (unsigned i = random() % 12; i > 0; --i) {
      const unsigned pick = random() % 20;
      if (pick == 17 && open < kMaxArrayDepth) {
        tags += '[';
        ++open;
      } else if (pick == 18 && open > 0) {
        tags += ']';
        --open;
      } else {
        tags += alphabet[random() % alphabet.size()];
      }
    }
    tags.append(static_cast<std::size_t>(open), ']');
    std::string address = "/";
    for (unsigned i = random() % 30; i > 0; --i) address += static_cast<char>('a' + random() % 26);

    MessageWriter w(buffer, address, tags);
    std::vector<std::string> raw;
    for (const char tag : tags) {
      const std::uint32_t word = random();
      const std::uint64_t wide = std::uint64_t{word} << 32 | random();
      const std::string some(random() % 9, static_cast<char>('a' + random() % 26));
      std::string value;
      switch (tag) {
        case 'i':
          w.add(static_cast<std::int32_t>(word));
          value = u32(word);
          break;
        case 'f': {
          const float f = static_cast<float>(static_cast<std::int32_t>(word)) * 1e-3f;
          w.add(f);
          value = u32(std::bit_cast<std::uint32_t>(f));
          break;
        }
        case 'c':
        case 'r':
        case 'm':
          w.add_bits(word);
          value = u32(word);
          break;
        case 'h':
          w.add(static_cast<std::int64_t>(wide));
          value = u64(wide);
          break;
        case 't':
          w.add(TimeTag{wide});
          value = u64(wide);
          break;
        case 'd':
          w.add(std::bit_cast<double>(wide));
          value = u64(wide);
          break;
        case 's':
        case 'S':
          w.add(some);
          value = some;
          break;
        case 'b':
          w.add_blob(view(some));
          value = some;
          break;
        default:
          break;
      }
      if (tag != '[' && tag != ']') raw.push_back(value);
    }
    const auto bytes = w.bytes();
    REQUIRE(!bytes.empty());
    const std::string packet = as_string(bytes);
    const Read got = read(packet);
    INFO(describe(got.fault));
    REQUIRE(got.messages.size() == 1);
    CHECK(got.messages[0].address == address);
    std::string seen;
    for (const Argument& a : got.messages[0].elements()) seen += a.tag;
    CHECK(seen == tags);
    std::size_t i = 0;
    for (const Argument& a : got.messages[0].arguments()) CHECK(as_string(a.data) == raw.at(i++));
    CHECK(i == raw.size());
  }
}

TEST_CASE("random damage never reads beyond, and what is accepted can be walked") {
  std::mt19937 random(11);
  const std::string seed = bundle(
      1, element(message("/part/1/note", "fi[sb]d",
                         u32(1) + u32(2) + text("abc") + u32(1) + std::string("x\0\0\0", 4) + u64(5))) +
             element(bundle(1, element(message("/x", "TFNI")))));
  std::size_t accepted = 0;
  for (int round = 0; round < 50000; ++round) {
    std::string packet = seed;
    for (unsigned i = 1 + random() % 3; i > 0; --i) {
      packet[random() % packet.size()] = static_cast<char>(random() % 3 == 0 ? random() : random() % 8);
    }
    if (random() % 4 == 0) packet.resize(random() % packet.size());
    packet.shrink_to_fit();
    const Read got = read(packet);
    accepted += !got.messages.empty();
    std::size_t sum = 0;
    for (const Message& m : got.messages) {
      for (const Argument& a : m.elements()) sum += a.data.size();
    }
    CHECK(sum <= packet.size());
  }
  CHECK(accepted > 0);
}
