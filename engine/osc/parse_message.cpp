// OSC messages from text.
#include <bit>
#include <charconv>
#include <limits>
#include <optional>

#include "engine/osc/big_endian.h"
#include "engine/osc/format.h"
#include "engine/osc/number_text.h"
#include "engine/osc/packet_writer.h"

namespace continuo::osc {
namespace {

std::optional<TimeTag> parse_time(std::string_view text) {
  if (text == "now") return TimeTag::immediately();
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return TimeTag::from_parts(seconds, 0);
  if (text.front() != '.' || text.size() < 2 || text.size() > 11) return std::nullopt;
  std::uint64_t decimals = 0;
  for (std::size_t i = 1; i < 11; ++i) {
    const char c = i < text.size() ? text[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    decimals = decimals * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const std::uint64_t fraction = ((decimals << 22) + 9765625 / 2) / 9765625;
  return TimeTag{(std::uint64_t{seconds} << 32) + fraction};
}

std::optional<std::vector<std::byte>> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::byte> out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (error != std::errc{} || end != text.data() + i + 2) return std::nullopt;
    out.push_back(static_cast<std::byte>(value));
  }
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ParsedMessage run() {
    skip_space();
    const std::size_t start = at_;
    std::string address;
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!quoted(address)) return fail();
    } else {
      address = word();
    }
    if (address.empty() || address.front() != '/') {
      at_ = start;
      complain("an address begins with '/'");
      return fail();
    }
    if (address.find('\0') != std::string::npos) {
      at_ = start;
      complain("a text can't hold the byte 0");
      return fail();
    }
    for (skip_space(); at_ < text_.size(); skip_space()) {
      if (!argument()) return fail();
    }
    if (depth_ > 0) {
      complain("'[' without ']'");
      return fail();
    }
    std::vector<std::byte> packet(header_bytes(address, tags_));
    MessageWriter(packet, address, tags_);  // writes the header; the arguments are ready
    packet.insert(packet.end(), data_.begin(), data_.end());
    const PacketReader check(packet);
    if (!check.ok()) {
      complain(text(check.fault().error));
      return fail();
    }
    return {std::move(packet), {}};
  }

 private:
  ParsedMessage fail() { return {{}, fault_.empty() ? "column 1: not a message" : fault_}; }

  bool complain(std::string_view what) {
    if (fault_.empty()) fault_ = "column " + std::to_string(at_ + 1) + ": " + std::string(what);
    return false;
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }

  static bool ends_word(char c) { return c == ' ' || c == '\t' || c == '[' || c == ']' || c == '"'; }

  // The address may be a pattern with brackets, so it ends only at a space.
  std::string word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '\t') ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  bool quoted(std::string& out) {
    const std::size_t start = at_++;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\') {
        const char escape = at_ < text_.size() ? text_[at_++] : 0;
        if (escape == 'n') {
          c = '\n';
        } else if (escape == 'r') {
          c = '\r';
        } else if (escape == 't') {
          c = '\t';
        } else if (escape == '"' || escape == '\\') {
          c = escape;
        } else if (escape == 'x') {
          const auto byte = parse_hex(text_.substr(at_, 2));
          if (!byte || byte->size() != 1) return complain("\\x takes two hexadecimal digits");
          c = std::to_integer<char>((*byte)[0]);
          at_ += 2;
        } else {
          return complain("known escapes are \\\" \\\\ \\n \\r \\t \\xHH");
        }
      }
      out += c;
    }
    if (at_ == text_.size()) {
      at_ = start;
      return complain("a quote is not closed");
    }
    ++at_;
    return true;
  }

  std::byte* grow(char tag, std::size_t bytes) {
    tags_ += tag;
    data_.resize(data_.size() + bytes);
    return data_.data() + data_.size() - bytes;
  }

  bool put_text(char tag, const std::string& value) {
    if (value.find('\0') != std::string::npos) return complain("a text can't hold the byte 0");
    std::byte* p = grow(tag, padded_text(value.size()));
    for (const char c : value) *p++ = static_cast<std::byte>(c);
    return true;
  }

  bool argument() {
    const char c = text_[at_];
    if (c == '[' || c == ']') {
      tags_ += c;
      depth_ += c == '[' ? 1 : -1;
      if (depth_ < 0) return complain("']' without '['");
      if (depth_ > kMaxArrayDepth) return complain("arrays nested deeper than 16");
      ++at_;
      return true;
    }
    if (c == '"') {
      std::string value;
      return quoted(value) && put_text('s', value);
    }
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) ++at_;
    const std::string_view token = text_.substr(start, at_ - start);
    const std::size_t end = at_;
    at_ = start;  // where complaints point
    if (token.size() >= 2 && token[1] == ':' &&
        std::string_view("ifsbhtdScrm").find(token[0]) != std::string_view::npos) {
      return tagged(token[0], token.substr(2), end);
    }
    at_ = end;
    if (token == "T" || token == "F" || token == "N" || token == "I") {
      tags_ += token;
      return true;
    }
    if (const auto integer = parse_integer(token)) {
      if (*integer >= std::numeric_limits<std::int32_t>::min() &&
          *integer <= std::numeric_limits<std::int32_t>::max()) {
        store_u32(grow('i', 4), static_cast<std::uint32_t>(*integer));
      } else {
        store_u64(grow('h', 8), static_cast<std::uint64_t>(*integer));
      }
      return true;
    }
    if (const auto number = parse_float(token)) {
      store_u32(grow('f', 4), std::bit_cast<std::uint32_t>(*number));
      return true;
    }
    return put_text('s', std::string(token));
  }

  bool tagged(char tag, std::string_view value, std::size_t end) {
    if (tag == 's' || tag == 'S' || tag == 'c') {
      std::string content;
      if (value.empty() && end < text_.size() && text_[end] == '"') {
        at_ = end;
        if (!quoted(content)) return false;
      } else {
        content = std::string(value);
        if (tag == 'c' && content.size() > 2 && content.starts_with("0x"))
          return bits(tag, value.substr(2), end);
        at_ = end;
      }
      if (tag != 'c') return put_text(tag, content);
      if (content.size() != 1) return complain("c: takes one character or 0x and eight hexadecimal digits");
      store_u32(grow('c', 4), static_cast<unsigned char>(content[0]));
      return true;
    }
    switch (tag) {
      case 'i': {
        const auto n = parse_integer(value);
        if (!n || *n != static_cast<std::int32_t>(*n)) return complain("i: takes an integer of 32 bits");
        store_u32(grow('i', 4), static_cast<std::uint32_t>(*n));
        break;
      }
      case 'h': {
        const auto n = parse_integer(value);
        if (!n) return complain("h: takes an integer of 64 bits");
        store_u64(grow('h', 8), static_cast<std::uint64_t>(*n));
        break;
      }
      case 'f': {
        if (value.starts_with("0x")) return bits(tag, value.substr(2), end);
        const float infinity = std::numeric_limits<float>::infinity();
        const auto n = value == "inf"    ? infinity
                       : value == "-inf" ? -infinity
                       : value == "nan"  ? std::optional<float>(std::numeric_limits<float>::quiet_NaN())
                                         : parse_float(value);
        if (!n) return complain("f: takes a number, inf, -inf or nan");
        store_u32(grow('f', 4), std::bit_cast<std::uint32_t>(*n));
        break;
      }
      case 'd': {
        if (value.starts_with("0x")) return bits(tag, value.substr(2), end);
        const double infinity = std::numeric_limits<double>::infinity();
        const auto n = value == "inf"    ? infinity
                       : value == "-inf" ? -infinity
                       : value == "nan"  ? std::optional<double>(std::numeric_limits<double>::quiet_NaN())
                                         : parse_double(value);
        if (!n) return complain("d: takes a number, inf, -inf or nan");
        store_u64(grow('d', 8), std::bit_cast<std::uint64_t>(*n));
        break;
      }
      case 't': {
        const auto time = parse_time(value);
        if (!time) return complain("t: takes NTP seconds (with at most 10 decimals) or now");
        store_u64(grow('t', 8), time->value);
        break;
      }
      case 'b': {
        const auto blob = parse_hex(value);
        if (!blob) return complain("b: takes an even number of hexadecimal digits");
        std::byte* p = grow('b', 4 + padded_blob(blob->size()));
        store_u32(p, static_cast<std::uint32_t>(blob->size()));
        std::copy(blob->begin(), blob->end(), p + 4);
        break;
      }
      default:  // m and r
        if (tag == 'r' && value.starts_with('#')) value.remove_prefix(1);
        return bits(tag, value, end);
    }
    at_ = end;
    return true;
  }

  // Raw bits: eight digits, for d sixteen.
  bool bits(char tag, std::string_view digits, std::size_t end) {
    const auto bytes = parse_hex(digits);
    const std::size_t size = tag == 'd' ? 8 : 4;
    if (!bytes || bytes->size() != size) {
      return complain(std::string(1, tag) + ": takes " + std::to_string(2 * size) + " hexadecimal digits");
    }
    std::copy(bytes->begin(), bytes->end(), grow(tag, size));
    at_ = end;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string tags_;
  std::vector<std::byte> data_;
  std::string fault_;
};

}  // namespace

ParsedMessage parse_message(std::string_view text) {
  return Parser(text).run();
}

}  // namespace continuo::osc
