// Words for people.
#include "models/data/card/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace continuo::data {

namespace {

// Length of the well-formed UTF-8 sequence at `at`, or 0 (RFC 3629).
std::size_t sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const unsigned lead = byte(at);
  const std::size_t length = lead < 0x80       ? 1
                             : lead >> 5 == 6  ? 2
                             : lead >> 4 == 14 ? 3
                             : lead >> 3 == 30 ? 4
                                               : 0;
  if (length == 0) return 0;
  unsigned code = length == 1 ? lead : lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (byte(at + i) >> 6 != 2) return 0;
    code = code << 6 | (byte(at + i) & 63u);
  }
  constexpr std::array<unsigned, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool fits = code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) &&
                    code != 0xfffe && code != 0xffff;
  return fits ? length : 0;
}

bool ends_with(const std::string& text, std::string_view tail) {
  return text.size() >= tail.size() && text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence(text, at);
    const char c = text[at];
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (length > 1) {
      out += text.substr(at, length);
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += ' ';
    } else {
      out += c;
    }
    at += length == 0 ? 1 : length;
  }
  return out;
}

std::string link(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", static_cast<unsigned>(byte));
      out += code;
    }
  }
  return out;
}

std::string num(double value, int digits) {
  if (!std::isfinite(value)) return "unknown";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, std::abs(value));
  std::string text = buffer;
  if (text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string grouped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i < point && (point - i) % 3 == 0) grouped += ',';
    grouped += text[i];
  }
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return cat(value < 0 && !zero ? "\u2212" : "", grouped);
}

std::string coordinate(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f", std::isfinite(value) ? value : 0.0);
  std::string text = buffer;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string note_name(double midi) {
  static constexpr std::array<const char*, 12> names = {"C", "C\u266f", "D", "D\u266f", "E", "F", "F\u266f",
                                                        "G", "G\u266f", "A", "A\u266f", "B"};
  if (!std::isfinite(midi)) return "unknown";
  const int note = static_cast<int>(std::lround(midi));
  const int octave = static_cast<int>(std::floor(note / 12.0)) - 1;
  return cat(names[static_cast<std::size_t>(((note % 12) + 12) % 12)], octave < 0 ? "\u2212" : "",
             std::abs(octave));
}

std::string time_words(double seconds) {
  if (seconds >= 5400) return num(seconds / 3600, 1) + " hours";
  if (seconds >= 90) return num(seconds / 60, 1) + " minutes";
  return num(seconds, seconds < 10 ? 1 : 0) + " seconds";
}

std::string plural(std::size_t count, const std::string& noun) {
  return num(static_cast<double>(count)) + " " + noun + (count == 1 ? "" : "s");
}

std::string percent(double share) {
  if (share > 0 && share < 0.01) return "less than 1 %";
  if (share < 1 && share > 0.99) return "more than 99 %";
  return num(100 * share) + " %";
}

std::string feature_words(const std::string& name) {
  std::string words = name;
  for (const std::string_view unit : {"_midi", "_db", "_hz", "_bpm", "_ms", "_s", "_semitones", "_cents"}) {
    if (ends_with(words, unit)) {
      words = words.substr(0, words.size() - unit.size());
      break;
    }
  }
  for (char& c : words) {
    if (c == '_') c = ' ';
  }
  return words;
}

std::string feature_value(const std::string& name, double value) {
  if (ends_with(name, "_midi")) return note_name(value);
  const double size = std::abs(value);
  const std::string text = num(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
  if (ends_with(name, "_db")) return text + " dB";
  if (ends_with(name, "_hz")) return text + " Hz";
  if (ends_with(name, "_bpm")) return text + " bpm";
  if (ends_with(name, "_ms")) return text + " ms";
  if (ends_with(name, "_s")) return text + " s";
  if (ends_with(name, "_semitones")) return text + " semitones";
  if (ends_with(name, "_cents")) return text + " cents";
  if (ends_with(name, "_share")) return num(100 * value, size >= 0.1 ? 0 : 1) + " %";
  return text;
}

}  // namespace continuo::data
