// The singer, see singer.h.
#include "models/song/inference/singer.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace continuo::song {
namespace {

constexpr int kVerseNotes = 56;         // then, at a breath, another tune begins
constexpr float kLead_s = 0.1f;         // of rest before the first note, as in training
constexpr float kLongestPhrase_s = 12;  // then it breathes
constexpr float kLongestRest_s = 30;
constexpr float kFaded_s = 0.34f;  // into a rest: nothing sounds any more
constexpr float kHeld_s = 0.5f;    // a held note always has so much left to sing
constexpr float kFrameTemperature = 0.7f, kFrameTopP = 0.9f;
constexpr float kSlew_semitones = 3;    // a frame
constexpr float kBeyond_semitones = 3;  // so far scoops and trills may leave the register
constexpr float kOnTheWay_semitones = 1.5f;
constexpr float kSilence_db = -80, kLouder_db = 6;
constexpr float kNever = -1e4f;

}  // namespace

void Singer::prepare(std::shared_ptr<const Model> model) {
  networks_.prepare(std::move(model));
  rate_ = static_cast<float>(networks_.model().config().frame_rate);
  breath_frames_ = static_cast<int>(std::lround(kBreath_s * static_cast<double>(rate_)));
  reset(1);
}

void Singer::reset(std::uint64_t seed) noexcept {
  random_ = Random(seed);
  coming_seed_.reset();
  line_ = {};
  begun_ = has_before_ = played_ = voiced_1_ = false;
  before_ = now_ = coming_ = {};
  notes_ = 0;
  db_1_ = db_2_ = out_db_[0] = out_db_[1] = kSilence_db;
  last_ = {};
}

int Singer::degree(float pitch) const noexcept {
  const int above = static_cast<int>(std::lround(pitch)) - tonic_;
  return (above % 12 + 12) % 12;
}

void Singer::begin_verse(const Controls& controls) noexcept {
  networks_.reset_notes();
  verse_notes_ = 0;
  // Tunes lie around the third to the sixth above their tonic, or around it.
  constexpr int kMiddles[] = {4, 5, 7, 7, 9, 0, 2};
  const auto which = static_cast<std::size_t>(random_.uniform() * 7);
  line_pitch_ = std::round(controls.centre);
  tonic_ = static_cast<int>(line_pitch_) - kMiddles[std::min<std::size_t>(which, 6)];
  const int technique = line_.technique;
  line_ = {};
  line_.technique = technique;
  line_.degree = degree(line_pitch_);
  line_phrase_s_ = 0;
  line_notes_ = 0;
}

// The note after the line so far; it becomes part of the line.
Singer::Note Singer::plan(const Controls& controls) noexcept {
  const Config& config = networks_.model().config();
  const float temperature = std::clamp(controls.temperature, 0.0f, 2.0f);
  const float range = std::max(1.0f, controls.range);
  line_.place = line_.interval < 0 ? 0 : (line_pitch_ - controls.centre) / range;
  line_.phrase_s = line_phrase_s_;
  line_.phrase_notes = static_cast<float>(line_notes_);
  networks_.step(line_);

  Note note;
  const int techniques = config.technique_count();
  const int drawn = draw(networks_.technique_logits(), temperature, controls.top_p, random_);
  note.technique = controls.technique >= 0 ? std::min(controls.technique, techniques - 1)
                   : line_notes_ == 0      ? drawn
                                           : line_.technique;

  std::span<float> logits = networks_.interval_logits(note.technique);
  const float strength = std::clamp(controls.steer, 0.0f, 1.0f);
  const float pull = std::min(20.0f, 0.35f * strength / (1.001f - strength));
  bool any = false;
  for (int k = 0; k < kIntervals; ++k) {
    const float pitch = line_pitch_ + static_cast<float>(k - kLargestInterval);
    float& logit = logits[static_cast<std::size_t>(k)];
    if (std::abs(pitch - controls.centre) > range + 0.5f) {
      logit = kNever;
    } else {
      any = true;
      if (strength > 0) logit -= pull * std::abs(pitch - controls.steer_midi);
    }
  }
  if (any) {
    note.interval = draw(logits, temperature, controls.top_p, random_);
    note.pitch = line_pitch_ + static_cast<float>(note.interval - kLargestInterval);
  } else {  // the register has moved away: go there at once
    note.pitch = std::round(controls.centre);
    const int way = static_cast<int>(std::lround(note.pitch - line_pitch_));
    note.interval = std::clamp(way, -kLargestInterval, kLargestInterval) + kLargestInterval;
  }

  note.length = draw(networks_.length_logits(note.interval), temperature, controls.top_p, random_);
  const auto between = [&](double low, double high) {
    return low * std::pow(high / low, static_cast<double>(random_.uniform()));
  };
  const double seconds = std::min(between(length_border(note.length), length_border(note.length + 1)),
                                  std::max(1.0, double(config.statistics.longest_note_s)));
  note.frames = std::max(4, static_cast<int>(std::lround(seconds * static_cast<double>(rate_))));

  logits = networks_.gap_logits(note.length);
  const int breath = first_breath_class();
  const float sung_s = line_phrase_s_ + static_cast<float>(seconds);
  for (int k = 0; k < kGaps; ++k) {
    float& logit = logits[static_cast<std::size_t>(k)];
    if (k >= breath && controls.phrase_s > 0)
      logit += std::clamp(10 * (sung_s / controls.phrase_s - 1), -10.0f, 10.0f);
    if (k < breath && sung_s > std::max(kLongestPhrase_s, 1.5f * controls.phrase_s)) logit = kNever;
  }
  note.gap = draw(logits, temperature, controls.top_p, random_);
  double rest = note.gap == 0 ? 0 : between(gap_border(note.gap), gap_border(note.gap + 1));
  if (note.gap >= breath) {
    rest = std::max(rest, kBreath_s);
    const double density = std::clamp(static_cast<double>(controls.density), 0.02, 1.0);
    rest =
        std::min(rest + static_cast<double>(sung_s) * (1 / density - 1), static_cast<double>(kLongestRest_s));
  } else {
    rest = std::min(rest, kBreath_s - 0.02);
  }
  note.rest = static_cast<int>(std::lround(rest * static_cast<double>(rate_)));
  note.joined = note.rest == 0;

  line_pitch_ = note.pitch;
  line_.interval = note.interval;
  line_.length = note.length;
  line_.gap = note.gap;
  line_.technique = note.technique;
  line_.degree = degree(note.pitch);
  ++verse_notes_;
  line_phrase_s_ += static_cast<float>(note.frames + note.rest) / rate_;
  ++line_notes_;
  if (breathes(note)) {
    line_phrase_s_ = 0;
    line_notes_ = 0;
    if (verse_notes_ >= kVerseNotes) begin_verse(controls);
  }
  return note;
}

// Where another song can begin unheard: before the first note, in a breath, or after one that is too short to
// fall silent.
bool Singer::breathing() const noexcept {
  if (played_) return false;
  const int faded = static_cast<int>(kFaded_s * rate_);
  return at_ < 0 || (breathes(now_) && at_ >= now_.frames + std::min(now_.rest, faded));
}

// To the next note, when this one and its rest are over.
void Singer::go_on(const Controls& controls) noexcept {
  const bool breathed = breathes(now_);
  phrase_at_ = breathed ? 0 : phrase_at_ + now_.frames + now_.rest;
  before_ = now_;
  has_before_ = true;
  now_ = coming_;
  if (controls.technique >= 0) {
    now_.technique = std::min(controls.technique, networks_.model().config().technique_count() - 1);
  }
  coming_ = plan(controls);
  at_ = 0;
  ++notes_;
}

void Singer::play(float midi) noexcept {
  if (!begun_ || !std::isfinite(midi)) return;
  midi = std::clamp(midi, 0.0f, 127.0f);
  const bool sounding = at_ >= 0 && at_ < now_.frames;
  Note note;
  note.pitch = midi;
  note.technique = now_.technique;
  note.frames = static_cast<int>(kHeld_s * rate_) + 1;
  if (at_ >= 0) {
    before_ = now_;
    has_before_ = true;
    before_.frames = std::min(before_.frames, at_);
    before_.joined = sounding;
    if (!sounding) phrase_at_ = 0;
    phrase_at_ += sounding ? at_ : 0;
  }
  now_ = note;
  at_ = 0;
  played_ = true;
  ++notes_;
}

void Singer::release() noexcept {
  if (!played_) return;
  played_ = false;
  // The line goes on from here, as if it had chosen this note.
  const int way = static_cast<int>(std::lround(now_.pitch - line_pitch_));
  now_.frames = std::max(at_ + 3, 4);
  now_.rest = 0;
  now_.joined = true;
  line_.interval = std::clamp(way, -kLargestInterval, kLargestInterval) + kLargestInterval;
  line_.length = length_class(static_cast<double>(now_.frames) / static_cast<double>(rate_));
  line_.gap = 0;
  line_pitch_ = std::round(now_.pitch);
  line_.degree = degree(line_pitch_);
  line_notes_ = std::max(line_notes_, 1);
  coming_.frames = 0;  // to be planned anew
}

FrameInput Singer::surroundings(const Controls& controls) const noexcept {
  const auto seconds = [&](int frames) { return static_cast<float>(frames) / rate_; };
  FrameInput f;
  f.deviation = pitch_1_ - now_.pitch;
  f.deviation_before = pitch_2_ - now_.pitch;
  f.db = db_1_;
  f.db_before = db_2_;
  f.voiced = voiced_1_;
  f.sounding = at_ >= 0 && at_ < now_.frames;
  f.since = seconds(std::max(at_, 0));
  f.left = seconds(now_.frames - at_);
  f.rest_since = at_ < 0 ? 1 : seconds(at_ - now_.frames);
  f.rest_left = at_ < 0 ? seconds(-at_) : seconds(now_.frames + now_.rest - at_);
  f.length_s = seconds(now_.frames);
  f.joined_before = has_before_ && before_.joined;
  f.joined_after = now_.joined && !played_;
  if (f.joined_before) f.from = before_.pitch - now_.pitch;
  if (f.joined_after) f.to = coming_.pitch - now_.pitch;
  f.place = (now_.pitch - controls.centre) / std::max(1.0f, controls.range);
  f.phrase_s = seconds(phrase_at_ + std::max(at_, 0));
  f.technique = now_.technique;
  return f;
}

Frame Singer::next(const Controls& controls) noexcept {
  const Config& config = networks_.model().config();
  if (coming_seed_ && (!begun_ || breathing())) reset(*coming_seed_);
  if (!begun_) {
    begun_ = true;
    begin_verse(controls);
    networks_.reset_frames();
    now_ = plan(controls);
    coming_ = plan(controls);
    at_ = -static_cast<int>(kLead_s * rate_);
    phrase_at_ = 0;
    pitch_1_ = pitch_2_ = out_pitch_[0] = out_pitch_[1] = now_.pitch;
    notes_ = 1;
  }
  if (coming_.frames == 0 && !played_) coming_ = plan(controls);
  const int held = static_cast<int>(kHeld_s * rate_);
  const bool in_note = at_ >= 0 && at_ < now_.frames;
  if ((played_ || (controls.hold && in_note)) && now_.frames - at_ < held) now_.frames = at_ + held;
  if (at_ >= now_.frames + now_.rest) go_on(controls);
  const int lead = static_cast<int>(kLead_s * rate_);
  if (now_.frames + now_.rest - at_ == lead && now_.rest > lead) networks_.reset_frames();

  const FrameInput input = surroundings(controls);
  networks_.step(input);
  const float temperature = kFrameTemperature * std::clamp(controls.temperature, 0.0f, 2.0f);
  const float top_p = std::min(kFrameTopP, controls.top_p);
  const float u = random_.uniform();
  const bool voiced = u < 1 / (1 + std::exp(-2 * networks_.voiced_logit()));
  std::span<float> logits = networks_.deviation_logits();
  // On the way to another pitch the classes are wide: there it takes the likeliest.
  const bool on_the_way = std::abs(input.deviation) > kOnTheWay_semitones;
  const int drawn = draw(logits, on_the_way ? 0.2f * temperature : temperature, top_p, random_);
  const float deviation = voiced ? deviation_value(place_near(logits, drawn)) : input.deviation;
  logits = networks_.level_logits(deviation, input.deviation);
  const int level = draw(logits, temperature, top_p, random_);
  float db = level_value(place_near(logits, level));
  db = std::min(db, config.statistics.level_db.back() + kLouder_db);
  // A rest is silent in the end, whatever the network says.
  if (!input.sounding && at_ >= now_.frames && input.rest_since > 0.12f)
    db = std::min(db, kSilence_db + std::max(0.0f, 60 - 300 * (input.rest_since - 0.12f)));

  pitch_2_ = std::exchange(pitch_1_, now_.pitch + deviation);
  db_2_ = std::exchange(db_1_, db);
  voiced_1_ = voiced;

  Frame out;
  out.midi = 0.25f * out_pitch_[0] + 0.5f * out_pitch_[1] + 0.25f * pitch_1_;
  out.db = controls.mute ? kSilence_db : 0.25f * out_db_[0] + 0.5f * out_db_[1] + 0.25f * db_1_;
  out_pitch_[0] = std::exchange(out_pitch_[1], pitch_1_);
  out_db_[0] = std::exchange(out_db_[1], db_1_);
  if (last_.db > -70)
    out.midi = std::clamp(out.midi, last_.midi - kSlew_semitones, last_.midi + kSlew_semitones);
  if (!played_) {
    const float reach = std::max(1.0f, controls.range) + kBeyond_semitones;
    out.midi = std::clamp(out.midi, controls.centre - reach, controls.centre + reach);
  }
  out.voiced = voiced && out.db > kSilence_db + 8;
  out.sounding = input.sounding;
  out.technique = now_.technique;
  out.note = notes_;
  ++at_;
  return last_ = out;
}

}  // namespace continuo::song
