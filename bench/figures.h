// All that is measured: groups of figures that come from one run.
#pragma once

#include <string>
#include <vector>

#include "bench/row.h"

namespace continuo::bench {

struct Settings {
  double seconds = 60;            // of each soak
  int trials = 2000;              // of control latency; other trials are a fixed share of it
  std::vector<std::string> only;  // the figures that are wanted; empty: all
};

struct Figure {
  const char* id;
  const char* unit;
};

struct Group {
  const char* what;  // in a few words
  std::vector<Figure> figures;
  // One row for each figure, in their order. May throw Absent (all of them are) and Interrupted.
  std::vector<Row> (*measure)(const Settings& settings);
};

const std::vector<Group>& groups();

// One of them a source file.
std::vector<Row> measure_machine(const Settings&);
std::vector<Row> measure_gru_step(const Settings&);
std::vector<Row> measure_gru_batch(const Settings&);
std::vector<Row> measure_int8_product(const Settings&);
std::vector<Row> measure_dispatch(const Settings&);
std::vector<Row> measure_callback(const Settings&);
std::vector<Row> measure_flood(const Settings&);
std::vector<Row> measure_violations(const Settings&);
std::vector<Row> measure_control_latency(const Settings&);
std::vector<Row> measure_note_on(const Settings&);
std::vector<Row> measure_note_on_exact(const Settings&);
std::vector<Row> measure_live_input(const Settings&);
std::vector<Row> measure_start(const Settings&);
std::vector<Row> measure_ddsp(const Settings&);
std::vector<Row> measure_own_data(const Settings&);
std::vector<Row> measure_codes(const Settings&);
std::vector<Row> measure_pitch(const Settings&);
std::vector<Row> measure_decode(const Settings&);
std::vector<Row> measure_notes(const Settings&);
std::vector<Row> measure_midi(const Settings&);
std::vector<Row> measure_audio_features(const Settings&);

}  // namespace continuo::bench
