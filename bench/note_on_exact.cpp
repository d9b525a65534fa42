// Note-on in a bundle with a time tag: does it sound at the frame that it was given?
//
// Two witnesses. The engine's score says at which frame of its own each note acted, and the probe hears at
// which frame of JACK it began: their distance must be the same each time, to the sample. And the frame must
// be that of the time tag: the distance of both, in seconds, may wander with the clocks, but by less than
// half a block from note to note.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "bench/engine_process.h"
#include "bench/figures.h"
#include "bench/jack_server.h"
#include "bench/probe.h"
#include "engine/osc/packet_writer.h"
#include "engine/osc/time_tag.h"

namespace continuo::bench {

using namespace std::chrono_literals;

namespace {

constexpr float kFirst = 1e-6f;
constexpr int kNotes = 150;
constexpr double kLeadSeconds = 0.005;

struct Played {
  std::optional<Onset> heard;
  osc::TimeTag tag;
};

std::vector<std::byte> timed_note(osc::TimeTag tag) {
  std::vector<std::byte> buffer(256);
  osc::BundleWriter bundle(buffer, tag);
  bundle.add(packet("/part/1/note 69.0 100.0"));
  buffer.resize(bundle.size());
  return buffer;
}

// Frames of the note-ons in a score: lines of @frame, address and arguments.
std::vector<int64_t> frames_of_notes(const std::filesystem::path& score) {
  std::ifstream in(score);
  std::vector<int64_t> frames;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    char at = 0;
    int64_t frame = 0;
    double pitch = 0, velocity = 0;
    std::string address;
    if (!(words >> at >> frame >> address >> pitch >> velocity) || at != '@') continue;
    if (address == "/part/1/note" && velocity > 0) frames.push_back(frame);
  }
  return frames;
}

double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

}  // namespace

std::vector<Row> measure_note_on_exact(const Settings& settings) {
  constexpr auto kMost = 130s;
  const int notes = std::clamp(settings.trials / 10, 5, kNotes);
  JackServer jack;
  EngineProcess engine;
  engine.wait_ready();
  // Every note is the same sound to the bit, so that its first sample lies at the same place.
  engine.send_and_sync({"/part/1/send -60.0", "/part/1/fluctuation 0.0", "/part/1/noise/gain -60.0"});
  Probe probe(1);
  probe.connect(0, probe.first_output(), kFirst);
  engine.send("/record/score exact");
  if (!engine.osc().receive("/done", 3s)) throw Absent("the engine writes no score");

  auto before = engine.status();
  std::mt19937 random(1);
  std::uniform_real_distribution<double> more_lead(0, 0.01);
  std::vector<Played> played;
  const auto end = std::chrono::steady_clock::now() + kMost;
  while (static_cast<int>(played.size()) < notes && std::chrono::steady_clock::now() < end) {
    engine.send("/part/1/silence");
    if (!probe.wait_quiet(0, 8, 5s)) throw Absent("the part does not fall silent");
    probe.arm(0);
    const osc::TimeTag tag = osc::TimeTag::now().plus_seconds(kLeadSeconds + more_lead(random));
    engine.osc().send(timed_note(tag));
    played.push_back({probe.wait(0, 1s), tag});
  }
  auto after = engine.status();
  engine.send("/record/score/stop");
  (void)engine.osc().receive("/done", 3s);
  wait_for(200ms);

  std::filesystem::path score;
  for (const auto& file : std::filesystem::directory_iterator(engine.home().path() / "scores"))
    score = file.path();
  const std::vector<int64_t> frames = frames_of_notes(score);
  if (frames.size() != played.size()) {
    throw Absent(text("the score holds %zu of %zu notes", frames.size(), played.size()));
  }

  std::vector<double> tag_distance;
  std::map<int64_t, int> frame_distances;
  for (size_t i = 0; i < played.size(); ++i) {
    tag_distance.push_back(static_cast<double>(frames[i]) / JackServer::kRate -
                           played[i].tag.seconds_since(played[0].tag));
    if (played[i].heard) ++frame_distances[played[i].heard->frame - frames[i]];
  }
  if (frame_distances.empty()) throw Absent("no note was heard");
  const auto usual = std::max_element(frame_distances.begin(), frame_distances.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  const double middle = median(tag_distance), half_block = 0.5 * JackServer::kBlock / JackServer::kRate;
  int exact = 0;
  double farthest = 0;
  for (size_t i = 0; i < played.size(); ++i) {
    const double off = std::fabs(tag_distance[i] - middle);
    farthest = std::max(farthest, off);
    const bool same = played[i].heard && played[i].heard->frame - frames[i] == usual->first;
    exact += same && off < half_block ? 1 : 0;
  }
  Row row;
  row.better = Better::kMore;
  row.value = 100.0 * exact / static_cast<double>(played.size());
  row.note = text(
      "%zu notes, lead 5 to 15 ms; %zu different distances of score and sound; farthest from the tag's time "
      "%.3f ms; "
      "late bundles %.0f, late starts %.0f; goal: 100",
      played.size(), frame_distances.size(), farthest * 1e3, after["late_bundles"] - before["late_bundles"],
      after["late_starts"] - before["late_starts"]);
  return {row};
}

}  // namespace continuo::bench
