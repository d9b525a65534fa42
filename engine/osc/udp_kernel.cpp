// UDP receiving, on Linux with SO_RXQ_OVFL.
#include "engine/osc/udp_kernel.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <cstring>

#ifdef __linux__
#include <sys/socket.h>

#include <cerrno>
#endif

namespace continuo::osc {

int tune_receiving(boost::asio::ip::udp::socket& socket, int buffer_bytes) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::socket_base::receive_buffer_size(buffer_bytes), ignored);
#ifdef __linux__
  const int on = 1;
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer_bytes,
               sizeof buffer_bytes);  // root only
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
#endif
  boost::asio::socket_base::receive_buffer_size given;
  socket.get_option(given, ignored);
  return given.value();
}

std::size_t receive(boost::asio::ip::udp::socket& socket, std::span<std::byte> buffer,
                    boost::asio::ip::udp::endpoint& from, std::uint32_t& drops,
                    boost::system::error_code& error) {
#ifdef __linux__
  iovec part{buffer.data(), buffer.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(std::uint32_t))];
  msghdr header{};
  header.msg_name = from.data();
  header.msg_namelen = static_cast<socklen_t>(from.capacity());
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(socket.native_handle(), &header, MSG_DONTWAIT);
  if (size < 0) {
    error.assign(errno, boost::system::system_category());
    return 0;
  }
  error.clear();
  from.resize(header.msg_namelen);
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
      std::memcpy(&drops, CMSG_DATA(c), sizeof drops);
  }
  return static_cast<std::size_t>(size);
#else
  (void)drops;
  return socket.receive_from(boost::asio::buffer(buffer.data(), buffer.size()), from, 0, error);
#endif
}

}  // namespace continuo::osc
