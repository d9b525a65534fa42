// A song model plays a DDSP voice.
#include "engine/instruments/song_source.h"

#include <algorithm>
#include <cmath>

#include "engine/instruments/space_player.h"

namespace continuo {

namespace parameter = schema::ddsp;

namespace {

constexpr float kSilent_db = -79.5f;
constexpr float kBeyond_semitones = 2;   // so far ornaments may leave the trained range
constexpr float kOwnRangeShare = 1.15f;  // the register's ends lie a little beyond its 5 and 95 percents
constexpr uint64_t kMostAtOnce = 100;    // song frames; after a long gap the song goes on from there

bool on(const SourceContext& context, size_t index, uint64_t frame) noexcept {
  return context.controls.at(index, frame) >= 0.5f;
}

}  // namespace

float song_centre(float wanted, const ddsp::Config& model) noexcept {
  if (wanted > 0) return wanted;
  return model.pitch_midi ? 0.5f * (model.pitch_midi->p5 + model.pitch_midi->p95) : 60.0f;
}

SongSource::SongSource(std::shared_ptr<const song::Model> model, double device_rate)
    : song_frames_(model->config().frame_rate / device_rate) {
  singer_.prepare(std::move(model));
}

// How the song is to move: as the technique that the part is asked for, -1 where the song knows none of its
// name.
int SongSource::asked_technique(uint64_t frame, const SourceContext& context) const noexcept {
  if (context.spaces == nullptr) return -1;
  const std::string_view asked = context.spaces->heaviest(frame);
  const auto& known = singer_.model().config().techniques;
  const auto found = std::find_if(known.begin(), known.end(),
                                  [&](const auto& technique) { return technique.name == asked; });
  return found == known.end() ? -1 : static_cast<int>(found - known.begin());
}

song::Controls SongSource::controls(uint64_t frame, const SourceContext& context) const noexcept {
  const auto value = [&](size_t index) { return context.controls.at(index, frame); };
  const song::Statistics& learned = singer_.model().config().statistics;
  song::Controls c;
  c.temperature = value(parameter::kSingTemperature);
  c.top_p = value(parameter::kSingTopP);
  c.centre = song_centre(value(parameter::kSingCentre), context.model);
  c.range = value(parameter::kSingRange);
  if (c.range <= 0) {
    c.range = kOwnRangeShare * learned.half_range;
    if (context.model.pitch_midi)  // as far as the voice goes, but an octave at least from end to end
      c.range = std::min(
          c.range, std::max(6.0f, 0.5f * (context.model.pitch_midi->p99 - context.model.pitch_midi->p1)));
  }
  c.density = value(parameter::kSingDensity);
  c.phrase_s = value(parameter::kSingPhrase);
  c.steer_midi = value(parameter::kSingSteerPitch);
  c.steer = value(parameter::kSingSteer);
  c.hold = on(context, parameter::kSingHold, frame);
  c.mute = on(context, parameter::kSingMute, frame);
  if (!on(context, parameter::kSingTechnique, frame)) c.technique = asked_technique(frame, context);
  return c;
}

void SongSource::start(uint64_t frame, uint32_t seed, const SourceContext& context) noexcept {
  voice_seed_ = seed;
  songs_ = 0;
  seed_ = static_cast<uint32_t>(context.controls.at(parameter::kSingSeed, frame));
  singer_.reset(song_of(seed_));
  start_ = frame;
  made_ = 0;
  sounded_ = false;
  before_ = after_ = {};
}

void SongSource::express(rt::Expression what, float value, uint64_t, uint32_t) noexcept {
  if (what != rt::Expression::kPlay) return;
  if (value >= 0) {
    singer_.play(value);
  } else {
    singer_.release();
  }
}

float SongSource::level(float db, const ddsp::Config& model) const noexcept {
  const std::vector<float>& from = singer_.model().config().statistics.level_db;
  if (db <= kSilent_db) return model.power_floor_db;
  if (!model.note_power_db || from.size() != 7) return db;
  const ddsp::PowerQuantiles& q = *model.note_power_db;
  const float to[7] = {q.p5, q.p10, q.p25, q.p50, q.p75, q.p90, q.p95};
  if (db <= from[0]) return std::max(model.power_floor_db, to[0] + (db - from[0]));
  for (size_t i = 1; i < 7; ++i) {
    if (db > from[i]) continue;
    const float width = from[i] - from[i - 1];
    return to[i - 1] + (width > 0 ? (db - from[i - 1]) / width : 1.0f) * (to[i] - to[i - 1]);
  }
  return to[6] + (db - from[6]);
}

SourceFrame SongSource::at(uint64_t frame, const SourceContext& context) noexcept {
  const auto seed = static_cast<uint32_t>(context.controls.at(parameter::kSingSeed, frame));
  if (seed != seed_) {
    ++songs_;
    singer_.go_to(song_of(seed_ = seed));
  }
  const double time = static_cast<double>(frame - std::min(frame, start_)) * song_frames_;
  const auto index = static_cast<uint64_t>(time);
  if (index + 2 > made_ + kMostAtOnce) made_ = index + 2 - kMostAtOnce;
  for (; made_ < index + 2; ++made_) {
    before_ = after_;
    after_ = singer_.next(controls(frame, context));
  }
  const auto along = static_cast<float>(time - static_cast<double>(index));
  const auto between = [&](float a, float b) { return a + along * (b - a); };
  SourceFrame out;
  out.midi = before_.db <= -79.5f ? after_.midi : between(before_.midi, after_.midi);
  const float db = between(std::max(before_.db, -80.0f), std::max(after_.db, -80.0f));
  out.db = level(db, context.model);
  // Breaths, and a muted song, are silent whatever the voice does at its floor.
  const bool silent = db <= kSilent_db;
  out.resting = silent && sounded_;
  sounded_ |= !silent;
  if (context.model.pitch_midi) {
    out.midi = std::clamp(out.midi, context.model.pitch_midi->p1 - kBeyond_semitones,
                          context.model.pitch_midi->p99 + kBeyond_semitones);
  }
  if (on(context, parameter::kSingTechnique, frame)) {
    const auto& techniques = singer_.model().config().techniques;
    out.technique = techniques[static_cast<size_t>(
                                   std::clamp(after_.technique, 0, static_cast<int>(techniques.size()) - 1))]
                        .name;
  }
  return out;
}

}  // namespace continuo
