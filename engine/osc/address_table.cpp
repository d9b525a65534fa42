// The table of addresses.
#include "engine/osc/address_table.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

#include "engine/osc/pattern.h"

namespace continuo::osc {
namespace {

std::uint64_t load_word(const char* p) noexcept {
  std::uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

// Eight bytes a step, multiply and rotate (after wyhash and FxHash); the last step overlaps the one before.
// The table holds only our own addresses, so nobody can provoke collisions.
std::uint32_t hash_of(std::string_view text) noexcept {
  constexpr std::uint64_t k = 0x9e3779b97f4a7c15;
  const char* p = text.data();
  const std::size_t size = text.size();
  std::uint64_t h = size * k;
  if (size >= 8) {
    for (const char* last = p + size - 8; p < last; p += 8) h = (std::rotl(h, 23) ^ load_word(p)) * k;
    h = (std::rotl(h, 23) ^ load_word(text.data() + size - 8)) * k;
  } else {
    std::uint64_t word = 0;
    for (const char c : text) word = word << 8 | static_cast<unsigned char>(c);
    h = (std::rotl(h, 23) ^ word) * k;
  }
  return static_cast<std::uint32_t>(h >> 32);
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Numbers before words, numbers by value.
bool natural_less(std::string_view a, std::string_view b) noexcept {
  const bool a_digits = is_digits(a);
  const bool b_digits = is_digits(b);
  if (a_digits != b_digits) return a_digits;
  if (a_digits && a.size() != b.size()) return a.size() < b.size();
  return a < b;
}

std::string_view without_last_slash(std::string_view address) noexcept {
  if (!address.empty() && address.back() == '/') address.remove_suffix(1);
  return address;
}

}  // namespace

AddressTable::AddressTable() {
  clear();
}

void AddressTable::clear() {
  nodes_.assign(1, Node{});
  free_.clear();
  slots_.assign(16, Slot{});
  size_ = 0;
}

std::uint32_t AddressTable::child(std::uint32_t parent, std::string_view name) const noexcept {
  const auto& list = nodes_[parent].children;
  const auto at = std::lower_bound(
      list.begin(), list.end(), name,
      [this](std::uint32_t node, std::string_view key) { return natural_less(nodes_[node].name(), key); });
  return at != list.end() && nodes_[*at].name() == name ? *at : kNone;
}

std::uint32_t AddressTable::make_child(std::uint32_t parent, std::string_view name) {
  std::uint32_t node;
  if (free_.empty()) {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    node = free_.back();
    free_.pop_back();
    nodes_[node] = Node{};
  }
  Node& made = nodes_[node];
  made.address = nodes_[parent].address + "/";
  made.name_at = static_cast<std::uint32_t>(made.address.size());
  made.address += name;
  made.parent = parent;
  auto& list = nodes_[parent].children;
  list.insert(std::lower_bound(list.begin(), list.end(), name,
                               [this](std::uint32_t other, std::string_view key) {
                                 return natural_less(nodes_[other].name(), key);
                               }),
              node);
  return node;
}

void AddressTable::insert(std::string_view address, std::uint32_t handle) {
  const auto refuse = [&](const char* why) {
    throw std::invalid_argument("OSC address '" + std::string(address) + "': " + why);
  };
  if (handle == kNone) refuse("the handle 0xffffffff is reserved");
  if (address.size() < 2 || address.front() != '/') refuse("must begin with '/' and have a name");
  if (address.find_first_of(" #*,?[]{}") != std::string_view::npos)
    refuse("space # * , ? [ ] { } are not allowed");
  if (address.back() == '/' || address.find("//") != std::string_view::npos) refuse("has an empty part");
  if (find(address) != kNone) refuse("is taken");
  std::uint32_t node = kRoot;
  for (std::size_t at = 0; at < address.size();) {
    const std::size_t end = std::min(address.find('/', at + 1), address.size());
    const std::string_view name = address.substr(at + 1, end - at - 1);
    const std::uint32_t next = child(node, name);
    node = next != kNone ? next : make_child(node, name);
    at = end;
  }
  nodes_[node].handle = handle;
  ++size_;
  deepest_ = std::max(deepest_, static_cast<std::size_t>(std::count(address.begin(), address.end(), '/')));
  if (size_ * 2 > slots_.size()) {
    rehash(slots_.size() * 2);
  } else {
    place(node);
  }
}

void AddressTable::rehash(std::size_t slots) {
  slots_.assign(slots, Slot{});
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node].handle != kNone) place(node);
  }
}

void AddressTable::place(std::uint32_t node) {
  const std::uint32_t hash = hash_of(nodes_[node].address);
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].node != kNone) i = (i + 1) & mask;
  slots_[i] = {hash, node};
}

void AddressTable::unplace(std::uint32_t node) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = hash_of(nodes_[node].address) & mask;
  while (slots_[hole].node != node) hole = (hole + 1) & mask;
  // Moves back what the hole would hide (Knuth 6.4, algorithm R).
  for (std::size_t i = (hole + 1) & mask; slots_[i].node != kNone; i = (i + 1) & mask) {
    const std::size_t home = slots_[i].hash & mask;
    if (((i - home) & mask) >= ((i - hole) & mask)) {
      slots_[hole] = slots_[i];
      hole = i;
    }
  }
  slots_[hole] = Slot{};
}

std::uint32_t AddressTable::find(std::string_view address) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (int attempt = 0; attempt < 2; ++attempt) {
    const std::uint32_t hash = hash_of(address);
    for (std::size_t i = hash & mask; slots_[i].node != kNone; i = (i + 1) & mask) {
      if (slots_[i].hash != hash) continue;
      const Node& node = nodes_[slots_[i].node];
      if (node.address == address) return node.handle;
    }
    if (address.empty() || address.back() != '/') return kNone;
    address.remove_suffix(1);
  }
  return kNone;
}

std::uint32_t AddressTable::node_at(std::string_view address) const noexcept {
  address = without_last_slash(address);
  std::uint32_t node = kRoot;
  for (std::size_t at = 0; at < address.size() && node != kNone;) {
    if (address[at] != '/') return kNone;
    const std::size_t end = std::min(address.find('/', at + 1), address.size());
    node = child(node, address.substr(at + 1, end - at - 1));
    at = end;
  }
  return node;
}

void AddressTable::assign(std::string_view address, std::uint32_t handle) {
  if (find(address) == kNone) return insert(address, handle);
  nodes_[node_at(address)].handle = handle;
}

bool AddressTable::erase(std::string_view address) {
  const std::uint32_t node = node_at(address);
  if (node == kNone || nodes_[node].handle == kNone) return false;
  unplace(node);
  nodes_[node].handle = kNone;
  --size_;
  drop_empty(node);
  return true;
}

// Removes a place that neither holds a handle nor leads to one, and its parents likewise.
void AddressTable::drop_empty(std::uint32_t node) {
  while (node != kRoot && nodes_[node].handle == kNone && nodes_[node].children.empty()) {
    const std::uint32_t parent = nodes_[node].parent;
    std::erase(nodes_[parent].children, node);
    nodes_[node] = Node{};
    free_.push_back(node);
    node = parent;
  }
}

std::size_t AddressTable::erase_node(std::uint32_t node) {
  std::size_t gone = 0;
  if (nodes_[node].handle != kNone) {
    unplace(node);
    nodes_[node].handle = kNone;
    --size_;
    ++gone;
  }
  const std::vector<std::uint32_t> children = nodes_[node].children;
  for (const std::uint32_t each : children)
    gone += erase_node(each);  // the last one drops this place with it
  if (children.empty()) drop_empty(node);
  return gone;
}

std::size_t AddressTable::erase_tree(std::string_view address) {
  const std::uint32_t node = node_at(address);
  return node == kNone ? 0 : erase_node(node);
}

std::size_t AddressTable::match_with(std::string_view pattern, Callback found) const {
  const PatternParts parts(pattern);
  if (parts.fault != nullptr) return 0;
  const auto skips = [](const PatternParts::Part& part) { return part.skips; };
  if (parts.count > deepest_ && std::none_of(parts.parts, parts.parts + parts.count, skips)) return 0;
  std::size_t matches = 0;
  const auto walk = [&](const auto& self, std::uint32_t node, unsigned long long state) -> void {
    const auto visit = [&](std::uint32_t next) {
      const unsigned long long after = parts.step(state, nodes_[next].name());
      if (after == 0) return;
      if (parts.accepts(after) && nodes_[next].handle != kNone) {
        ++matches;
        found.call(found.object, nodes_[next].handle, nodes_[next].address);
      }
      self(self, next, after);
    };
    // In the commonest state, one literal part to come, the child is looked up; otherwise all are tried.
    if (std::has_single_bit(state)) {
      const auto i = static_cast<std::size_t>(std::countr_zero(state));
      if (i < parts.count && parts.parts[i].literal && !parts.parts[i].skips) {
        const std::uint32_t next = child(node, parts.parts[i].text);
        if (next != kNone) visit(next);
        return;
      }
    }
    for (const std::uint32_t next : nodes_[node].children) visit(next);
  };
  walk(walk, kRoot, PatternParts::kStart);
  return matches;
}

std::size_t AddressTable::below_with(std::string_view address, Callback found) const {
  const std::uint32_t top = node_at(address);
  if (top == kNone) return 0;
  std::size_t count = 0;
  const auto walk = [&](const auto& self, std::uint32_t node) -> void {
    if (nodes_[node].handle != kNone) {
      ++count;
      found.call(found.object, nodes_[node].handle, nodes_[node].address);
    }
    for (const std::uint32_t next : nodes_[node].children) self(self, next);
  };
  walk(walk, top);
  return count;
}

bool AddressTable::children(std::string_view address, std::vector<std::string>& names) const {
  names.clear();
  const std::uint32_t node = node_at(address);
  if (node == kNone) return false;
  for (const std::uint32_t each : nodes_[node].children) names.emplace_back(nodes_[each].name());
  return true;
}

}  // namespace continuo::osc
