// Words for people: numbers, notes, times and names as they stand on a data card.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>

namespace continuo::data {

// Any thread, all of them. Everything that can be printed, one after the other.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

// For HTML and XML text and attributes. Bytes that are not UTF-8 become U+FFFD, control characters a space.
std::string escape(std::string_view text);
// A relative or absolute path as the value of href or src: percent-encoded, then safe in an attribute.
std::string link(std::string_view path);

// At most `digits` decimals, without trailing zeros, thousands with commas, a true minus sign.
std::string num(double value, int digits = 0);
// For coordinates and CSS: a plain decimal number.
std::string coordinate(double value);
// "C4" is 60; sharps as "F\u266f3". Fractions are rounded.
std::string note_name(double midi);
// "34 seconds", "19.4 minutes", "2.1 hours"
std::string time_words(double seconds);
// "1 item", "3 items", "1,204 items"
std::string plural(std::size_t count, const std::string& noun);
// "37 %", "less than 1 %"
std::string percent(double share);
// "pitch_median_midi" -> "pitch median"
std::string feature_words(const std::string& name);
// A feature's value with the unit that its name ends with: "F4", "-12.3 dB", "2 s".
std::string feature_value(const std::string& name, double value);

}  // namespace continuo::data
