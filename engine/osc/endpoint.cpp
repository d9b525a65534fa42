// Endpoints as text.
#include "engine/osc/endpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace continuo::osc {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

template <class T>
bool parse_number(std::string_view text, T& value, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse_v4(std::string_view text, std::uint8_t* out) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos || !parse_number(text.substr(0, end), out[i])) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return text.empty();
}

// RFC 4291, section 2.2.
bool parse_v6(std::string_view text, std::array<std::uint8_t, 16>& out) {
  std::array<std::uint8_t, 16> head{};
  std::size_t filled = 0, gap = 17;  // gap: how many bytes stand before "::"
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, end);
    if (group.find('.') != std::string_view::npos) {
      if (end != text.size() || filled > 12 || !parse_v4(group, head.data() + filled)) return false;
      filled += 4;
      break;
    }
    std::uint16_t value = 0;
    if (filled > 14 || group.size() > 4 || !parse_number(group, value, 16)) return false;
    head[filled++] = static_cast<std::uint8_t>(value >> 8);
    head[filled++] = static_cast<std::uint8_t>(value);
    text.remove_prefix(end);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.starts_with(':')) {
      if (gap <= 16) return false;
      gap = filled;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;
    }
  }
  if (gap > 16) {
    out = head;
    return filled == 16;
  }
  if (filled > 14) return false;
  out.fill(0);
  std::copy_n(head.begin(), gap, out.begin());
  std::copy_n(head.begin() + static_cast<std::ptrdiff_t>(gap), filled - gap,
              out.end() - static_cast<std::ptrdiff_t>(filled - gap));
  return true;
}

}  // namespace

bool Endpoint::is_v4() const noexcept {
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

bool Endpoint::is_loopback() const noexcept {
  if (is_v4()) return address[12] == 127;
  return address[15] == 1 &&
         std::all_of(address.begin(), address.end() - 1, [](std::uint8_t b) { return b == 0; });
}

Endpoint Endpoint::with_port(std::uint16_t udp_port) const noexcept {
  Endpoint out = *this;
  out.transport = Transport::udp;
  out.port = udp_port;
  out.connection = 0;
  return out;
}

std::string to_text(const Endpoint& e) {
  if (e.transport == Transport::none) return "nobody";
  if (e.transport == Transport::internal) return "the engine";
  if (e.transport == Transport::web) return "web " + std::to_string(e.connection);
  std::string host;
  char part[16];
  if (e.is_v4()) {
    for (int i = 12; i < 16; ++i) {
      std::snprintf(part, sizeof part, i > 12 ? ".%u" : "%u",
                    unsigned{e.address[static_cast<std::size_t>(i)]});
      host += part;
    }
  } else {
    // RFC 5952: the longest run of zero groups, of two or more, becomes "::".
    std::array<unsigned, 8> groups;
    for (std::size_t i = 0; i < 8; ++i) groups[i] = unsigned{e.address[2 * i]} << 8 | e.address[2 * i + 1];
    std::size_t best = 8, best_length = 1;
    for (std::size_t i = 0; i < 8; ++i) {
      std::size_t n = 0;
      while (i + n < 8 && groups[i + n] == 0) ++n;
      if (n > best_length) {
        best = i;
        best_length = n;
      }
    }
    host = "[";
    for (std::size_t i = 0; i < 8; ++i) {
      if (i == best) {
        host += "::";
        i += best_length - 1;
        continue;
      }
      if (host.size() > 1 && host.back() != ':') host += ':';
      std::snprintf(part, sizeof part, "%x", groups[i]);
      host += part;
    }
    if (e.scope != 0) host.append("%").append(std::to_string(e.scope));
    host += "]";
  }
  return (e.transport == Transport::tcp ? "tcp " : "") + host + ":" + std::to_string(e.port);
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  Endpoint e;
  e.transport = Transport::udp;
  if (colon == std::string_view::npos || !parse_number(text.substr(colon + 1), e.port) || e.port == 0) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  std::copy(kMapped.begin(), kMapped.end(), e.address.begin());
  if (host == "localhost") host = "127.0.0.1";
  if (!host.starts_with('[')) {
    if (!parse_v4(host, e.address.data() + 12)) return std::nullopt;
    return e;
  }
  if (!host.ends_with(']')) return std::nullopt;
  host = host.substr(1, host.size() - 2);
  const std::size_t percent = host.find('%');
  if (percent != std::string_view::npos) {
    if (!parse_number(host.substr(percent + 1), e.scope)) return std::nullopt;
    host = host.substr(0, percent);
  }
  if (!parse_v6(host, e.address)) return std::nullopt;
  return e;
}

}  // namespace continuo::osc
