// Who in this process is a client of the JACK server.
#pragma once

#include <chrono>
#include <memory>

namespace continuo {

// libjack 1.9 maps the server's memory once a process: a client that is opened on a new server while one of a
// dead server is still open, crashes. So whoever opens a client holds a lease while it lives, all give theirs
// back when the server is lost, and only then new ones are given. Off stage, any thread.
class JackLease {
 public:
  // Waits so long for the leases of a lost server; nothing when they are still out then.
  static std::unique_ptr<JackLease> take(std::chrono::milliseconds patience);
  ~JackLease();
  JackLease(const JackLease&) = delete;
  JackLease& operator=(const JackLease&) = delete;

  // Called by a holder that saw the server die.
  static void server_is_lost();
  // True: close your client and give the lease back.
  static bool to_be_returned();

 private:
  JackLease() = default;
};

}  // namespace continuo
