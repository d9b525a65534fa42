// What Boost.Asio does not offer of a UDP socket: the kernel's count of dropped packets, and a forced buffer
// size.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <cstddef>
#include <cstdint>
#include <span>

namespace continuo::osc {

// Control thread. Asks for a receive buffer of so many bytes and for drop counting where the system has them;
// returns the size that the system gave.
int tune_receiving(boost::asio::ip::udp::socket& socket, int buffer_bytes);

// Control thread. Does not block. `drops` is set to the packets dropped since the socket was opened, where
// known.
std::size_t receive(boost::asio::ip::udp::socket& socket, std::span<std::byte> buffer,
                    boost::asio::ip::udp::endpoint& from, std::uint32_t& drops,
                    boost::system::error_code& error);

}  // namespace continuo::osc
