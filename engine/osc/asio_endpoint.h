// Endpoints to and from Boost.Asio's, and bind errors in plain words. Inside engine/osc only.
#pragma once

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/system/error_code.hpp>
#include <stdexcept>
#include <string>

#include "engine/osc/endpoint.h"

namespace continuo::osc {

template <class AsioEndpoint>
Endpoint from_asio(const AsioEndpoint& from, Transport transport) {
  Endpoint e;
  e.transport = transport;
  e.port = from.port();
  if (from.address().is_v4()) {
    const auto bytes = from.address().to_v4().to_bytes();
    e.address[10] = e.address[11] = 0xff;
    std::copy(bytes.begin(), bytes.end(), e.address.begin() + 12);
  } else {
    const auto v6 = from.address().to_v6();
    const auto bytes = v6.to_bytes();
    std::copy(bytes.begin(), bytes.end(), e.address.begin());
    e.scope = static_cast<std::uint32_t>(v6.scope_id());
  }
  return e;
}

// For a socket of IPv4 or IPv6 (which reaches IPv4 by mapped addresses).
inline boost::asio::ip::udp::endpoint to_asio(const Endpoint& e, bool v6_socket) {
  namespace ip = boost::asio::ip;
  if (e.is_v4() && !v6_socket) {
    return {ip::address_v4({e.address[12], e.address[13], e.address[14], e.address[15]}), e.port};
  }
  ip::address_v6::bytes_type bytes;
  std::copy(e.address.begin(), e.address.end(), bytes.begin());
  return {ip::address_v6(bytes, e.scope), e.port};
}

// The address of --listen. Throws std::runtime_error.
inline boost::asio::ip::address bind_address(const std::string& text) {
  if (text == "localhost") return boost::asio::ip::address_v4::loopback();
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) {
    throw std::runtime_error(
        "cannot listen on '" + text +
        "': give an IP address of this machine, 127.0.0.1 (this machine only), 0.0.0.0 or :: (all)");
  }
  return address;
}

[[noreturn]] inline void throw_bind_error(const char* protocol, const std::string& address,
                                          std::uint16_t port, const boost::system::error_code& error) {
  const std::string name = std::string(protocol) + " port " + std::to_string(port);
  if (error == boost::asio::error::address_in_use) {
    throw std::runtime_error(name +
                             " is in use (by another Continuo?); choose another with --osc-port N or 0");
  }
  if (error == boost::asio::error::access_denied) {
    throw std::runtime_error(
        name + " is reserved for the administrator; choose one above 1023 with --osc-port N or 0");
  }
  throw std::runtime_error("cannot open " + name + " on " + address + ": " + error.message());
}

}  // namespace continuo::osc
