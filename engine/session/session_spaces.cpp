// The session: what parts play of their models' code spaces, by name, code or place.
#include <algorithm>
#include <cmath>

#include "engine/session/lists.h"
#include "engine/session/session.h"

namespace continuo::session {

using schema::Kind;
using schema::space::Method;
using By = SpaceSetting::By;

namespace {

constexpr size_t kMostNamesTold = 64;

std::string names_of(const ddsp::Space& space) {
  std::string names;
  for (const ddsp::SpaceEntry& entry : space.entries) names += (names.empty() ? "" : ", ") + entry.name;
  return names.empty() ? "none" : names;
}

// The codes that sound, heaviest first; those that were asked for in their order.
std::vector<std::pair<int, float>> heaviest(const ddsp::Space& space, const SpaceSetting& setting) {
  if (setting.by == By::kCodes) return setting.codes;
  const std::vector<float> weights = code_weights(space, setting);
  std::vector<std::pair<int, float>> codes;
  for (size_t k = 0; k < weights.size(); ++k) {
    if (weights[k] > 1e-4f) codes.emplace_back(static_cast<int>(k), weights[k]);
  }
  std::stable_sort(codes.begin(), codes.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (codes.size() > rt::kMostSpaceCodes) codes.resize(rt::kMostSpaceCodes);
  return codes;
}

}  // namespace

bool Session::check_space(const Request& request, std::string& reason) const {
  const Target target = request.target;
  const Part& part = *parts_[target.part];
  const std::string& name = part.space_names[target.space()];
  const ddsp::Space* space = part.model_space(target.space());
  const auto given = [&](size_t i) { return request.arguments[i].given; };
  if (!part.installed) {
    reason = "the part is not ready yet: /sync says when";
  } else if (space == nullptr) {
    reason = "the model " + part.model + " has no " + name + " space";
  } else if (request.what == Request::What::kCall) {
    const Method method = target.space_method();
    if (method == Method::kXy && space->map.empty())
      reason = "the " + name + " space of the model " + part.model + " has no map";
    if (method != Method::kCode && method != Method::kMix) return reason.empty();
    const size_t last = method == Method::kMix ? Request::kMaxArguments : 1;
    for (size_t i = 0; i < last && given(i) && reason.empty(); i += 2) {
      const auto code = static_cast<int>(request.arguments[i].number);
      if (code >= space->codes) {
        reason = "argument " + std::to_string(i + 1) + " (code) is " + std::to_string(code) +
                 ": expected int code, 0.." + std::to_string(space->codes - 1);
      } else if (last > 1 && !given(i + 1)) {
        reason = "argument " + std::to_string(i + 2) + " (weight) is missing: expected float weight, 0..1";
      }
    }
  }
  return reason.empty();
}

// What to say of ".../technique/by/NAME" where there is no such name; empty: this is something else.
std::string Session::space_hint(std::string_view address) const {
  const size_t at = address.rfind("/by/");
  if (at == std::string_view::npos) return {};
  const std::string_view tree = address.substr(0, at);
  const auto target = addresses_.find(std::string(tree) + "/names");
  if (!target || target->kind != Kind::kSpace) return unknown_space(tree);
  const Part& part = *parts_[target->part];
  if (!part.installed) return "the part is not ready yet: /sync says when";
  const std::string& name = part.space_names[target->space()];
  const ddsp::Space* space = part.model_space(target->space());
  if (space == nullptr) return "the model " + part.model + " has no " + name + " space";
  return "the model " + part.model + " knows no " + name + " \"" + std::string(address.substr(at + 4)) +
         "\"; known are " + names_of(*space);
}

// The same of a space that the part's model does not have: "/part/1/mood".
std::string Session::unknown_space(std::string_view tree) const {
  const size_t at = tree.rfind('/');
  if (at == std::string_view::npos) return {};
  const auto target = addresses_.find(std::string(tree.substr(0, at)) + "/technique/names");
  if (!target || target->kind != Kind::kSpace) return {};
  const Part& part = *parts_[target->part];
  if (!part.installed) return "the part is not ready yet: /sync says when";
  std::string known;
  for (size_t s = 0; s < kSpaces; ++s) {
    if (part.model_space(s) != nullptr) known += (known.empty() ? "" : ", ") + part.space_names[s];
  }
  return "the model " + part.model + " has no " + std::string(tree.substr(at + 1)) + " space; it has " +
         (known.empty() ? "none" : known);
}

void Session::call_space(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const Target target = request.target;
  const Endpoint& to = how.from;
  Part& part = *parts_[target.part];
  uint16_t place = 0;
  const ddsp::Space* space = part.model_space(target.space(), &place);
  if (space == nullptr) return;  // an earlier message took the model away
  const Method method = target.space_method();
  if (method == Method::kNames) {
    std::vector<std::string> names;
    for (const ddsp::SpaceEntry& entry : space->entries) names.push_back(entry.name);
    return send_texts(replies_, to, planned.shown(), names);
  }
  if (method == Method::kReport) return report_space(planned, to);
  if (request.what == Request::What::kQuery)
    return replies_.send_encoded(to, encode(target, planned.shown(), replies_.buffer()));

  const auto number = [&](size_t i) { return static_cast<float>(request.arguments[i].number); };
  const int slot = target.part;
  SpaceSetting& setting = part.spaces[target.space()];
  space_undo_.push_back({slot, target.space(), setting});
  const SpaceSetting before = setting;
  using What = rt::SpaceMove::What;
  if (method == Method::kByName) {
    if (target.space_name() >= space->entries.size()) return;
    const std::string& name = space->entries[target.space_name()].name;
    if (setting.by != By::kNames) {
      setting = {};
      stage_.set_space(slot, place, What::kClear);
    }
    if (number(0) > 0) {
      setting.names[name] = number(0);
    } else {
      setting.names.erase(name);
    }
    stage_.set_space(slot, place, What::kEntry, static_cast<uint16_t>(target.space_name()), number(0), 0,
                     number(1));
  } else {
    setting = {};
    if (method == Method::kXy) {
      setting.by = By::kPad;
      setting.pad = {number(0), number(1)};
    } else {
      setting.by = By::kCodes;
      const bool one = method == Method::kCode;
      for (size_t i = 0; i < Request::kMaxArguments && request.arguments[i].given; i += 2) {
        const bool full = one && !request.arguments[1].given;
        setting.codes.emplace_back(static_cast<int>(request.arguments[i].number), full ? 1.f : number(i + 1));
        if (one) break;
      }
    }
    send_space(slot, target.space());
  }
  posted_ = true;
  changed();
  tell_space(slot, target.space(), before, target, to);
}

// All that is asked of a space, to a worker that knows nothing of it, or something else.
void Session::send_space(int slot, size_t space_index) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  uint16_t place = 0;
  const ddsp::Space* space = part.model_space(space_index, &place);
  if (space == nullptr) return;
  using What = rt::SpaceMove::What;
  const SpaceSetting& setting = part.spaces[space_index];
  stage_.set_space(slot, place, What::kClear);
  if (setting.by == By::kPad) stage_.set_space(slot, place, What::kPad, 0, setting.pad[0], setting.pad[1]);
  for (const auto& [code, weight] : setting.codes)
    stage_.set_space(slot, place, What::kCode, static_cast<uint16_t>(code), weight);
  for (size_t e = 0; e < space->entries.size(); ++e) {
    const auto found = setting.names.find(space->entries[e].name);
    if (found != setting.names.end())
      stage_.set_space(slot, place, What::kEntry, static_cast<uint16_t>(e), found->second);
  }
}

// The part's model has these spaces from now on. In a group.
void Session::bring_spaces(int slot, std::shared_ptr<const std::vector<ddsp::Space>> spaces) {
  Part& part = *parts_[static_cast<size_t>(slot)];
  part.model_spaces = std::move(spaces);
  part.place_spaces();
  AddressSpace::Spaces trees;
  const int learned = part.model_spaces ? ddsp::learned_space(*part.model_spaces) : -1;
  for (size_t s = 0; s < kSpaces; ++s) {
    uint16_t place = 0;
    const ddsp::Space* space = part.model_space(s, &place);
    if (space == nullptr) continue;
    trees[s].name = space->name;
    trees[s].learned = place == learned;
    for (const ddsp::SpaceEntry& entry : space->entries) trees[s].entries.push_back(entry.name);
    // Codes of a smaller book than those were asked of.
    std::erase_if(part.spaces[s].codes, [&](const auto& code) { return code.first >= space->codes; });
    if (!part.spaces[s].untouched()) send_space(slot, s);
  }
  addresses_.set_spaces(slot, std::move(trees));
}

std::vector<Target> Session::spaces_in_use(int slot) const {
  std::vector<Target> out;
  const Part& part = *parts_[static_cast<size_t>(slot)];
  const auto at = static_cast<uint8_t>(slot);
  for (size_t s = 0; s < kSpaces; ++s) {
    const ddsp::Space* space = part.model_space(s);
    const SpaceSetting& setting = part.spaces[s];
    if (space == nullptr || setting.untouched()) continue;
    if (setting.by == By::kCodes) out.push_back(Target::of_space(at, Method::kMix, s));
    if (setting.by == By::kPad) out.push_back(Target::of_space(at, Method::kXy, s));
    for (size_t e = 0; e < space->entries.size(); ++e) {
      if (setting.names.contains(space->entries[e].name))
        out.push_back(Target::of_space(at, Method::kByName, s, e));
    }
  }
  return out;
}

// Every value of the part's spaces.
std::vector<Target> Session::space_values(int slot) const {
  std::vector<Target> out;
  const Part& part = *parts_[static_cast<size_t>(slot)];
  const auto at = static_cast<uint8_t>(slot);
  for (size_t s = 0; s < kSpaces; ++s) {
    const ddsp::Space* space = part.model_space(s);
    if (space == nullptr) continue;
    for (size_t e = 0; e < std::min(space->entries.size(), kMostNamesTold); ++e)
      out.push_back(Target::of_space(at, Method::kByName, s, e));
    for (const Method method : {Method::kMix, Method::kXy}) {
      if (method == Method::kMix || !space->map.empty()) out.push_back(Target::of_space(at, method, s));
    }
  }
  return out;
}

// What has changed in a space, to all but the hand that moved `by`.
void Session::tell_space(int slot, size_t space_index, const SpaceSetting& before, Target by,
                         const Endpoint& from) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  const SpaceSetting& now = part.spaces[space_index];
  const ddsp::Space* space = part.model_space(space_index);
  const auto amount = [](const SpaceSetting& setting, const std::string& name) {
    const auto found = setting.names.find(name);
    return found == setting.names.end() ? 0.f : found->second;
  };
  const auto tell_one = [&](Target target) { tell(target, target == by ? from : Endpoint{}); };
  for (size_t e = 0; e < space->entries.size(); ++e) {
    if (amount(before, space->entries[e].name) != amount(now, space->entries[e].name))
      tell_one(Target::of_space(by.part, Method::kByName, space_index, e));
  }
  for (const Method method : {Method::kCode, Method::kMix})
    tell_one(Target::of_space(by.part, method, space_index));
  if (before.pad != now.pad) tell_one(Target::of_space(by.part, Method::kXy, space_index));
}

std::span<const std::byte> Session::encode_space(Target target, std::string_view address,
                                                 std::span<std::byte> buffer) const {
  const Part& part = *parts_[target.part];
  const ddsp::Space* space = part.model_space(target.space());
  if (space == nullptr) return {};
  const SpaceSetting& setting = part.spaces[target.space()];
  switch (target.space_method()) {
    case Method::kByName: {
      if (target.space_name() >= space->entries.size()) return {};
      const auto found = setting.names.find(space->entries[target.space_name()].name);
      osc::MessageWriter writer(buffer, address, "f");
      return writer.add(found == setting.names.end() ? 0.f : found->second).bytes();
    }
    case Method::kXy: {
      osc::MessageWriter writer(buffer, address, "ff");
      return writer.add(setting.pad[0]).add(setting.pad[1]).bytes();
    }
    case Method::kCode:
    case Method::kMix: {
      auto codes = heaviest(*space, setting);
      if (target.space_method() == Method::kCode) {
        if (codes.empty()) codes.emplace_back(0, 0.f);
        codes.resize(1);
      }
      std::string tags;
      for (size_t i = 0; i < codes.size(); ++i) tags += "if";
      osc::MessageWriter writer(buffer, address, tags);
      for (const auto& [code, weight] : codes) writer.add(static_cast<int32_t>(code)).add(weight);
      return writer.bytes();
    }
    default:
      return {};
  }
}

void Session::report_space(const Planned& planned, const Endpoint& to) {
  const Target target = planned.request.target;
  const Part& part = *parts_[target.part];
  const ddsp::Space& space = *part.model_space(target.space());
  Pairs pairs;
  pairs.add("codes", static_cast<int32_t>(space.codes));
  pairs.add("perplexity", perplexity(space.usage));
  const auto dead = std::count_if(space.usage.begin(), space.usage.end(), [](float u) { return u <= 0; });
  pairs.add("dead", static_cast<int32_t>(dead));
  constexpr int kMostDead = 32;
  int told = 0;
  for (size_t k = 0; k < space.usage.size(); ++k) {
    if (space.usage[k] <= 0 && told++ < kMostDead) pairs.add("dead_code", static_cast<int32_t>(k));
  }
  for (const ddsp::SpaceEntry& entry : space.entries) pairs.add("name", entry.name);
  for (const auto& [code, weight] : heaviest(space, part.spaces[target.space()])) {
    pairs.add("code", static_cast<int32_t>(code));
    pairs.add("weight", weight);
  }
  std::vector<std::byte> buffer(6000);
  replies_.send_encoded(to, pairs.encode(planned.shown(), buffer));
}

}  // namespace continuo::session
