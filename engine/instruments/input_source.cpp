#include "engine/instruments/input_source.h"

#include <algorithm>
#include <cmath>

namespace continuo {
namespace {

namespace ddsp_ = schema::ddsp;
constexpr int kStateTicks = 10;
constexpr float kAstray = 0.65f;   // semitones from its key at which a note becomes another one ...
constexpr int kAstrayTicks = 15;   // ... when it stays there
constexpr float kMostGainDb = 40;  // that the ear's windows are brought to the model's level by
constexpr float kVoiced = 0.65f;   // as in training, where 0.35 of aperiodicity is the most
constexpr float kQuietDb = -60;    // velocity 1; 0 dB is 127

}  // namespace

InputSource::InputSource(std::shared_ptr<listen::InputRing> ring, double rate)
    : ring_(std::move(ring)), rate_(rate), events_(1024) {
  follower_.prepare(rate);
}

void InputSource::start(uint64_t frame, uint32_t, const SourceContext& context) noexcept {
  follower_.reset();
  next_ = frame;
  note_ = -1;
  astray_ticks_ = until_state_ = 0;
  sounded_ = false;
  space_ = entry_ = -1;
  last_ = {};
  last_.resting = true;
  if (context.ear != nullptr) context.ear->reset();
  match_.start(context.model, listen::Follower::kTickSeconds);
  matched_ = &context.model;
}

SourceFrame InputSource::at(uint64_t, const SourceContext& context) noexcept {
  if (matched_ != &context.model) {
    match_.start(context.model, listen::Follower::kTickSeconds);
    space_ = entry_ = -1;
    matched_ = &context.model;
  }
  next_ = std::max(next_, ring_->begin());
  const uint64_t end = std::min(ring_->end(), context.heard_before);
  for (; next_ < end; ++next_) {
    const float sample = ring_->at(next_);
    if (follower_.push(sample)) tick(next_ + 1, context);
    if (context.ear != nullptr && context.ear->push(sample)) hear_technique(context);
  }
  const bool held = context.controls.target(ddsp_::kInputHold) >= 0.5f;
  if (held && !last_.resting) return last_;
  const listen::Heard& heard = follower_.heard();
  const bool automatic = context.controls.target(ddsp_::kInputAuto) >= 0.5f;
  const float octaves =
      std::round(context.controls.target(ddsp_::kInputOctave)) + static_cast<float>(automatic ? octaves_ : 0);
  last_.midi = heard.midi + 12 * octaves;
  last_.db = (automatic ? match_.level().map(heard.db) : heard.db) +
             context.controls.at(ddsp_::kInputGain, std::max<uint64_t>(next_, 1) - 1);
  last_.resting = !heard.sounding;
  imitate(context);
  flags_ = heard.sounding ? beyond_training(last_.midi, last_.db, context.model) : uint8_t{0};
  return last_;
}

void InputSource::hear_technique(const SourceContext& context) noexcept {
  const listen::Heard& heard = follower_.heard();
  const bool automatic = context.controls.target(ddsp_::kInputAuto) >= 0.5f;
  const float to_model_db =
      automatic ? std::clamp(match_.level().map(heard.db) - heard.db, -kMostGainDb, kMostGainDb) : 0.0f;
  context.ear->hear(heard.midi, heard.db, heard.sounding && heard.confidence >= kVoiced,
                    db_to_gain(to_model_db));
  if (!heard.sounding) return;
  space_ = context.ear->space();
  entry_ = context.ear->entry();
  share_ = context.ear->share();
}

// The voice takes the name that is heard.
void InputSource::imitate(const SourceContext& context) noexcept {
  last_.technique = {};
  if (entry_ < 0 || context.controls.target(ddsp_::kInputImitate) < 0.5f) return;
  const auto& spaces = context.model.spaces;
  if (static_cast<size_t>(space_) >= spaces.size()) return;
  const auto& entries = spaces[static_cast<size_t>(space_)].entries;
  if (static_cast<size_t>(entry_) >= entries.size()) return;
  const std::string& name = entries[static_cast<size_t>(entry_)].name;
  const size_t length = std::min(name.size(), name_.size());
  std::copy_n(name.begin(), length, name_.begin());
  last_.technique = {name_.data(), length};
  last_.space = space_;
}

void InputSource::tick(uint64_t frame, const SourceContext& context) noexcept {
  const listen::Heard& heard = follower_.heard();
  const float open = context.controls.target(ddsp_::kInputGateOpen);
  follower_.set_gate({open, std::min(open, context.controls.target(ddsp_::kInputGateClose)),
                      context.controls.target(ddsp_::kInputConfidence)});
  const bool frozen = context.controls.target(ddsp_::kInputFreeze) >= 0.5f;
  if (heard.sounding && !sounded_) {
    if (!frozen) octaves_ = match_.octaves();
    if (context.ear != nullptr) context.ear->begin_phrase();
    entry_ = -1;
  }
  if (heard.sounding && !frozen) match_.learn(heard.midi, heard.db);
  note(frame);
  if (heard.sounding && --until_state_ <= 0) {
    until_state_ = kStateTicks;
    tell(InputEvent::Kind::kState, frame);
  } else if (!heard.sounding && sounded_) {
    tell(InputEvent::Kind::kState, frame);
    until_state_ = 0;
  }
  sounded_ = heard.sounding;
}

// Notes of a melody: a new one at each onset, and where the pitch has gone to another key.
void InputSource::note(uint64_t frame) noexcept {
  const listen::Heard& heard = follower_.heard();
  const bool astray = note_ >= 0 && std::fabs(heard.midi - static_cast<float>(note_)) > kAstray;
  astray_ticks_ = astray ? astray_ticks_ + 1 : 0;
  const bool again = heard.sounding && (heard.onset || astray_ticks_ >= kAstrayTicks);
  if (note_ >= 0 && (again || !heard.sounding)) {
    tell(InputEvent::Kind::kOffset, frame);
    note_ = -1;
  }
  if (!again) return;
  note_ = std::clamp(static_cast<int>(std::lround(heard.midi)), 0, 127);
  astray_ticks_ = 0;
  tell(InputEvent::Kind::kOnset, frame);
}

void InputSource::tell(InputEvent::Kind kind, uint64_t frame) noexcept {
  const listen::Heard& heard = follower_.heard();
  InputEvent event;
  event.kind = kind;
  event.frame = frame;
  event.note = static_cast<uint8_t>(std::max(0, note_));
  event.velocity = static_cast<uint8_t>(std::clamp(127 * (1 - heard.db / kQuietDb), 1.f, 127.f));
  event.flags = heard.sounding ? flags_ : uint8_t{0};
  event.sounding = heard.sounding;
  event.midi = heard.midi;
  event.db = heard.db;
  event.confidence = heard.confidence;
  event.space = static_cast<int8_t>(space_);
  event.entry = static_cast<int8_t>(entry_);
  event.share = share_;
  (void)events_.try_enqueue(event);  // nobody looks: nothing is lost
}

}  // namespace continuo
