// Leases are counted; a lost server's must all be back before the next is given.
#include "engine/audio/jack_clients.h"

#include <condition_variable>
#include <mutex>

namespace continuo {
namespace {

struct Leases {
  std::mutex mutex;
  std::condition_variable returned;
  int out = 0;
  bool lost = false;
};

Leases& leases() {
  static auto* all = new Leases;  // never freed: streams that RtAudio still holds keep theirs
  return *all;
}

}  // namespace

std::unique_ptr<JackLease> JackLease::take(std::chrono::milliseconds patience) {
  Leases& all = leases();
  std::unique_lock lock(all.mutex);
  if (!all.returned.wait_for(lock, patience, [&] { return !all.lost || all.out == 0; })) return nullptr;
  all.lost = false;
  ++all.out;
  return std::unique_ptr<JackLease>(new JackLease);
}

JackLease::~JackLease() {
  Leases& all = leases();
  const std::lock_guard lock(all.mutex);
  --all.out;
  all.returned.notify_all();
}

void JackLease::server_is_lost() {
  const std::lock_guard lock(leases().mutex);
  leases().lost = leases().out > 0;
}

bool JackLease::to_be_returned() {
  const std::lock_guard lock(leases().mutex);
  return leases().lost;
}

}  // namespace continuo
