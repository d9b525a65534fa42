// `continuo sing`: curves of f0 and level, sung by a model; from a file, or by a song model on its own.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include "engine/audio/sound_file.h"
#include "engine/cli/commands.h"
#include "engine/cli/models.h"
#include "engine/osc/format.h"
#include "engine/transfer/transfer_score.h"
#include "models/data/features.h"
#include "models/song/inference/curve_file.h"
#include "models/song/inference/singer.h"

namespace continuo::cli {
namespace {

namespace fs = std::filesystem;

// What the song does, as measured of any set; `how`: of which curves.
void tell(const song::Curve& curve, const song::Config& learned, const char* how) {
  const song::Measures m = song::measure({&curve, 1});
  const song::Statistics& s = learned.statistics;
  std::fprintf(
      stderr,
      "%s: %.0f notes a minute (the set %.0f), longest %.1f s, a breath each %.1f s (the set %.1f); overlap "
      "with the set: intervals %.2f, note lengths %.2f\n",
      how, m.notes_a_minute(), double(s.notes_a_minute), m.longest_note_s, m.median_phrase_s,
      double(s.phrase_s), song::overlap(m.histograms.intervals, s.histograms.intervals),
      song::overlap(m.histograms.lengths, s.histograms.lengths));
}

song::Curve curve_of(const song::Model& model, const SingOptions& options) {
  auto shared = std::shared_ptr<const song::Model>(&model, [](const song::Model*) {});
  song::Singer singer;
  singer.prepare(shared);
  singer.reset(options.seed);
  song::Controls controls;
  controls.range = 1.15f * model.config().statistics.half_range;
  song::Curve curve;
  curve.frame_rate = model.config().frame_rate;
  const auto frames = static_cast<size_t>(options.minutes * 60 * curve.frame_rate);
  for (size_t j = 0; j < frames; ++j) {
    const song::Frame frame = singer.next(controls);
    curve.midi.push_back(frame.voiced ? frame.midi : 0);
    curve.db.push_back(frame.db);
    curve.technique.push_back(static_cast<uint8_t>(frame.technique));
  }
  return curve;
}

// What was sung, as the project's own trackers hear it.
song::Curve heard_in(const fs::path& file) {
  constexpr uint32_t kRate = 24000, kHop = 240;
  const Sound sound = read_sound(file, {.rate = kRate, .channels = 1});
  const data::Features features = data::extract_features(sound.samples, data::feature_spec(kRate, kHop));
  song::Curve curve;
  for (size_t j = 0; j < features.frames(); ++j) {
    curve.midi.push_back(features.voiced[j] ? features.midi[j] : 0);
    curve.db.push_back(features.db[j]);
  }
  curve.technique.assign(curve.frames(), 0);
  return curve;
}

session::Score free_score(const SingOptions& options) {
  session::Score score;
  score.rate = options.rate;
  const auto add = [&](double seconds, const std::string& text) {
    const osc::ParsedMessage message = osc::parse_message(text);
    if (message.packet.empty()) throw std::runtime_error("\"" + text + "\": " + message.fault);
    session::ScoreEvent event;
    event.time.frame = static_cast<uint64_t>(std::llround(seconds * options.rate));
    event.group = static_cast<uint32_t>(score.events.size());
    event.packet = {message.packet.begin(), message.packet.end()};
    score.events.push_back(std::move(event));
  };
  const double seconds = 60 * options.minutes;
  add(0, "/part/new \"ddsp\" \"sing\" \"" + options.model + "\"");
  if (!options.song.empty()) add(0, "/part/1/sing/model \"" + options.song + "\"");
  add(0, "/part/1/sing/seed " + std::to_string(options.seed));
  for (const std::string& message : options.messages) add(0, message);
  // Notes act ahead of values of their moment: the song begins a little later.
  constexpr double kBegin_s = 0.1;
  add(kBegin_s, "/part/1/sing 1");
  add(kBegin_s + seconds, "/part/1/sing 0");
  score.end = session::ScoreTime{
      true, static_cast<uint64_t>(std::llround((kBegin_s + seconds + options.tail_seconds) * options.rate)),
      0};
  return score;
}

}  // namespace

int sing(const SingOptions& options, const session::LibraryFolders& folders) {
  RenderOptions render_options;
  render_options.rate = options.rate;
  render_options.block = options.block;
  if (options.files.size() == 2) {  // curves from a file
    const song::Curve curve = song::read_curve(options.files[0]);
    (void)find_voice(options.model, folders);
    transfer::Performance performance;
    performance.frame_rate_hz = curve.frame_rate;
    for (size_t j = 0; j < curve.frames(); ++j)
      performance.moments.push_back({curve.midi[j], curve.db[j], curve.midi[j] > 0});
    render_options.out = options.files[1];
    render_options.skip_frames = transfer::ahead_frames(options.rate);
    const double seconds = static_cast<double>(curve.frames()) / curve.frame_rate + options.tail_seconds;
    return render_score(
        transfer::transfer_score(performance, options.model, options.rate, seconds, options.messages),
        render_options, folders);
  }
  const std::string song_name = options.song.empty() ? "folk-song" : options.song;
  const auto model = song::Model::load(find_song(song_name, folders).path.string());
  const fs::path out = options.files.at(0);
  if (out.extension() == ".csv") {
    const song::Curve curve = curve_of(*model, options);
    song::write_curve(out, curve);
    tell(curve, model->config(), "its curves");
    return 0;
  }
  (void)find_voice(options.model, folders);
  render_options.out = out.string();
  SingOptions with_song = options;
  with_song.song = song_name;
  const int status = render_score(free_score(with_song), render_options, folders);
  if (status == 0) tell(heard_in(out), model->config(), "as heard");
  return status;
}

}  // namespace continuo::cli
