// The callback with 8 notes of the shipped model sounding, and the engine's memory.
#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"

namespace continuo::bench {

std::vector<Row> measure_callback(const Settings& settings) {
  JackServer jack;
  EngineProcess engine;
  engine.wait_ready();
  engine.play_chord(8);
  wait_for(std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(settings.seconds / 2)));
  const double level_db = engine.part_meter_db();
  wait_for(std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(settings.seconds / 2)));
  auto status = engine.status();
  const Process::Memory memory = engine.process().resident();
  if (status["voices"] != 8 || level_db < -60) {
    throw Absent(text("%.0f of 8 notes sound, at %.0f dB", status["voices"], level_db));
  }
  std::vector<Row> rows(2);
  rows[0].value = status["callback_p99_9_percent"];
  rows[0].note = text(
      "p50 %.2f; %.0f s, 64 frames at 48 kHz, 8 notes at %.0f dB; xruns %.0f, late model frames %.0f; "
      "goal: p50 below 6, p99.9 below 15",
      status["callback_p50_percent"], settings.seconds, level_db, status["xruns"], status["late_frames"]);
  rows[1].value = memory.all_mb - memory.shared_mb;
  rows[1].note =
      text("its own, after that; VmRSS is %.1f with %.1f MB of JACK's shared memory; goal: below 100",
           memory.all_mb, memory.shared_mb);
  return rows;
}

}  // namespace continuo::bench
