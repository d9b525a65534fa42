// OSC messages to text.
#include "engine/osc/format.h"

#include <cmath>
#include <cstdio>

#include "engine/osc/number_text.h"

namespace continuo::osc {
namespace {

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", byte);
      out += hex;
    } else {
      out += c;  // UTF-8 passes as it is
    }
  }
  out += '"';
}

void append_hex(std::string& out, std::span<const std::byte> bytes) {
  char hex[4];
  for (const std::byte b : bytes) {
    std::snprintf(hex, sizeof hex, "%02x", std::to_integer<unsigned>(b));
    out += hex;
  }
}

// A NaN of any payload survives as its bits.
void append_float(std::string& out, const Argument& a) {
  const bool wide = a.tag == 'd';
  const double value = wide ? a.float64() : double{a.float32()};
  if (std::isnan(value)) {
    out += wide ? "d:0x" : "f:0x";
    append_hex(out, a.data);
  } else if (wide) {
    out += "d:" + to_text(value);
  } else {
    if (std::isinf(value)) out += "f:";
    out += to_text(a.float32());
  }
}

// Ten decimals tell every 2^-32 s apart.
void append_time(std::string& out, TimeTag time) {
  if (time.value == 1) {
    out += "t:now";
    return;
  }
  const std::uint64_t decimals =
      (std::uint64_t{time.fraction()} * 9765625 + (1u << 21)) >> 22;  // 10^10 / 2^32
  char digits[32];
  std::snprintf(digits, sizeof digits, "t:%lu.%010llu", static_cast<unsigned long>(time.seconds()),
                static_cast<unsigned long long>(decimals));
  out += digits;
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out += '0';
}

}  // namespace

std::string format(const Message& message) {
  std::string out;
  bool plain = true;
  for (const char c : message.address)
    plain = plain && static_cast<unsigned char>(c) > 0x20 && c != '"' && c != 0x7f;
  if (plain) {
    out = message.address;
  } else {
    append_quoted(out, message.address);
  }
  bool opened = false;
  for (const Argument& a : message.elements()) {
    if (a.tag != ']' && !opened) out += ' ';
    opened = a.tag == '[';
    switch (a.tag) {
      case 'i':
        out += std::to_string(a.int32());
        break;
      case 'h':
        out += "h:" + std::to_string(a.int64());
        break;
      case 'f':
      case 'd':
        append_float(out, a);
        break;
      case 'S':
        out += "S:";
        [[fallthrough]];
      case 's':
        append_quoted(out, a.string());
        break;
      case 'b':
        out += "b:";
        append_hex(out, a.data);
        break;
      case 't':
        append_time(out, a.time());
        break;
      case 'c':
        if (a.bits32() > 0 && a.bits32() < 0x80) {
          out += "c:";
          append_quoted(out, std::string(1, static_cast<char>(a.bits32())));
        } else {
          out += "c:0x";
          append_hex(out, a.data);
        }
        break;
      case 'm':
        out += "m:";
        append_hex(out, a.data);
        break;
      case 'r':
        out += "r:#";
        append_hex(out, a.data);
        break;
      default:
        out += a.tag;
        break;
    }
  }
  return out;
}

}  // namespace continuo::osc
