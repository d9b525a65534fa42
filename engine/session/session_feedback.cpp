// The session: who listens, and what they are told.
#include <algorithm>
#include <cmath>

#include "engine/session/session.h"
#include "osc_schema/face.h"

namespace continuo::session {

using schema::Kind;

namespace {

constexpr uint32_t kIndices = 64, kFaces = 4;
// Behind those, the code spaces': slot, and what Target::of_space() packs.
constexpr uint32_t kSpaceIndices = 4096, kSlots = rt::kMaxParts + 1 + players::kMostPlayers,
                   kFirstSpace = kSlots * 2 * kIndices * kFaces;
constexpr uint8_t kMasterSlot = rt::kMaxParts, kFirstPlayer = kMasterSlot + 1;

}  // namespace

// Feedback keeps arrays by handle, so these are small: slot, strip or not, index, face.
uint32_t Session::feedback_handle(Target target) {
  if (target.kind == Kind::kSpace) return kFirstSpace + target.part * kSpaceIndices + target.index;
  const uint32_t slot = target.kind == Kind::kMusicrnn   ? kFirstPlayer + target.part
                        : target.part == Target::kNoPart ? kMasterSlot
                                                         : target.part;
  return ((slot * 2 + (target.kind == Kind::kStrip ? 1 : 0)) * kIndices + target.index) * kFaces +
         static_cast<uint32_t>(target.face);
}

Target Session::feedback_target(uint32_t handle) const {
  if (handle >= kFirstSpace) {
    return {Kind::kSpace, Face::kMethod, static_cast<uint8_t>((handle - kFirstSpace) / kSpaceIndices),
            static_cast<uint16_t>((handle - kFirstSpace) % kSpaceIndices)};
  }
  Target target;
  target.face = static_cast<Face>(handle % kFaces);
  target.index = static_cast<uint16_t>(handle / kFaces % kIndices);
  const bool strip = (handle / kFaces / kIndices % 2) != 0;
  const auto slot = static_cast<uint8_t>(handle / kFaces / kIndices / 2);
  target.part = slot == kMasterSlot ? Target::kNoPart : slot;
  if (slot >= kFirstPlayer) {
    target.kind = Kind::kMusicrnn;
    target.part = static_cast<uint8_t>(slot - kFirstPlayer);
  } else if (slot == kMasterSlot) {
    target.kind = Kind::kMaster;
  } else if (strip) {
    target.kind = Kind::kStrip;
  } else if (target.face == Face::kMethod) {
    target.kind = Kind::kPart;
  } else {
    target.kind = parts_[slot] ? parts_[slot]->instrument : Kind::kVoice;
  }
  return target;
}

std::span<const std::byte> Session::encode_feedback(uint32_t handle, std::span<std::byte> space) const {
  const Target target = feedback_target(handle);
  if (target.kind == Kind::kMusicrnn) {
    if (!players_[target.part] || !target.is_parameter()) return {};
  } else if (target.part != Target::kNoPart && !parts_[target.part]) {
    return {};
  }
  const bool method = target.kind == Kind::kPart || target.kind == Kind::kSpace;
  if (!method && target.index >= schema::parameters(target.kind).size()) return {};
  return encode(target, addresses_.canonical(target), space);
}

// A value with its faces; a part's name, instrument or model; a meter.
std::span<const std::byte> Session::encode(Target target, std::string_view address,
                                           std::span<std::byte> buffer) const {
  const auto text = [&](std::string_view value) {
    osc::MessageWriter writer(buffer, address, "s");
    return writer.add(value).bytes();
  };
  const auto number = [&](float value) {
    osc::MessageWriter writer(buffer, address, "f");
    return writer.add(value).bytes();
  };
  const auto whole = [&](float value) {
    osc::MessageWriter writer(buffer, address, "i");
    return writer.add(static_cast<std::int32_t>(std::lround(value))).bytes();
  };
  const auto meter = [&](float peak) { return number(peak > 0 ? 20 * std::log10(peak) : -120.f); };
  if (target.kind == Kind::kMaster && target.face == Face::kMethod) return meter(master_peak_);
  if (target.kind == Kind::kPart) {
    const Part& part = *parts_[target.part];
    switch (static_cast<schema::part::Method>(target.index)) {
      using enum schema::part::Method;
      case kName:
        return text(part.name);
      case kInstrument:
        return text(schema::name(part.instrument));
      case kModel:
        return text(part.model);
      case kMeter:
        return meter(peaks_[target.part]);
      case kInputPitch:
        return number(part.heard.midi);
      case kInputPower:
        return number(part.heard.db);
      case kInputRange:
        return text(range_text(part.heard.range));
      case kInputHeard: {
        osc::MessageWriter writer(buffer, address, "sf");
        return writer.add(std::string_view(part.heard.name)).add(part.heard.share).bytes();
      }
      case kRange:
        return text(range_text(part.range));
      case kSingModel:
        return text(part.song);
      case kPedal:
        return whole(notes_.pedal(target.part) ? 1 : 0);
      default:
        return {};
    }
  }
  if (target.kind == Kind::kSpace) return encode_space(target, address, buffer);
  const auto now = value(target);
  if (!now) return {};
  const schema::ParameterSpec& spec = target.parameter();
  if (target.face == Face::kText) return text(schema::to_text(spec, *now));
  if (target.face == Face::kNorm) return number(static_cast<float>(schema::to_norm(spec, *now)));
  return spec.type == schema::Type::kFloat ? number(*now) : whole(*now);
}

void Session::tell(Target target, const Endpoint& from) {
  const Endpoint* by = from.transport == osc::Transport::none ? nullptr : &from;
  if (!target.is_parameter()) return feedback_.changed(feedback_handle(target), by, now_ns_);
  for (const Face face : {Face::kUnit, Face::kNorm, Face::kText}) {
    feedback_.changed(feedback_handle(target.with(face)), by, now_ns_);
  }
}

void Session::tell_part(int slot) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  for (const Kind kind : {Kind::kStrip, part.instrument}) {
    const auto count = static_cast<uint16_t>(schema::parameters(kind).size());
    for (uint16_t i = 0; i < count; ++i) tell({kind, Face::kUnit, static_cast<uint8_t>(slot), i}, {});
  }
  for (const auto method :
       {schema::part::Method::kName, schema::part::Method::kInstrument, schema::part::Method::kModel}) {
    tell_method(slot, method, {});
  }
  if (part.instrument == Kind::kDdsp) tell_method(slot, schema::part::Method::kSingModel, {});
  for (const Target& target : space_values(slot)) tell(target, {});
}

void Session::tell_method(int slot, schema::part::Method method, const Endpoint& from) {
  tell({Kind::kPart, Face::kMethod, static_cast<uint8_t>(slot), static_cast<uint16_t>(method)}, from);
}

void Session::tell_meters() {
  for (int slot = 0; slot < kParts; ++slot) {
    if (!parts_[static_cast<size_t>(slot)]) continue;
    feedback_.meter(feedback_handle({Kind::kPart, Face::kMethod, static_cast<uint8_t>(slot),
                                     static_cast<uint16_t>(schema::part::Method::kMeter)}));
  }
  feedback_.meter(feedback_handle({Kind::kMaster, Face::kMethod, Target::kNoPart, 0}));
}

void Session::notify(const Request& request, const Endpoint& from) {
  const auto on = [&](size_t i) { return request.arguments[i].number >= 0.5; };
  if (!on(0)) {
    replies_.done(from, "/notify", 0, 0.f);
    feedback_.unsubscribe(from);
    return;
  }
  osc::Subscription subscription;
  subscription.reply_port = static_cast<uint16_t>(request.arguments[1].number);
  subscription.pace = on(2) ? osc::Pace::slow : osc::Pace::normal;
  subscription.meters = on(3);
  if (feedback_.subscribe(from, subscription, now_ns_) == osc::Feedback::Answer::full) {
    return replies_.fail(from, "/notify", "too many clients listen already");
  }
  replies_.done(from, "/notify", 1, static_cast<float>(osc::FeedbackSettings{}.lease_ns) * 1e-9f);
}

void Session::add_listener(const std::string& target, const Answer& answer) {
  constexpr std::string_view kSlow = ",slow";
  const bool slow = target.ends_with(kSlow);
  const std::string place = slow ? target.substr(0, target.size() - kSlow.size()) : target;
  services_.resolve(place, [this, target, slow, answer](std::optional<Endpoint> to, const std::string& why) {
    if (!to) return answer("expected HOST:PORT or HOST:PORT,slow (" + why + ")");
    osc::Subscription subscription;
    subscription.pace = slow ? osc::Pace::slow : osc::Pace::normal;
    if (feedback_.add_listener(*to, subscription) == osc::Feedback::Answer::full) {
      return answer("too many clients listen already");
    }
    std::erase_if(listeners_, [&](const Listener& l) { return l.to == *to; });
    listeners_.push_back({target, *to});
    answer("");
  });
}

void Session::add_listener(const std::string& target) {
  add_listener(target, [this, target](const std::string& error) {
    if (!error.empty()) services_.log("listener " + target + ": " + error);
  });
}

void Session::remove_listener(const std::string& target, const Endpoint& from) {
  const auto found =
      std::find_if(listeners_.begin(), listeners_.end(), [&](const Listener& l) { return l.name == target; });
  if (found == listeners_.end()) {
    return replies_.fail(from, "/feedback/remove",
                         "\"" + target + "\" is no listener; /feedback/list names them");
  }
  feedback_.remove_listener(found->to);
  listeners_.erase(found);
  changed();
  replies_.done(from, "/feedback/remove", target);
}

std::vector<std::string> Session::listener_names() const {
  std::vector<std::string> names;
  for (const Listener& listener : listeners_) names.push_back(listener.name);
  return names;
}

// Without a pattern: all values in their units, parts with instrument, model and name. With one: all that it
// matches.
void Session::start_dump(std::string_view pattern, const Endpoint& to) {
  std::vector<uint32_t> handles;
  const auto add = [&](Target target) {
    if (target.kind == Kind::kPart || target.kind == Kind::kSpace || target.is_parameter())
      handles.push_back(feedback_handle(target));
  };
  const auto add_all = [&](Kind kind, uint8_t part) {
    const auto count = static_cast<uint16_t>(schema::parameters(kind).size());
    for (uint16_t i = 0; i < count; ++i) add({kind, Face::kUnit, part, i});
  };
  if (!pattern.empty()) {
    addresses_.table().match(pattern, [&](uint32_t handle, std::string_view) {
      const Target target = Target::of(handle);
      if (target.part != Target::kNoPart || target.is_parameter()) add(target);
    });
    std::sort(handles.begin(), handles.end());  // a part's number, name and alias lead to the same
    handles.erase(std::unique(handles.begin(), handles.end()), handles.end());
  } else {
    add_all(Kind::kMaster, Target::kNoPart);
    for (uint8_t p = 0; p < players_.size(); ++p) {
      if (players_[p]) add_all(Kind::kMusicrnn, p);
    }
    for (uint8_t slot = 0; slot < kParts; ++slot) {
      if (!parts_[slot]) continue;
      using enum schema::part::Method;
      for (const auto method : {kInstrument, kModel, kName}) {
        add({Kind::kPart, Face::kMethod, slot, static_cast<uint16_t>(method)});
      }
      add_all(Kind::kStrip, slot);
      add_all(parts_[slot]->instrument, slot);
      for (const Target& target : space_values(slot)) add(target);
    }
  }
  if (!feedback_.dump(to, std::move(handles), now_ns_))
    replies_.fail(to, "/dump", "too many dumps are on their way");
}

void Session::announce_device() {
  announce("/device", services_.device_line());
}

void Session::closed(const Endpoint& connection) {
  feedback_.closed(connection);
  traffic_.erase(connection);
  replies_.set_errors(connection, true);
}

}  // namespace continuo::session
