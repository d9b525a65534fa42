// Note-on in a bundle with a time tag: does it sound at the frame that it was given?
//
// Two witnesses. /time, asked in the same packet, says which frame the engine's clock gives to the tag, and
// the score says at which frame the note acted: their distance must be the same each time (where a score
// begins in the engine's frames is not told). And the probe hears at which frame of JACK it began: its place
// in the block must be that of the score's frame (an xrun of the server shifts one count of frames against
// the other, but by whole blocks).
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

constexpr float kSound = 1e-3f,
                kSilence = 1e-8f;  // what rests of the last note must not move the first sample
constexpr int kNotes = 150;
constexpr double kLeadSeconds = 0.005;
constexpr double kRounding = 1.25;  // frames: two counts, both rounded down, of two readings of the clocks

struct Played {
  std::optional<Onset> heard;
  double expected_frame = 0;  // by the engine's clock
};

// One packet: /time, and the note in a bundle of its own.
std::vector<std::byte> timed_note(osc::TimeTag tag) {
  std::vector<std::byte> buffer(256), inner(128);
  osc::BundleWriter note(inner, tag);
  note.add(packet("/part/1/note 69.0 100.0"));
  osc::BundleWriter both(buffer);
  both.add(packet("/time"));
  both.add(note.bytes());
  buffer.resize(both.size());
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

}  // namespace

std::vector<Row> measure_note_on_exact(const Settings& settings) {
  constexpr auto kMost = 130s;
  const int notes = std::clamp(settings.trials / 10, 5, kNotes);
  JackServer jack;
  EngineProcess engine;
  engine.wait_ready();
  // Every note is the same sound to the bit, so that its first sample lies at the same place.
  engine.send_and_sync({"/part/1/send -60.0", "/part/1/fluctuation 0.0", "/part/1/noise/gain -60.0",
                        "/part/1/envelope 1", "/part/1/attack 0.0"});
  Probe probe(2);
  probe.connect(0, probe.first_output(), kSound);
  probe.connect(1, probe.first_output(), kSilence);
  engine.send("/record/score exact");
  if (!engine.osc().receive("/done", 3s)) throw Absent("the engine writes no score");

  auto before = engine.status();
  std::mt19937 random(1);
  std::uniform_real_distribution<double> more_lead(0, 0.01);
  std::vector<Played> played;
  const auto end = std::chrono::steady_clock::now() + kMost;
  while (static_cast<int>(played.size()) < notes && std::chrono::steady_clock::now() < end) {
    engine.send("/part/1/silence");
    if (!probe.wait_quiet(1, 8, 5s)) throw Absent("the part does not fall silent");
    probe.arm(0);
    const osc::TimeTag tag = osc::TimeTag::now().plus_seconds(kLeadSeconds + more_lead(random));
    engine.osc().send(timed_note(tag));
    const auto heard = probe.wait(0, 1s);
    const auto reply = engine.osc().receive("/time.reply", 1s);
    if (!reply) throw Absent("continuo does not answer /time");
    const double until_tag = tag.seconds_since(osc::TimeTag{reply->times[0]});
    played.push_back({heard, reply->numbers[1] + until_tag * JackServer::kRate});
  }
  auto after = engine.status();
  wait_for(100ms);  // the engine hears of the frames on its 5 ms tick
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

  std::vector<double> distances;
  std::map<int64_t, int> places;
  const auto distance = [&](size_t i) { return static_cast<double>(frames[i]) - played[i].expected_frame; };
  const auto place = [&](size_t i) {
    return ((played[i].heard->frame - frames[i]) % JackServer::kBlock + JackServer::kBlock) %
           JackServer::kBlock;
  };
  for (size_t i = 0; i < played.size(); ++i) {
    distances.push_back(distance(i));
    if (played[i].heard) ++places[place(i)];
  }
  if (places.empty()) throw Absent("no note was heard");
  const auto usual = std::max_element(places.begin(), places.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  const double middle = quantile(distances, 0.5);
  int exact = 0;
  double farthest = 0;
  for (size_t i = 0; i < played.size(); ++i) {
    const double off = std::fabs(distance(i) - middle);
    farthest = std::max(farthest, off);
    const bool in_place = played[i].heard && place(i) == usual->first;
    exact += in_place && off <= kRounding ? 1 : 0;
  }
  Row row;
  row.better = Better::kMore;
  row.value = 100.0 * exact / static_cast<double>(played.size());
  row.note = text(
      "%zu notes, lead 5 to 15 ms; %d sounded at the frame at which they acted; from the frame that the "
      "engine's clock "
      "gave the tag at most %.2f frames off; xruns %.0f, late bundles %.0f, late starts %.0f; goal: 100",
      played.size(), usual->second, farthest, after["xruns"] - before["xruns"],
      after["late_bundles"] - before["late_bundles"], after["late_starts"] - before["late_starts"]);
  return {row};
}

}  // namespace continuo::bench
