// Numbers to and from text, the same in every locale, shortest that reads back equal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace continuo::osc {

// Any thread. The whole text must be one number ("-6", "+0.5", "1e-3", ".5"); nan, inf and hexadecimal are
// refused.
std::optional<double> parse_double(std::string_view text) noexcept;
std::optional<float> parse_float(std::string_view text) noexcept;
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

// Any thread but audio. Shortest text that parses to the same value; always has a '.' or an exponent, so that
// it cannot be taken for an integer. Values that are not finite give "nan", "inf", "-inf".
std::string to_text(double value);
std::string to_text(float value);

}  // namespace continuo::osc
