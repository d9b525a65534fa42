// Measures OSC dispatch: our reader and address table, and liblo's server.
#include "bench/osc_dispatch.h"

#include <lo/lo.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/osc/address_table.h"
#include "engine/osc/packet.h"
#include "engine/osc/packet_writer.h"

namespace continuo::bench {
namespace {

constexpr int kAddresses = 500;
constexpr int kRounds = 301;
constexpr int kMessages = 500;  // a round is short, so that the median is free of interruptions

std::vector<std::string> addresses() {
  const std::array<const char*, 10> names = {"gain",          "pan",        "mute",       "solo",
                                             "send",          "note",       "pitch/norm", "harmonic/gain",
                                             "vibrato/depth", "adsr/attack"};
  std::vector<std::string> out;
  for (int part = 1; part <= kAddresses / 10; ++part) {
    for (const char* name : names) out.push_back("/part/" + std::to_string(part) + "/" + name);
  }
  return out;
}

// One float to each address in a scattered order, so that no branch is learnt by heart.
std::vector<std::vector<std::byte>> packets(const std::vector<std::string>& to) {
  std::vector<std::vector<std::byte>> out;
  std::array<std::byte, 128> buffer;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto bytes = osc::MessageWriter(buffer, to[i * 211 % to.size()], "f").add(0.5f).bytes();
    out.emplace_back(bytes.begin(), bytes.end());
  }
  return out;
}

template <class Dispatch>
double nanoseconds_each(const std::vector<std::vector<std::byte>>& list, Dispatch dispatch) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kMessages; ++i) dispatch(list[static_cast<std::size_t>(i) % list.size()]);
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
  return spent.count() / kMessages;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

int on_liblo_message(const char*, const char*, lo_arg** arguments, int, lo_message, void* user) {
  *static_cast<double*>(user) += static_cast<double>(arguments[0]->f);
  return 0;
}

}  // namespace

OscDispatchFigure measure_osc_dispatch() {
  const auto list = addresses();
  const auto sent = packets(list);

  osc::AddressTable table;
  std::vector<double> values(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) table.insert(list[i], static_cast<std::uint32_t>(i));
  const auto ours = [&](const std::vector<std::byte>& packet) {
    osc::PacketReader reader(packet);
    for (osc::Message message; reader.next(message);) {
      table.lookup(message.address, [&](std::uint32_t handle, std::string_view) {
        if (const auto value = message.arguments().begin()->number()) values[handle] += *value;
      });
    }
  };

  double liblo_sum = 0;
  const lo_server server = lo_server_new(nullptr, nullptr);
  if (server == nullptr) throw std::runtime_error("liblo opens no server");
  for (const auto& address : list) {
    lo_server_add_method(server, address.c_str(), "f", on_liblo_message, &liblo_sum);
  }
  const auto liblo = [&](const std::vector<std::byte>& packet) {
    lo_server_dispatch_data(server, const_cast<std::byte*>(packet.data()), packet.size());
  };

  std::vector<double> ours_ns, liblo_ns;
  for (int round = 0; round < kRounds; ++round) {
    ours_ns.push_back(nanoseconds_each(sent, ours));
    liblo_ns.push_back(nanoseconds_each(sent, liblo));
  }
  lo_server_free(server);

  double ours_sum = 0;
  for (const double value : values) ours_sum += value;
  if (ours_sum != 0.5 * kRounds * kMessages || liblo_sum != ours_sum) {
    throw std::runtime_error("osc_dispatch: not every message arrived");
  }
  return {median(ours_ns), median(liblo_ns)};
}

}  // namespace continuo::bench
