// SuperCollider's server as a peer: one sine whose gain is set over OSC.
#pragma once

#include <memory>

#include "bench/osc_client.h"
#include "bench/process.h"

namespace continuo::bench {

class Scsynth {
 public:
  static constexpr const char* kJackName = "SuperCollider";

  // On the default JACK server. Throws Absent with the reason.
  explicit Scsynth(float hz);
  void set_gain(float gain);

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<OscClient> osc_;
};

}  // namespace continuo::bench
