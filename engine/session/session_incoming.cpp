// The session: packets in the order of their coming, cut into turns so that notes never wait behind a large
// one.
#include <algorithm>
#include <utility>

#include "engine/session/session.h"

namespace continuo::session {
namespace {

constexpr int64_t kSliceNs = 250'000;
constexpr size_t kMostWaitingBytes = 4u << 20;
constexpr int64_t kRefusalIntervalNs = 20'000'000;

}  // namespace

size_t Session::Incoming::bytes() const {
  size_t sum = 0;
  for (const auto& packet : packets) sum += packet.size();
  return sum;
}

void Session::handle_packet(std::span<const std::byte> packet, const Endpoint& from) {
  now_ns_ = services_.monotonic_ns();
  feedback_.heard(from, now_ns_);
  const osc::PacketReader checked(packet);
  if (!checked.ok()) return refuse(from, "not OSC: " + osc::describe(checked.fault()));
  const bool lone = packet.front() == std::byte{'/'};
  if (lone && !busy()) {
    osc::PacketReader reader = checked;
    osc::Message message;
    progress_ = {};
    planned_.clear();
    if (reader.next(message)) plan_next(message, from);
    if (progress_.good && !planned_.empty()) schedule_next(from);
    return;
  }
  if (incoming_bytes_ + packet.size() > kMostWaitingBytes) return refuse(from, "too much waits before it");
  incoming_.push_back({{{packet.begin(), packet.end()}}, from, std::nullopt});
  incoming_bytes_ += packet.size();
  if (incoming_.size() == 1 && !loading_) work();
}

void Session::handle_at(uint64_t frame, std::span<const std::byte> packet, const Endpoint& from) {
  now_ns_ = services_.monotonic_ns();
  osc::PacketReader reader(packet);
  if (!reader.ok()) return refuse(from, "not OSC: " + osc::describe(reader.fault()));
  progress_ = {};
  planned_.clear();
  osc::Message message;
  while (reader.next(message)) plan_next(message, from);
  if (progress_.good && !planned_.empty()) act(planned_, {{frame, false, 0}, from, false});
}

// A flood of rubbish is not answered with another.
void Session::refuse(const Endpoint& from, const std::string& reason) {
  ++refused_packets_;
  if (now_ns_ - refused_ns_ < kRefusalIntervalNs) return;
  refused_ns_ = now_ns_;
  replies_.fail(from, "packet", reason);
}

void Session::work() {
  now_ns_ = services_.monotonic_ns();
  const int64_t until = now_ns_ + kSliceNs;
  while (loading_ && !take_next()) {
    if (services_.monotonic_ns() >= until) return;
  }
  do {
    if (incoming_.empty() || !advance(incoming_.front(), until)) return;
    incoming_bytes_ -= incoming_.front().bytes();
    incoming_.pop_front();
    progress_ = {};
  } while (services_.monotonic_ns() < until);
}

// Whether it is done: read and planned message by message, then, if all were good, played group by group.
bool Session::advance(const Incoming& incoming, int64_t until_ns) {
  Progress& at = progress_;
  if (at.packet == 0) {
    at = {};
    planned_.clear();
  }
  osc::Message message;
  while (at.packet < incoming.packets.size() || at.reader) {
    if (!at.reader) at.reader.emplace(incoming.packets[at.packet++]);
    while (at.reader->next(message)) {
      plan_next(message, incoming.from);
      if (services_.monotonic_ns() >= until_ns) return false;
    }
    at.reader.reset();
  }
  if (!at.good || planned_.empty()) return true;
  if (incoming.frame) {
    act(planned_, {{std::max(*incoming.frame, stage_.next_frame()), true, 0}, incoming.from, true});
    return true;
  }
  if (!std::exchange(at.planned, true)) {
    std::stable_sort(planned_.begin(), planned_.end(),
                     [](const Planned& a, const Planned& b) { return a.message.bundle < b.message.bundle; });
  }
  while (at.acted < planned_.size()) {
    schedule_next(incoming.from);
    if (services_.monotonic_ns() >= until_ns && at.acted < planned_.size()) return false;
  }
  return true;
}

void Session::plan_next(const osc::Message& message, const Endpoint& from) {
  ++messages_;
  if (print_traffic_ || !traffic_.empty()) show_traffic(message, from);
  if (!plan(message, from)) progress_.good = false;
}

// The messages of one bundle act as one.
void Session::schedule_next(const Endpoint& from) {
  const size_t first = progress_.acted;
  size_t& last = progress_.acted;
  while (last < planned_.size() && planned_[last].message.bundle == planned_[first].message.bundle) ++last;
  schedule({planned_.data() + first, last - first}, from);
}

void Session::play_due_groups() {
  const uint64_t next = stage_.next_frame();
  while (auto group = calendar_.take_before(next)) {
    incoming_.push_back({std::move(group->messages), group->from, group->frame});
    incoming_bytes_ += incoming_.back().bytes();
  }
  if (busy()) work();
  while (const auto change = calendar_.take_change_before(next))
    store(change->target, change->value, change->from);
}

}  // namespace continuo::session
