// How many DDSP notes sound at once, through the shipped program on JACK.
#include <algorithm>
#include <fstream>
#include <random>

#include "bench/decode.h"
#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"

namespace continuo::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr int kNotesAPart = 16, kParts = 32, kMost = kNotesAPart * kParts;
constexpr double kMostPercent = 50;
// What is tried, one after another.
constexpr int kSteps[] = {16, 32, 48, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, kMost};

// Processor time of the worker's thread, seconds.
double worker_seconds(pid_t pid) {
  std::error_code error;
  for (const auto& task : fs::directory_iterator(text("/proc/%d/task", pid), error)) {
    std::string name;
    std::ifstream(task.path() / "comm") >> name;
    if (name != "continuo-worker") continue;
    double run_ns = 0;
    std::ifstream(task.path() / "schedstat") >> run_ns;
    return run_ns * 1e-9;
  }
  return 0;
}

struct Heard {
  int notes = 0;
  double seconds = 0;
  double p50 = 0, p999 = 0;     // of the callback, percent of the period
  double late = 0, xruns = 0;   // model frames, gaps
  double worker = 0, step = 0;  // percent of a core, the longest step in ms
  [[nodiscard]] std::string line() const {
    return text(
        "callback p50 %.1f %%, p99.9 %.1f %% of the period, worker %.0f %% of a core, its longest step %.2f "
        "ms, "
        "late model frames %.0f, xruns %.0f",
        p50, p999, worker, step, late, xruns);
  }
  [[nodiscard]] bool good() const { return p999 < kMostPercent && late == 0; }
};

// A session of parts with one model, and the notes that sound in it.
class Ensemble {
 public:
  Ensemble(int hidden, int channels, int block)
      : jack_(block), engine_({}, {{"notes", decoder_model_file(hidden, channels)}}) {
    engine_.wait_ready();
    engine_.send_and_sync({"/part/1/remove"});
    wait_for(100ms);
  }

  // Notes are added at moments that share no grid with hops or blocks, so that batches are as uneven as they
  // get; all harmonics of all of them are below Nyquist.
  void play(int notes) {
    for (int parts = (notes + kNotesAPart - 1) / kNotesAPart; parts_ < parts;)
      engine_.send_and_sync({text("/part/new ddsp ensemble-%d notes", ++parts_)});
    std::uniform_int_distribution<int> microseconds(0, 3000);
    for (; notes_ < notes; ++notes_) {
      const int part = notes_ / kNotesAPart, key = notes_ % kNotesAPart;
      engine_.send(text("/part/ensemble-%d/note %.2f 100.0 %d", part + 1, 36 + 1.25 * key, key));
      wait_for(std::chrono::microseconds(microseconds(random_)));
    }
    wait_for(300ms);
  }

  Heard listen(double seconds) {
    engine_.send_and_sync({"/status/reset"});
    auto before = engine_.status();
    const double worker = worker_seconds(engine_.process().pid());
    const int64_t start = now_ns();
    wait_for(std::chrono::nanoseconds(static_cast<int64_t>(seconds * 1e9)));
    auto after = engine_.status();
    Heard heard;
    heard.seconds = static_cast<double>(now_ns() - start) * 1e-9;
    heard.notes = static_cast<int>(after["voices"]);
    heard.p50 = after["callback_p50_percent"], heard.p999 = after["callback_p99_9_percent"];
    heard.late = after["late_frames"] - before["late_frames"];
    heard.xruns = after["xruns"] - before["xruns"];
    heard.worker = 100 * (worker_seconds(engine_.process().pid()) - worker) / heard.seconds;
    heard.step = after["worker_step_max_ms"];
    if (heard.notes != notes_) throw Absent(text("%d of %d notes sound", heard.notes, notes_));
    return heard;
  }

  // The lowest of the parts' levels: none may be silent.
  double level_db() {
    double lowest = 0;
    for (int part = 1; part * kNotesAPart <= notes_; ++part)
      lowest = std::min(lowest, engine_.part_meter_db(part));
    return lowest;
  }

  // Ends everything, and waits until nothing sounds.
  void stop() {
    for (int part = 1; part <= parts_; ++part) engine_.send(text("/part/ensemble-%d/silence", part));
    for (int i = 0; i < 100 && engine_.status()["voices"] > 0; ++i) wait_for(10ms);
    notes_ = 0;
  }

 private:
  JackServer jack_;
  EngineProcess engine_;
  std::mt19937 random_{1};
  int parts_ = 0, notes_ = 0;
};

// The most that stay good for two seconds, tried upwards from `from`.
int most_notes(Ensemble& ensemble, int from) {
  int most = 0;
  for (const int notes : kSteps) {
    if (notes < from) continue;
    ensemble.play(notes);
    const Heard heard = ensemble.listen(2);
    std::fprintf(stderr, "  %d notes: %s\n", notes, heard.line().c_str());
    if (!heard.good()) break;
    most = notes;
  }
  return most;
}

std::string most_text(int hidden, int channels, int block, int from) {
  Ensemble ensemble(hidden, channels, block);
  const int most = most_notes(ensemble, from);
  return most == 0 ? text("below %d", from)
                   : text("%d%s", most, most == kMost ? " (all parts are full)" : "");
}

}  // namespace

std::vector<Row> measure_notes(const Settings& settings) {
  Row row;
  row.better = Better::kMore;
  {
    Ensemble ensemble(512, 256, JackServer::kBlock);
    const int most = most_notes(ensemble, 96);
    // What two seconds bear is no promise for a minute: it begins a step lower, and goes down until it holds.
    const auto* step = std::find(std::begin(kSteps), std::end(kSteps), most);
    if (step == std::end(kSteps)) step = std::begin(kSteps) + 5;
    std::string fell;
    for (int attempt = 0; attempt < 2 && step > std::begin(kSteps); ++attempt) {
      --step;
      ensemble.stop();
      ensemble.play(*step);
      const Heard heard = ensemble.listen(settings.seconds);
      const double level_db = ensemble.level_db();
      if (level_db < -60) throw Absent(text("a part of %d notes is at %.0f dB", heard.notes, level_db));
      if (!heard.good()) {
        fell += text("; %d notes fail: %s", heard.notes, heard.line().c_str());
        continue;
      }
      row.value = heard.notes;
      row.note = text("%.0f s of %d notes, 100 harmonics and 65 bands each: %s", heard.seconds, heard.notes,
                      heard.line().c_str());
      break;
    }
    if (!row.value) row.value = 0, row.note = "none held";
    row.note += fell + text("; two seconds bear %d", most);
  }
  row.note += "; for two seconds at 32, 128, 256 frames:";
  for (const int block : {32, 128, 256}) row.note += text(" %s", most_text(512, 256, block, 96).c_str());
  row.note += "; GRU of 64, 128, 256 at 64 frames:";
  for (const int hidden : {64, 128, 256})
    row.note += text(" %s", most_text(hidden, hidden / 2, 64, 192).c_str());
  row.note += "; goal: 128, p99.9 below 50, no late frame in a minute";
  return {row};
}

}  // namespace continuo::bench
