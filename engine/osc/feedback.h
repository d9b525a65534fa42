// Tells the clients what changed: leases, latest value per address, pacing per client, no echo into a moving
// hand. Pure logic: the clock is passed in, what it sends goes through a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/osc/endpoint.h"

namespace continuo::osc {

// Normal clients take bundles of up to packet_bytes, 100 a second. Slow ones (the Connection Kit's OSC
// TouchOSC device forwards one message in 10 ms, whatever its address) get single messages, one in 12 ms, and
// never a bundle.
enum class Pace : std::uint8_t { normal, slow };

struct FeedbackSettings {
  std::int64_t lease_ns = 60'000'000'000;
  std::int64_t interval_ns = 10'000'000;
  std::int64_t slow_interval_ns = 12'000'000;
  std::int64_t rest_ns = 200'000'000;  // a hand rests when it has not moved for so long
  std::size_t packet_bytes = 1400;     // fits an Ethernet frame
  std::size_t dump_packets_per_ms = 4;
  std::size_t max_clients = 64;
  std::size_t max_dumps = 16;
  std::size_t max_events = 256;  // that wait for one client
};

struct Subscription {
  std::uint16_t reply_port = 0;  // 0: where the client sends from
  Pace pace = Pace::normal;
  bool meters = false;  // off unless asked: a learning device would learn them
};

struct FeedbackClient {
  Endpoint source;       // none for a permanent listener
  Endpoint destination;  // where its feedback goes
  Subscription subscription;
  bool permanent = false;
  std::int64_t lease_end_ns = 0;
};

// Control thread. `handle` is the caller's small number of an address (arrays are sized by the largest one).
class Feedback {
 public:
  // Writes the current message of a handle into the space and returns it; empty when the handle has none.
  using Encode = std::function<std::span<const std::byte>(std::uint32_t handle, std::span<std::byte> space)>;
  // False when it could not be sent now.
  using Send = std::function<bool(const Endpoint& to, std::span<const std::byte> packet)>;
  enum class Answer : std::uint8_t { added, renewed, full };

  Feedback(const FeedbackSettings& settings, Encode encode, Send send);

  // Leases. A client that subscribes again changes its subscription.
  Answer subscribe(const Endpoint& who, const Subscription& subscription, std::int64_t now_ns);
  bool unsubscribe(const Endpoint& who);
  // Permanent listeners.
  Answer add_listener(const Endpoint& destination, const Subscription& subscription);
  bool remove_listener(const Endpoint& destination);
  // Any packet came: renews the leases of its host.
  void heard(const Endpoint& who, std::int64_t now_ns);
  // A connection has ended.
  void closed(const Endpoint& who);
  // Where an answer to `who` goes: its reply port when it named one.
  Endpoint reply_to(const Endpoint& who) const;

  // The value behind an address has changed; `by` is who did it, nullptr for the engine itself. That client
  // hears of it when its hand rests, the others with their next packet.
  void changed(std::uint32_t handle, const Endpoint* by, std::int64_t now_ns);
  // The same for meters: only clients that want them, only in room that is left, dropped where there is none.
  void meter(std::uint32_t handle);
  // A message to every client, in order and each one (/late, /model/added).
  void post(std::span<const std::byte> message);
  // All these addresses to one client, paced, ended by /done "/dump" n. False when too many are under way.
  bool dump(const Endpoint& who, std::vector<std::uint32_t> handles, std::int64_t now_ns);

  // Sends what is due. Returns when to call again at the latest (INT64_MAX: when something changes).
  std::int64_t run(std::int64_t now_ns);

  std::vector<FeedbackClient> clients() const;
  std::uint64_t dropped_events() const noexcept { return dropped_events_; }
  std::size_t dumps() const noexcept { return dumps_.size(); }

 private:
  struct Client : FeedbackClient {
    std::int64_t next_packet_ns = 0;
    std::deque<std::vector<std::byte>> events;
    std::deque<std::uint32_t> values;
    std::vector<std::uint32_t> meters;
    std::vector<std::uint8_t> queued;                       // by handle: kValue, kMeter
    std::unordered_map<std::uint32_t, std::int64_t> hands;  // by handle: when the client last moved it
    std::int64_t next_rest_ns = 0;
  };
  struct Dump {
    Endpoint to;
    Pace pace = Pace::normal;
    std::vector<std::uint32_t> handles;
    std::size_t next = 0;
    std::int32_t sent = 0;
    std::int64_t next_packet_ns = 0;
    std::int64_t failing_since_ns = 0;
  };

  Client* find(const Endpoint& destination);
  std::int64_t interval(Pace pace) const noexcept;
  bool moves(const Client& client, const Endpoint& by, bool owned) const noexcept;
  void enqueue(Client& client, std::uint32_t handle);
  void release_hands(Client& client, std::int64_t now_ns);
  bool send_one(Client& client);
  bool send_bundle(Client& client);
  std::int64_t run_client(Client& client, std::int64_t now_ns);
  bool run_dump(Dump& dump, std::int64_t now_ns);
  std::size_t send_part(Dump& dump, bool& failed);

  FeedbackSettings settings_;
  Encode encode_;
  Send send_;
  std::deque<Client> clients_;
  std::deque<Dump> dumps_;
  std::vector<std::byte> packet_;
  std::vector<std::byte> message_;
  std::uint64_t dropped_events_ = 0;
};

}  // namespace continuo::osc
