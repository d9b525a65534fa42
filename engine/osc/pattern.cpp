// OSC address patterns, matched by running all positions of the pattern side by side (Thompson).
#include "engine/osc/pattern.h"

#include <array>
#include <bitset>
#include <cstdint>

namespace continuo::osc {
namespace {

enum class Role : std::uint8_t { literal, any, star, bracket, in_bracket, open, separator, close };

// The role of each byte of a part, and for each the position where it leads.
struct Plan {
  std::array<Role, kMaxPatternPart> role;
  std::array<std::uint8_t, kMaxPatternPart> leads;  // bracket: behind its ']'; separator: behind the '}'
  const char* fault = nullptr;

  explicit Plan(std::string_view p) noexcept {
    if (p.size() > kMaxPatternPart) {
      fault = "a part with wildcards is longer than 255 bytes";
      return;
    }
    std::size_t brace = p.size();  // where an open '{' stands
    for (std::size_t i = 0; i < p.size(); ++i) {
      role[i] = Role::literal;
      switch (p[i]) {
        case '?':
          role[i] = Role::any;
          break;
        case '*':
          role[i] = Role::star;
          break;
        case '[': {
          const std::size_t end = p.find(']', i + 1);
          if (end == std::string_view::npos) {
            fault = "'[' without ']'";
            return;
          }
          role[i] = Role::bracket;
          leads[i] = static_cast<std::uint8_t>(end + 1);
          while (i < end) role[++i] = Role::in_bracket;
          break;
        }
        case ']':
          fault = "']' without '['";
          return;
        case '{':
          if (brace != p.size()) {
            fault = "'{' within '{'";
            return;
          }
          role[i] = Role::open;
          brace = i;
          break;
        case ',':
          if (brace != p.size()) role[i] = Role::separator;
          break;
        case '}':
          if (brace == p.size()) {
            fault = "'}' without '{'";
            return;
          }
          role[i] = Role::close;
          for (std::size_t k = brace; k <= i; ++k) {
            if (role[k] == Role::separator) leads[k] = static_cast<std::uint8_t>(i + 1);
          }
          brace = p.size();
          break;
        default:
          break;
      }
    }
    if (brace != p.size()) fault = "'{' without '}'";
  }
};

// `set` is what stands between the brackets.
bool in_set(std::string_view set, char c) noexcept {
  const bool negated = !set.empty() && set.front() == '!';
  if (negated) set.remove_prefix(1);
  const auto value = static_cast<unsigned char>(c);
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto low = static_cast<unsigned char>(set[i]);
    auto high = low;
    if (i + 2 < set.size() && set[i + 1] == '-') {
      high = static_cast<unsigned char>(set[i + 2]);
      i += 2;
    }
    if (low > high) std::swap(low, high);
    if (low <= value && value <= high) return !negated;
  }
  return negated;
}

using Positions = std::bitset<kMaxPatternPart + 1>;

// Follows everything that consumes no character. All such moves lead forward, so one pass is enough.
void close_over(const Plan& plan, std::string_view p, Positions& at) noexcept {
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!at[i]) continue;
    switch (plan.role[i]) {
      case Role::star:
      case Role::close:
        at.set(i + 1);
        break;
      case Role::open:
        at.set(i + 1);
        for (std::size_t k = i + 1; plan.role[k] != Role::close; ++k) {
          if (plan.role[k] == Role::separator) at.set(k + 1);
        }
        break;
      case Role::separator:
        at.set(plan.leads[i]);
        break;
      default:
        break;
    }
  }
}

bool is_wild(std::string_view part) noexcept {
  return part.find_first_of("?*[]{}") != std::string_view::npos;
}

}  // namespace

bool is_pattern(std::string_view address) noexcept {
  char before = 0;
  for (const char c : address) {
    if (c == '?' || c == '*' || c == '[' || c == ']' || c == '{' || c == '}') return true;
    if (c == '/' && before == '/') return true;
    before = c;
  }
  return false;
}

bool match_part(std::string_view pattern, std::string_view name) noexcept {
  if (!is_wild(pattern)) return pattern == name;
  const Plan plan(pattern);
  if (plan.fault != nullptr) return false;
  Positions at;
  at.set(0);
  close_over(plan, pattern, at);
  for (const char c : name) {
    Positions next;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (!at[i]) continue;
      switch (plan.role[i]) {
        case Role::literal:
          if (pattern[i] == c) next.set(i + 1);
          break;
        case Role::any:
          next.set(i + 1);
          break;
        case Role::star:
          next.set(i);
          break;
        case Role::bracket:
          if (in_set(pattern.substr(i + 1, plan.leads[i] - i - 2u), c)) next.set(plan.leads[i]);
          break;
        default:
          break;
      }
    }
    if (next.none()) return false;
    at = next;
    close_over(plan, pattern, at);
  }
  return at[pattern.size()];
}

PatternParts::PatternParts(std::string_view pattern) noexcept {
  if (pattern.empty() || pattern.front() != '/') {
    fault = "an address begins with '/'";
    return;
  }
  bool skips = false;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);  // its slash
    const std::size_t end = std::min(pattern.find('/'), pattern.size());
    if (end == 0) {
      if (!pattern.empty()) skips = true;  // "//"; a single slash at the end is forgiven
    } else if (count == kMaxPatternParts) {
      fault = "more than 63 parts";
      return;
    } else {
      const std::string_view part = pattern.substr(0, end);
      parts[count++] = {part, !is_wild(part), skips};
      skips = false;
      if (!parts[count - 1].literal) fault = Plan(part).fault;
      if (fault != nullptr) return;
    }
    pattern.remove_prefix(end);
  }
  skips_at_end = skips;
}

unsigned long long PatternParts::step(unsigned long long state, std::string_view name) const noexcept {
  unsigned long long next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if ((state >> i & 1) == 0) continue;
    if (parts[i].skips) next |= 1ull << i;
    if (parts[i].literal ? parts[i].text == name : match_part(parts[i].text, name)) next |= 1ull << (i + 1);
  }
  if (skips_at_end && (state >> count & 1) != 0) next |= 1ull << count;
  return next;
}

const char* pattern_fault(std::string_view pattern) noexcept {
  return PatternParts(pattern).fault;
}

bool match_address(std::string_view pattern, std::string_view address) noexcept {
  const PatternParts parts(pattern);
  if (parts.fault != nullptr || address.empty() || address.front() != '/') return false;
  unsigned long long state = PatternParts::kStart;
  while (!address.empty()) {
    address.remove_prefix(1);
    const std::size_t end = std::min(address.find('/'), address.size());
    if (end == 0 && address.empty()) break;  // a slash at the end
    state = parts.step(state, address.substr(0, end));
    if (state == 0) return false;
    address.remove_prefix(end);
  }
  return parts.accepts(state);
}

}  // namespace continuo::osc
