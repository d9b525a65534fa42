// Feedback's dumps: the whole state to one client, in paced packets.
#include <algorithm>

#include "engine/osc/feedback.h"
#include "engine/osc/packet_writer.h"

namespace continuo::osc {

bool Feedback::dump(const Endpoint& who, std::vector<std::uint32_t> handles, std::int64_t now_ns) {
  if (dumps_.size() >= settings_.max_dumps) return false;
  Dump& made = dumps_.emplace_back();
  made.to = reply_to(who);
  const Client* client = find(made.to);
  if (client != nullptr) made.pace = client->subscription.pace;
  made.handles = std::move(handles);
  made.next_packet_ns = now_ns;
  return true;
}

// Sends one packet of a dump; how many addresses it took. Nothing is taken when it could not be sent.
std::size_t Feedback::send_part(Dump& dump, bool& failed) {
  BundleWriter bundle(packet_);
  std::size_t taken = 0;
  while (dump.next + taken < dump.handles.size()) {
    const auto message = encode_(dump.handles[dump.next + taken], message_);
    if (!message.empty() && !bundle.add(message)) {
      if (bundle.count() > 0) break;
      failed = !send_(dump.to, message);  // larger than a packet: goes alone
      if (!failed) ++dump.sent;
      return failed ? 0 : taken + 1;
    }
    ++taken;
    if (dump.pace == Pace::slow && bundle.count() == 1) break;
  }
  failed = bundle.count() > 0 && !send_(dump.to, bundle.bytes_or_single());
  if (failed) return 0;
  dump.sent += static_cast<std::int32_t>(bundle.count());
  return taken;
}

// True when the dump has ended.
bool Feedback::run_dump(Dump& dump, std::int64_t now_ns) {
  Client* client = find(dump.to);
  const bool slow = dump.pace == Pace::slow;
  if (slow && client != nullptr &&
      client->next_packet_ns > now_ns) {  // shares its pace with the client's feedback
    dump.next_packet_ns = client->next_packet_ns;
    return false;
  }
  bool failed = false;
  const std::size_t packets = slow ? 1 : settings_.dump_packets_per_ms;
  for (std::size_t i = 0; i < packets && !failed; ++i) {
    if (dump.next < dump.handles.size()) {
      dump.next += send_part(dump, failed);
      continue;
    }
    MessageWriter done(message_, "/done", "si");
    done.add("/dump").add(dump.sent);
    failed = !send_(dump.to, done.bytes());
    if (!failed) return true;
  }
  if (!failed) {
    dump.failing_since_ns = 0;
  } else if (dump.failing_since_ns == 0) {
    dump.failing_since_ns = now_ns;
  }
  dump.next_packet_ns = now_ns + (slow ? settings_.slow_interval_ns : 1'000'000);
  if (slow && client != nullptr) client->next_packet_ns = dump.next_packet_ns;
  return failed && now_ns - dump.failing_since_ns > 1'000'000'000;  // nobody is there
}

}  // namespace continuo::osc
