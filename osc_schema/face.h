// The three faces of a parameter: its unit, 0..1 and text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "osc_schema/spec.h"

namespace continuo::schema {

// Any thread, all of them.
// 0..1 to the unit: linear, or exponential in equal ratios (a range from 0: three decades, 0 at the bottom).
// Whole numbers for int, toggle and enum. `norm` is clamped.
double from_norm(const ParameterSpec& spec, double norm) noexcept;
double to_norm(const ParameterSpec& spec, double value) noexcept;

// "-12.0 dB", "off", "5.50 Hz", "A4 +12 ct" (midi), "on", "adsr".
std::string to_text(const ParameterSpec& spec, double value);
// Takes what to_text gives, and plain numbers. Empty: not understood (the range is not checked).
std::optional<double> from_text(const ParameterSpec& spec, std::string_view text);

// Rounds to what the type can hold.
double to_type(const ParameterSpec& spec, double value) noexcept;

// "float gain, db, -60..12": what a parameter (beside its seconds), an argument or a method takes.
std::string expected(const ParameterSpec& spec);
std::string expected(const ArgumentSpec& spec);
std::string expected(const MethodSpec& spec);

}  // namespace continuo::schema
