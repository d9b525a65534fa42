// OSC time tags: NTP time as 32.32 fixed-point seconds since 1900, and its exact conversions.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace continuo::osc {

// Any thread. Plain value. 1 (and 0, as scsynth has it) means "immediately".
struct TimeTag {
  std::uint64_t value = 1;

  static constexpr std::int64_t kUnixEpochSeconds = 2208988800;  // 1900 to 1970
  static constexpr std::int64_t kEraSeconds = std::int64_t{1} << 32;

  static constexpr TimeTag immediately() noexcept { return {1}; }
  static constexpr TimeTag from_parts(std::uint32_t seconds, std::uint32_t fraction) noexcept {
    return {(std::uint64_t{seconds} << 32) | fraction};
  }

  // Nanoseconds since 1970 (what system_clock counts), rounded to the nearest 2^-32 s. A tag holds 0.23 ns,
  // so from_unix(t).unix_time() == t for every t within its era.
  static constexpr TimeTag from_unix(std::chrono::nanoseconds since_1970) noexcept {
    constexpr std::int64_t second = 1000000000;
    std::int64_t seconds = since_1970.count() / second;
    std::int64_t rest = since_1970.count() % second;
    if (rest < 0) {
      rest += second;
      --seconds;
    }
    const std::uint64_t fraction = ((static_cast<std::uint64_t>(rest) << 32) + second / 2) / second;
    return {(static_cast<std::uint64_t>(seconds + kUnixEpochSeconds) << 32) + fraction};
  }

  // Nanoseconds since 1970, rounded to the nearest. Tags whose top bit is clear lie after 2036 (RFC 4330,
  // section 3).
  constexpr std::chrono::nanoseconds unix_time() const noexcept {
    std::int64_t since_1900 = seconds();
    if (since_1900 < kEraSeconds / 2) since_1900 += kEraSeconds;
    const std::uint64_t nanoseconds =
        (std::uint64_t{fraction()} * 1000000000 + (std::uint64_t{1} << 31)) >> 32;
    return std::chrono::seconds(since_1900 - kUnixEpochSeconds) +
           std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
  }

  static TimeTag now() noexcept {
    return from_unix(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch()));
  }

  // This tag moved by so many seconds; exact to 2^-32 s for up to 2^20 s.
  constexpr TimeTag plus_seconds(double offset) const noexcept {
    return {value + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset * 4294967296.0))};
  }

  // Seconds from `earlier` to this tag, across an era's end too.
  constexpr double seconds_since(TimeTag earlier) const noexcept {
    return static_cast<double>(static_cast<std::int64_t>(value - earlier.value)) * (1.0 / 4294967296.0);
  }

  constexpr bool is_immediate() const noexcept { return value <= 1; }
  constexpr std::uint32_t seconds() const noexcept { return static_cast<std::uint32_t>(value >> 32); }
  constexpr std::uint32_t fraction() const noexcept { return static_cast<std::uint32_t>(value); }
  constexpr auto operator<=>(const TimeTag&) const noexcept = default;
};

}  // namespace continuo::osc
