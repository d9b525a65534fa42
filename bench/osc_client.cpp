// A UDP client that speaks OSC.
#include "bench/osc_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "bench/process.h"
#include "engine/osc/format.h"
#include "engine/osc/packet.h"

namespace continuo::bench {

namespace {

constexpr int kReceiveBuffer = 4 << 20;

sockaddr_in local(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

std::vector<std::byte> packet(const std::string& message) {
  osc::ParsedMessage parsed = osc::parse_message(message);
  if (!parsed.fault.empty()) throw std::invalid_argument(message + ": " + parsed.fault);
  return std::move(parsed.packet);
}

OscClient::OscClient(uint16_t port)
    : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), to_(local(port)) {
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  const sockaddr_in any = local(0);
  if (socket_ < 0 || bind(socket_, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) {
    throw Absent("no UDP socket");
  }
}

OscClient::~OscClient() {
  close(socket_);
}

bool OscClient::send(std::span<const std::byte> bytes) const {
  const ssize_t sent =
      sendto(socket_, bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to_), sizeof to_);
  return sent == static_cast<ssize_t>(bytes.size());
}

bool OscClient::read(std::vector<Reply>& replies) const {
  static std::array<std::byte, 65536> buffer;
  const ssize_t size = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  const int64_t received = now_ns();
  osc::PacketReader reader({buffer.data(), static_cast<size_t>(size)});
  for (osc::Message message; reader.next(message);) {
    Reply& reply = replies.emplace_back();
    reply.address = message.address;
    reply.received_ns = received;
    for (const osc::Argument& argument : message.arguments()) {
      const bool is_text = argument.tag == 's' || argument.tag == 'S';
      reply.texts.emplace_back(is_text ? argument.string() : std::string_view());
      reply.times.push_back(argument.tag == 't' ? argument.time().value : 0);
      reply.numbers.push_back(is_text ? 0 : argument.number().value_or(0));
    }
  }
  return true;
}

std::optional<Reply> OscClient::receive(const std::string& address, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    std::vector<Reply> replies;
    while (read(replies)) {
      const auto found =
          std::find_if(replies.begin(), replies.end(), [&](const Reply& r) { return r.address == address; });
      if (found != replies.end()) return *found;
    }
    check_interrupt();
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd waiting{socket_, POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left.count(), 100)));
  }
}

std::optional<Reply> OscClient::ask(const std::string& message, const std::string& address,
                                    std::chrono::milliseconds patience) {
  if (!send(message)) return std::nullopt;
  return receive(address, patience);
}

std::vector<Reply> OscClient::drain() {
  std::vector<Reply> replies;
  while (read(replies)) {
  }
  return replies;
}

uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = local(0);
  socklen_t size = sizeof address;
  const bool bound = bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(probe);
  if (!bound) throw Absent("no free UDP port");
  return ntohs(address.sin_port);
}

}  // namespace continuo::bench
