// OSC address patterns: ? * [a-z] [!a-z] {one,two} within a part, and OSC 1.1's // across parts.
// Specification: OSC 1.0, "OSC Message Dispatching and Pattern Matching". `*` and its like never cross a '/';
// a '-' that stands first or last in brackets means itself; alternatives may be empty or prefixes of each
// other. The time is bounded by length of pattern times length of name: no input makes it explode.
#pragma once

#include <cstddef>
#include <string_view>

namespace continuo::osc {

inline constexpr std::size_t kMaxPatternPart = 255;  // bytes of a part that holds wildcards
inline constexpr std::size_t kMaxPatternParts = 63;

// Any thread. Whether the address needs matching at all.
bool is_pattern(std::string_view address) noexcept;
// Any thread. What is wrong with a pattern, or nullptr. A pattern with a fault matches nothing.
const char* pattern_fault(std::string_view pattern) noexcept;
// Any thread. One part of a pattern against one part of an address, neither with a '/'.
bool match_part(std::string_view pattern, std::string_view name) noexcept;
// Any thread. A whole pattern against a literal address.
bool match_address(std::string_view pattern, std::string_view address) noexcept;

// A pattern cut at its slashes. `skips` says that any number of parts may lie before this one ("//").
struct PatternParts {
  struct Part {
    std::string_view text;
    bool literal;
    bool skips;
  };
  Part parts[kMaxPatternParts];
  std::size_t count = 0;
  bool skips_at_end = false;  // "/a//": everything below
  const char* fault = nullptr;

  explicit PatternParts(std::string_view pattern) noexcept;

  // A walk down the parts of an address: bit i of a state means that the first i parts of the pattern are
  // matched.
  static constexpr unsigned long long kStart = 1;
  unsigned long long step(unsigned long long state, std::string_view name) const noexcept;
  bool accepts(unsigned long long state) const noexcept { return (state >> count & 1) != 0; }
};

}  // namespace continuo::osc
