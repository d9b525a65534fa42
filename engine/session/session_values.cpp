// The session: values, their faces and where they go.
#include <algorithm>

#include "engine/session/session.h"

namespace continuo::session {

using schema::Kind;

std::optional<float> Session::value(Target target) const {
  if (target.kind == Kind::kMaster) return master_[target.index];
  if (target.kind == Kind::kMusicrnn) {
    const auto& player = players_[target.part];
    return player ? std::optional(player->values[target.index]) : std::nullopt;
  }
  if (target.part == Target::kNoPart) return std::nullopt;
  const auto& part = parts_[target.part];
  if (!part || (target.kind != Kind::kStrip && target.kind != part->instrument)) return std::nullopt;
  return part->value(target.kind, target.index);
}

std::optional<float> Session::value(std::string_view address) const {
  const auto target = addresses_.find(address);
  return target && target->is_parameter() ? value(*target) : std::nullopt;
}

// A render takes what it has: its score may be of another device.
bool Session::check_here(const osc::Message& message, Target target, Request& request,
                         std::string& reason) const {
  if (!check(message, target, request, reason)) return false;
  if (target.kind == Kind::kSpace) return check_space(request, reason);
  const bool sings = target.kind == Kind::kDdsp && target.index == schema::ddsp::kSing &&
                     target.face != Face::kMethod && request.what == Request::What::kSet &&
                     request.value >= 0.5f;
  if (sings) {
    const Part& part = *parts_[target.part];
    if (!part.installed)
      reason = "the part is not ready yet: /sync says when";
    else if (!part.can_sing)
      reason = "there is no song model that could be loaded; train one with continuo-train song";
    if (!part.installed || !part.can_sing) return false;
  }
  const bool output = target.kind == Kind::kStrip && target.index == schema::strip::kOut;
  if (!output || request.what != Request::What::kSet || services_.offline) return true;
  const uint32_t outputs = services_.outputs();
  if (request.value <= static_cast<float>(outputs)) return true;
  reason = "argument 1 (out) is " + std::to_string(static_cast<int>(request.value)) +
           ": expected int out, 1.." + std::to_string(outputs) + ", the channels of this device";
  return false;
}

void Session::tell_outputs() {
  if (services_.offline) return;
  const auto outputs = static_cast<int>(services_.outputs());
  for (int slot = 0; slot < kParts; ++slot) {
    const auto& part = parts_[static_cast<size_t>(slot)];
    int& told = told_output_[static_cast<size_t>(slot)];
    const int wanted = part ? static_cast<int>(part->strip[schema::strip::kOut]) : 0;
    const int missed = wanted > outputs ? wanted : 0;
    if (missed != 0 && missed != told) {
      const int mixed_to = std::min(wanted, static_cast<int>(services_.engine.spec().outputs));
      services_.log("part " + std::to_string(slot + 1) + " (" + part->name + ") plays to channel " +
                    std::to_string(wanted) + ", but this device has " + std::to_string(outputs) + ": it is " +
                    (mixed_to > outputs ? "not heard" : "heard on channel " + std::to_string(mixed_to)) +
                    ". The value stays");
    }
    told = missed;
  }
}

void Session::set_value(const Request& request, const Act& how) {
  const Target target = request.target.with(Face::kUnit);
  if (!how.deferred) undo_.push_back({target, value(target).value_or(0)});
  send_to_stage(target, request.value, request.seconds);
  retry_.erase(target.handle());
  if (how.deferred) {
    calendar_.add(how.when.frame, Calendar::Change{target, request.value, how.from});
  } else {
    store(target, request.value, how.from);
  }
}

void Session::send_to_stage(Target target, float value, float seconds) {
  const int slot = target.part;
  if (target.kind == Kind::kStrip) {
    posted_ = true;
    return stage_.set_strip(slot, target.index, value, seconds);
  }
  if (target.kind == Kind::kMusicrnn) return;  // store() tells the band
  if (target.kind == Kind::kMaster) {
    posted_ = true;
    return stage_.set_master(target.index, value, seconds);
  }
  const schema::ParameterSpec& spec = target.parameter();
  if (spec.acts != schema::Acts::kSession) {
    posted_ = true;
    if (target.kind == Kind::kDdsp && target.index == schema::ddsp::kInputChannel)
      notes_.listen(slot, value >= 0.5f);
    return stage_.set_parameter(slot, target.index, value, seconds, spec.to_model());
  }
  const Part& part = *parts_[target.part];
  if (target.kind == Kind::kDdsp && target.index == schema::ddsp::kInputMidi)
    return open_midi(slot, value >= 0.5f);
  if (target.kind == Kind::kDdsp && target.index == schema::ddsp::kSing) {
    posted_ = true;
    return notes_.sing(slot, value >= 0.5f);
  }
  if (target.kind == Kind::kDdsp && target.index == schema::ddsp::kSingFollow) {
    posted_ = true;
    return notes_.follow(slot, value >= 0.5f);
  }
  switch (target.index) {
    case schema::voice::kGate:
      posted_ = true;
      notes_.gate(slot, value >= 0.5f);
      break;
    case schema::voice::kPitch:
      posted_ = posted_ || part.voice(schema::voice::kGate) >= 0.5f;
      notes_.gate_pitch(slot, value, seconds);
      break;
    case schema::voice::kGlide:
      stage_.set_glide(slot, value, part.voice(schema::voice::kLegato) >= 0.5f);
      break;
    case schema::voice::kLegato:
      stage_.set_glide(slot, part.voice(schema::voice::kGlide), value >= 0.5f);
      break;
    case schema::voice::kVoices:
      stage_.set_polyphony(slot, static_cast<int>(value));
      break;
    default:
      break;
  }
}

void Session::store(Target target, float value, const Endpoint& from) {
  if (target.kind == Kind::kMaster) {
    master_[target.index] = value;
  } else if (target.kind == Kind::kMusicrnn) {
    if (!players_[target.part]) return;
    players_[target.part]->values[target.index] = value;
    instruct(target.part);
  } else {
    auto& part = parts_[target.part];
    if (!part || (target.kind != Kind::kStrip && target.kind != part->instrument)) return;
    part->set(target.kind, target.index, value);
  }
  changed();
  tell(target, from);
}

// Continuous values that found the queue full: the newest of each goes out as soon as there is room.
void Session::retry_values() {
  if (retry_.empty()) return;
  stage_.begin({});
  for (const auto& [handle, going] : retry_) {
    const Target target = Target::of(handle);
    if (value(target)) send_to_stage(target, going.first, going.second);
  }
  if (stage_.commit()) retry_.clear();
}

void Session::answer_value(Target target, std::string_view address, const Endpoint& to) {
  replies_.send_encoded(to, encode(target, address, replies_.buffer()));
}

}  // namespace continuo::session
