// Process start to first audio callback.
#include <algorithm>

#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"

namespace continuo::bench {

namespace {

// When frame 0 was, by the engine's own count: /time tells the frame of its moment, and the shortest of
// several round trips says when that was. Before the first callback the engine knows no frame.
int64_t first_callback_ns(EngineProcess& engine) {
  constexpr int kTrips = 20, kPatience = 3000;
  int64_t shortest = INT64_MAX, first = 0;
  for (int asked = 0, trips = 0; trips < kTrips; ++asked) {
    if (asked == kPatience) throw Absent("continuo's audio does not start: " + engine.process().output());
    const int64_t sent = now_ns();
    const auto reply = engine.osc().ask("/time", "/time.reply");
    if (!reply || reply->numbers.size() < 3) throw Absent("continuo does not answer /time");
    const int64_t trip = reply->received_ns - sent;
    const int64_t start = sent + trip / 2 - static_cast<int64_t>(reply->numbers[1] * 1e9 / JackServer::kRate);
    if (start < engine.process().started_ns()) {
      wait_for(std::chrono::milliseconds(1));
      continue;
    }
    ++trips;
    if (trip >= shortest) continue;
    shortest = trip;
    first = start;
  }
  return first;
}

}  // namespace

std::vector<Row> measure_start(const Settings&) {
  constexpr int kStarts = 15;
  JackServer jack;
  std::vector<double> to_callback, to_part;
  for (int i = 0; i < kStarts; ++i) {
    EngineProcess engine;
    to_callback.push_back(static_cast<double>(first_callback_ns(engine) - engine.process().started_ns()) *
                          1e-6);
    engine.wait_ready();
    to_part.push_back(static_cast<double>(now_ns() - engine.process().started_ns()) * 1e-6);
  }
  Row row;
  row.value = quantile(to_callback, 0.5);
  row.note = text(
      "median of %d starts; fastest %.1f, slowest %.1f; until part 1 can play: median %.1f; goal: below 150",
      kStarts, quantile(to_callback, 0), quantile(to_callback, 1), quantile(to_part, 0.5));
  return {row};
}

}  // namespace continuo::bench
