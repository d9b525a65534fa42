// Leases, coalescing and pacing of feedback. Dumps: dump.cpp.
#include "engine/osc/feedback.h"

#include <algorithm>
#include <limits>

#include "engine/osc/packet.h"
#include "engine/osc/packet_writer.h"

namespace continuo::osc {
namespace {

constexpr std::uint8_t kValue = 1, kMeter = 2;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

Feedback::Feedback(const FeedbackSettings& settings, Encode encode, Send send)
    : settings_(settings),
      encode_(std::move(encode)),
      send_(std::move(send)),
      packet_(settings.packet_bytes),
      message_(kMaxPacketBytes) {}

std::int64_t Feedback::interval(Pace pace) const noexcept {
  return pace == Pace::slow ? settings_.slow_interval_ns : settings_.interval_ns;
}

Feedback::Client* Feedback::find(const Endpoint& destination) {
  const auto at = std::find_if(clients_.begin(), clients_.end(),
                               [&](const Client& c) { return c.destination == destination; });
  return at == clients_.end() ? nullptr : &*at;
}

Feedback::Answer Feedback::subscribe(const Endpoint& who, const Subscription& subscription,
                                     std::int64_t now_ns) {
  const bool elsewhere = subscription.reply_port != 0 && who.transport == Transport::udp;
  const Endpoint destination = elsewhere ? who.with_port(subscription.reply_port) : who;
  // A client that names another port than before moves there.
  std::erase_if(clients_, [&](const Client& c) { return c.source == who && c.destination != destination; });
  Client* client = find(destination);
  const Answer answer = client != nullptr ? Answer::renewed : Answer::added;
  if (client == nullptr) {
    if (clients_.size() >= settings_.max_clients) return Answer::full;
    client = &clients_.emplace_back();
  }
  client->source = who;
  client->destination = destination;
  client->subscription = subscription;
  client->lease_end_ns = now_ns + settings_.lease_ns;
  return answer;
}

bool Feedback::unsubscribe(const Endpoint& who) {
  return std::erase_if(clients_, [&](const Client& c) {
           return !c.permanent && (c.source == who || c.destination == who);
         }) > 0;
}

Feedback::Answer Feedback::add_listener(const Endpoint& destination, const Subscription& subscription) {
  Client* client = find(destination);
  const Answer answer = client != nullptr ? Answer::renewed : Answer::added;
  if (client == nullptr) {
    if (clients_.size() >= settings_.max_clients) return Answer::full;
    client = &clients_.emplace_back();
    client->destination = destination;
  }
  client->subscription = subscription;
  client->permanent = true;
  return answer;
}

bool Feedback::remove_listener(const Endpoint& destination) {
  return std::erase_if(clients_,
                       [&](const Client& c) { return c.permanent && c.destination == destination; }) > 0;
}

void Feedback::heard(const Endpoint& who, std::int64_t now_ns) {
  for (Client& c : clients_) {
    if (!c.permanent && c.destination.same_host(who)) c.lease_end_ns = now_ns + settings_.lease_ns;
  }
}

void Feedback::closed(const Endpoint& who) {
  std::erase_if(clients_, [&](const Client& c) { return c.destination == who; });
  std::erase_if(dumps_, [&](const Dump& d) { return d.to == who; });
}

Endpoint Feedback::reply_to(const Endpoint& who) const {
  for (const Client& c : clients_) {
    if (c.source == who) return c.destination;
  }
  return who;
}

// Whether this change came from the client's hand. A permanent listener has never sent anything, so its host
// stands for it, unless the sender is known to be another client of that host.
bool Feedback::moves(const Client& client, const Endpoint& by, bool owned) const noexcept {
  if (client.source == by || client.destination == by) return true;
  return client.permanent && client.source.transport == Transport::none && !owned &&
         by.transport != Transport::web && by.transport != Transport::internal &&
         client.destination.same_host(by);
}

void Feedback::enqueue(Client& client, std::uint32_t handle) {
  if (client.queued.size() <= handle) client.queued.resize(handle + 1);
  if ((client.queued[handle] & kValue) != 0) return;
  client.queued[handle] |= kValue;
  client.values.push_back(handle);
}

void Feedback::changed(std::uint32_t handle, const Endpoint* by, std::int64_t now_ns) {
  const bool owned = by != nullptr && std::any_of(clients_.begin(), clients_.end(),
                                                  [&](const Client& c) { return c.source == *by; });
  for (Client& c : clients_) {
    if (by != nullptr && moves(c, *by, owned)) {
      if (c.hands.empty()) c.next_rest_ns = now_ns + settings_.rest_ns;
      c.hands[handle] = now_ns;
    } else if (c.hands.empty() || !c.hands.contains(handle)) {
      enqueue(c, handle);
    }
  }
}

void Feedback::meter(std::uint32_t handle) {
  for (Client& c : clients_) {
    if (!c.subscription.meters) continue;
    if (c.queued.size() <= handle) c.queued.resize(handle + 1);
    if ((c.queued[handle] & kMeter) != 0) continue;
    c.queued[handle] |= kMeter;
    c.meters.push_back(handle);
  }
}

void Feedback::post(std::span<const std::byte> message) {
  for (Client& c : clients_) {
    if (c.events.size() < settings_.max_events) {
      c.events.emplace_back(message.begin(), message.end());
    } else {
      ++dropped_events_;
    }
  }
}

// What a resting hand has left behind is now told to it.
void Feedback::release_hands(Client& client, std::int64_t now_ns) {
  if (client.hands.empty() || now_ns < client.next_rest_ns) return;
  client.next_rest_ns = kNever;
  for (auto hand = client.hands.begin(); hand != client.hands.end();) {
    const std::int64_t rests_ns = hand->second + settings_.rest_ns;
    if (rests_ns <= now_ns) {
      enqueue(client, hand->first);
      hand = client.hands.erase(hand);
    } else {
      client.next_rest_ns = std::min(client.next_rest_ns, rests_ns);
      ++hand;
    }
  }
}

// One message: an event, else a value, else a meter. False when it could not be sent; then it stays.
bool Feedback::send_one(Client& client) {
  if (!client.events.empty()) {
    if (!send_(client.destination, client.events.front())) return false;
    client.events.pop_front();
    return true;
  }
  for (; !client.values.empty(); client.values.pop_front()) {
    const std::uint32_t handle = client.values.front();
    const auto message =
        client.hands.contains(handle) ? std::span<const std::byte>{} : encode_(handle, message_);
    if (!message.empty() && !send_(client.destination, message)) return false;
    client.queued[handle] &= static_cast<std::uint8_t>(~kValue);
    if (message.empty()) continue;
    client.values.pop_front();
    return true;
  }
  if (client.meters.empty()) return true;
  const std::uint32_t handle = client.meters.front();
  client.meters.erase(client.meters.begin());
  client.queued[handle] &= static_cast<std::uint8_t>(~kMeter);
  const auto message = encode_(handle, message_);
  return message.empty() || send_(client.destination, message);
}

// One bundle of as many as fit: events, then values, then meters; the meters that do not fit are dropped.
bool Feedback::send_bundle(Client& client) {
  BundleWriter bundle(packet_);
  std::size_t events = 0, values = 0;
  bool full = false;
  while (events < client.events.size() && bundle.add(client.events[events])) ++events;
  full = events < client.events.size();
  for (; !full && values < client.values.size(); ++values) {
    const std::uint32_t handle = client.values[values];
    if (client.hands.contains(handle)) continue;  // in the hand again since it was queued
    const auto message = encode_(handle, message_);
    full = !message.empty() && !bundle.add(message);
    if (full) break;
  }
  if (full && bundle.count() == 0) return send_one(client);  // larger than a packet: goes alone
  for (const std::uint32_t handle : client.meters) {
    client.queued[handle] &= static_cast<std::uint8_t>(~kMeter);
    if (full) continue;
    const auto message = encode_(handle, message_);
    full = !message.empty() && !bundle.add(message);
  }
  client.meters.clear();
  if (bundle.count() > 0 && !send_(client.destination, bundle.bytes_or_single())) return false;
  client.events.erase(client.events.begin(), client.events.begin() + static_cast<std::ptrdiff_t>(events));
  for (; values > 0; --values) {
    client.queued[client.values.front()] &= static_cast<std::uint8_t>(~kValue);
    client.values.pop_front();
  }
  return true;
}

std::int64_t Feedback::run_client(Client& client, std::int64_t now_ns) {
  release_hands(client, now_ns);
  const auto waiting = [&] {
    return !client.events.empty() || !client.values.empty() || !client.meters.empty();
  };
  if (waiting() && client.next_packet_ns <= now_ns) {
    if (client.subscription.pace == Pace::slow) {
      send_one(client);
    } else {
      send_bundle(client);
    }
    client.next_packet_ns = now_ns + interval(client.subscription.pace);
  }
  std::int64_t next = client.permanent ? kNever : client.lease_end_ns;
  if (!client.hands.empty()) next = std::min(next, client.next_rest_ns);
  if (waiting()) next = std::min(next, client.next_packet_ns);
  return next;
}

std::int64_t Feedback::run(std::int64_t now_ns) {
  std::erase_if(clients_, [&](const Client& c) { return !c.permanent && c.lease_end_ns <= now_ns; });
  std::int64_t next = kNever;
  for (Client& c : clients_) next = std::min(next, run_client(c, now_ns));
  std::erase_if(dumps_, [&](Dump& d) { return d.next_packet_ns <= now_ns && run_dump(d, now_ns); });
  for (const Dump& d : dumps_) next = std::min(next, d.next_packet_ns);
  return next;
}

std::vector<FeedbackClient> Feedback::clients() const {
  return {clients_.begin(), clients_.end()};
}

}  // namespace continuo::osc
