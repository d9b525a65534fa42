// The addresses that exist now.
#include "engine/session/address_space.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

#include "engine/osc/pattern.h"

namespace continuo::session {
namespace {

constexpr std::string_view kPartPrefix = "{part}/";

std::string part_root(int slot) {
  return std::string("/part/").append(std::to_string(slot + 1));
}

void insert_parameters(osc::AddressTable& table, const std::string& root, schema::Kind kind, uint8_t part) {
  const auto specs = schema::parameters(kind);
  for (uint16_t i = 0; i < specs.size(); ++i) {
    const std::string address = root + "/" + std::string(specs[i].name);
    const Target target{kind, Face::kUnit, part, i};
    table.assign(address, target.handle());
    table.assign(address + "/norm", target.with(Face::kNorm).handle());
    table.assign(address + "/text", target.with(Face::kText).handle());
  }
}

std::string player_root(int player) {
  return std::string("/musicrnn/").append(std::to_string(player + 1));
}

// Its addresses come with parts and players.
bool is_template(schema::Kind kind) {
  return schema::address(kind).find('{') != std::string_view::npos;
}

// Levenshtein's distance, with two rows.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string_view last_part(std::string_view address) {
  return address.substr(address.rfind('/') + 1);
}

}  // namespace

AddressSpace::AddressSpace() {
  for (size_t k = 0; k < static_cast<size_t>(schema::Kind::kCount); ++k) {
    const auto kind = static_cast<schema::Kind>(k);
    if (is_template(kind)) continue;
    insert_parameters(table_, std::string(schema::address(kind)), kind, Target::kNoPart);
    const auto methods = schema::methods(kind);
    for (uint16_t i = 0; i < methods.size(); ++i) {
      if (methods[i].name.starts_with(kPartPrefix)) continue;
      table_.insert(methods[i].address, Target{kind, Face::kMethod, Target::kNoPart, i}.handle());
    }
  }
}

void AddressSpace::insert_tree(const std::string& root, int slot, schema::Kind instrument) {
  const auto part = static_cast<uint8_t>(slot);
  insert_parameters(table_, root, schema::Kind::kStrip, part);
  insert_parameters(table_, root, instrument, part);
  const auto methods = schema::methods(schema::Kind::kPart);
  for (uint16_t i = 0; i < methods.size(); ++i) {
    if (!methods[i].name.starts_with(kPartPrefix)) continue;
    const std::string name(methods[i].name.substr(kPartPrefix.size()));
    table_.assign(root + "/" + name, Target{schema::Kind::kPart, Face::kMethod, part, i}.handle());
  }
  if (instrument == schema::Kind::kDdsp) insert_spaces(root, slot);
}

// Names are a model's own: what was there goes.
void AddressSpace::insert_spaces(const std::string& root, int slot) {
  using schema::space::Method;
  const auto part = static_cast<uint8_t>(slot);
  const auto methods = schema::methods(schema::Kind::kSpace);
  auto& own = own_spaces_[root];
  for (const std::string& name : own) table_.erase_tree(root + "/" + name);
  own.clear();
  for (size_t s = 0; s < kSpaces; ++s) {
    const SpaceTree& tree = slots_[slot].spaces[s];
    const std::string name = s < kCommonSpaces ? std::string(kSpaceNames[s]) : tree.name;
    if (name.empty()) continue;
    const std::string space = root + "/" + name;
    if (s < kCommonSpaces) {
      table_.erase_tree(space + "/by");
    } else {
      own.push_back(name);
      if (tree.learned) insert_knobs(space, part);
    }
    for (size_t i = 0; i < methods.size(); ++i) {
      const auto method = static_cast<Method>(i);
      if (method == Method::kByName) continue;
      const std::string address = space + "/" + std::string(methods[i].name);
      table_.assign(address, Target::of_space(part, method, s).handle());
    }
    for (size_t n = 0; n < tree.entries.size(); ++n)
      table_.assign(space + "/by/" + tree.entries[n], Target::of_space(part, Method::kByName, s, n).handle());
  }
}

// What shapes the part's learned space has its parameters under the name technique.
void AddressSpace::insert_knobs(const std::string& space, uint8_t part) {
  constexpr std::string_view kTechnique = "technique/";
  const auto specs = schema::parameters(schema::Kind::kDdsp);
  for (uint16_t i = 0; i < specs.size(); ++i) {
    if (!specs[i].name.starts_with(kTechnique)) continue;
    const std::string address = space + "/" + std::string(specs[i].name.substr(kTechnique.size()));
    const Target target{schema::Kind::kDdsp, Face::kUnit, part, i};
    table_.assign(address, target.handle());
    table_.assign(address + "/norm", target.with(Face::kNorm).handle());
    table_.assign(address + "/text", target.with(Face::kText).handle());
  }
}

bool AddressSpace::taken_by_parts(std::string_view space) {
  if (std::find(kSpaceNames.begin(), kSpaceNames.end(), space) != kSpaceNames.end()) return false;
  const auto first = [](std::string_view name) { return name.substr(0, name.find('/')); };
  for (const schema::Kind kind : {schema::Kind::kStrip, schema::Kind::kDdsp}) {
    for (const schema::ParameterSpec& spec : schema::parameters(kind)) {
      if (first(spec.name) == space) return true;
    }
  }
  for (const schema::MethodSpec& method : schema::methods(schema::Kind::kPart)) {
    if (method.name.starts_with(kPartPrefix) && first(method.name.substr(kPartPrefix.size())) == space)
      return true;
  }
  return false;
}

void AddressSpace::set_spaces(int slot, Spaces spaces) {
  Slot& of = slots_[slot];
  if (!of.used || of.spaces == spaces) return;
  of.spaces = std::move(spaces);
  insert_spaces(part_root(slot), slot);
  insert_spaces("/part/" + of.name, slot);
  number_aliases(of.instrument, slot);
}

void AddressSpace::number_aliases(schema::Kind instrument, int from) {
  const std::string root = std::string("/").append(schema::name(instrument)).append("/");
  int number = 0;
  for (int slot = 0; slot < static_cast<int>(rt::kMaxParts); ++slot) {
    if (!slots_[slot].used || slots_[slot].instrument != instrument) continue;
    const std::string alias = root + std::to_string(++number);
    if (slot < from) continue;
    insert_tree(alias, slot, instrument);  // one tree is like another: what was there takes the new handles
  }
  table_.erase_tree(root + std::to_string(number + 1));
}

void AddressSpace::add_part(int slot, const std::string& name, schema::Kind instrument) {
  slots_[slot] = {true, name, instrument, {}};
  insert_tree(part_root(slot), slot, instrument);
  insert_tree("/part/" + name, slot, instrument);
  number_aliases(instrument, slot);
}

void AddressSpace::remove_part(int slot) {
  if (!slots_[slot].used) return;
  table_.erase_tree(part_root(slot));
  table_.erase_tree("/part/" + slots_[slot].name);
  slots_[slot].used = false;
  number_aliases(slots_[slot].instrument, slot);
}

void AddressSpace::rename_part(int slot, const std::string& name) {
  table_.erase_tree("/part/" + slots_[slot].name);
  slots_[slot].name = name;
  insert_tree("/part/" + name, slot, slots_[slot].instrument);
}

void AddressSpace::change_instrument(int slot, schema::Kind instrument) {
  const std::string name = slots_[slot].name;
  remove_part(slot);
  add_part(slot, name, instrument);
}

void AddressSpace::add_player(int player) {
  constexpr auto kKind = schema::Kind::kMusicrnn;
  const std::string root = player_root(player);
  const auto number = static_cast<uint8_t>(player);
  insert_parameters(table_, root, kKind, number);
  const auto methods = schema::methods(kKind);
  for (uint16_t i = 0; i < methods.size(); ++i)
    table_.assign(root + "/" + std::string(methods[i].name),
                  Target{kKind, Face::kMethod, number, i}.handle());
}

void AddressSpace::remove_player(int player) {
  table_.erase_tree(player_root(player));
}

bool AddressSpace::name_is_free(const std::string& name) const {
  for (const Slot& slot : slots_) {
    if (slot.used && slot.name == name) return false;
  }
  for (const schema::MethodSpec& m : schema::methods(schema::Kind::kPart)) {
    if (m.name == name) return false;
  }
  return name != "added" && name != "removed" && name != "renamed";
}

std::optional<Target> AddressSpace::find(std::string_view address) const noexcept {
  const uint32_t handle = table_.find(address);
  return handle == osc::AddressTable::kNone ? std::nullopt : std::optional(Target::of(handle));
}

void AddressSpace::match(std::string_view pattern, std::vector<Match>& matches) const {
  matches.clear();
  if (!osc::is_pattern(pattern)) {
    if (const auto target = find(pattern)) matches.push_back({*target, std::string(pattern)});
    return;
  }
  // Natural order brings /part/1 before /part/name, but aliases before /part; a target is taken once, its
  // number first.
  table_.match(pattern, [&](uint32_t handle, std::string_view address) {
    matches.push_back({Target::of(handle), std::string(address)});
  });
  const auto numbered = [this](const Match& m) { return m.address == canonical(m.target); };
  std::stable_partition(matches.begin(), matches.end(), numbered);
  std::unordered_set<uint32_t> seen;
  std::erase_if(matches, [&](const Match& m) { return !seen.insert(m.target.handle()).second; });
}

std::string AddressSpace::canonical(Target target) const {
  std::string address;
  if (target.kind == schema::Kind::kSpace) {
    const size_t s = target.space();
    const SpaceTree& tree = slots_[target.part].spaces[s];
    address = part_root(target.part) + "/";
    address += s < kCommonSpaces ? kSpaceNames[s] : std::string_view(tree.name);
    address += "/";
    if (target.space_method() != schema::space::Method::kByName)
      return address + std::string(target.method().name);
    const size_t entry = target.space_name();
    return address + "by/" + (entry < tree.entries.size() ? tree.entries[entry] : "");
  }
  if (target.kind == schema::Kind::kMusicrnn) {
    address = player_root(target.part) + "/";
    address += target.is_parameter() ? target.parameter().name : target.method().name;
  } else if (target.part != Target::kNoPart) {
    address = part_root(target.part) + "/";
    std::string_view name = target.is_parameter() ? target.parameter().name : target.method().name;
    if (name.starts_with(kPartPrefix)) name.remove_prefix(kPartPrefix.size());
    address += name;
  } else if (target.is_parameter()) {
    address = std::string(schema::address(target.kind)) + "/" + std::string(target.parameter().name);
  } else {
    address = target.method().address;
  }
  if (target.face == Face::kNorm) address += "/norm";
  if (target.face == Face::kText) address += "/text";
  return address;
}

std::vector<std::string> AddressSpace::nearest(std::string_view address, size_t count) const {
  struct Candidate {
    size_t score;
    std::string address;
  };
  // A part is asked for under one of its spellings; only those with the same first name are compared, and
  // only unit faces and methods, so that the answer stays short (and the work below a millisecond).
  constexpr size_t kLongest = 96;
  address = address.substr(0, kLongest);
  const std::string_view first = address.substr(0, address.find('/', 1));
  std::vector<Candidate> candidates;
  const auto consider = [&](uint32_t handle, std::string_view known) {
    const Target target = Target::of(handle);
    if (target.face == Face::kNorm || target.face == Face::kText || candidates.size() > 200) return;
    size_t score = distance(address, known) * 2;
    if (last_part(address) != last_part(known)) ++score;
    candidates.push_back({score, std::string(known)});
  };
  const auto second =
      first.size() < address.size() ? address.find('/', first.size() + 1) : std::string_view::npos;
  if (second != std::string_view::npos) table_.below(address.substr(0, second), consider);
  if (candidates.empty()) table_.below(first, consider);
  if (candidates.empty()) {
    for (size_t k = 0; k < static_cast<size_t>(schema::Kind::kCount); ++k) {
      const auto kind = static_cast<schema::Kind>(k);
      for (const schema::MethodSpec& m : schema::methods(kind)) {
        if (const auto target = find(m.address)) consider(target->handle(), m.address);
      }
    }
    table_.below("/master", consider);
    table_.below("/part/1", consider);
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score < b.score; });
  std::vector<std::string> out;
  for (const Candidate& c : candidates) {
    if (out.size() == count) break;
    if (c.score > 2 * std::max<size_t>(4, address.size() / 2)) break;
    out.push_back(c.address);
  }
  return out;
}

}  // namespace continuo::session
