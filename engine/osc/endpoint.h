// Who a packet came from and where an answer goes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace continuo::osc {

enum class Transport : std::uint8_t { none, udp, tcp, web, internal };

// Any thread. Plain value. IPv4 is held as ::ffff:a.b.c.d, so one host has one form whatever socket heard it.
struct Endpoint {
  Transport transport = Transport::none;
  std::uint16_t port = 0;
  std::uint32_t scope = 0;       // the interface of a link-local IPv6 address
  std::uint32_t connection = 0;  // tcp and web: which connection, never used twice
  std::array<std::uint8_t, 16> address{};

  bool is_v4() const noexcept;
  bool is_loopback() const noexcept;
  bool same_host(const Endpoint& other) const noexcept {
    return address == other.address && scope == other.scope;
  }
  // The same host by UDP at another port.
  Endpoint with_port(std::uint16_t udp_port) const noexcept;

  auto operator<=>(const Endpoint&) const noexcept = default;
};

// "127.0.0.1:9000", "[fe80::1%2]:9000", "tcp 10.0.0.2:51234", "web 3".
std::string to_text(const Endpoint& endpoint);
// A UDP endpoint from "HOST:PORT" with a numeric host ("[...]" around IPv6) or localhost. Names: see
// resolve.h.
std::optional<Endpoint> parse_endpoint(std::string_view text);

struct EndpointHash {
  std::size_t operator()(const Endpoint& e) const noexcept {
    std::uint64_t h =
        static_cast<std::uint64_t>(e.transport) << 48 ^ std::uint64_t{e.port} << 32 ^ e.connection;
    for (const std::uint8_t byte : e.address) h = (h ^ byte) * 0x100000001b3ull;
    return static_cast<std::size_t>(h ^ e.scope);
  }
};

}  // namespace continuo::osc
