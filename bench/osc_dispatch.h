// Decode and dispatch of one small literal message among 500 addresses, beside liblo's.
#pragma once

namespace continuo::bench {

struct OscDispatchFigure {
  double ours_ns = 0;   // packet checked, address found, argument coerced, handler called
  double liblo_ns = 0;  // lo_server_dispatch_data among the same 500 methods
};

// Median of several rounds, both measured alternately in the same run. Takes about a second.
OscDispatchFigure measure_osc_dispatch();

}  // namespace continuo::bench
