// The addresses that exist right now: literal address to handle by hash, patterns by a tree of parts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/osc/pattern.h"

namespace continuo::osc {

// Control thread. A handle is any number of the caller's but kNone. Names are case-sensitive; one '/' at the
// end of an address that comes in is forgiven. The tree is listed in natural order: /part/2 comes before
// /part/10.
class AddressTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  AddressTable();

  // Throws std::invalid_argument for an address that OSC forbids (no leading '/', an empty part, a space or
  // one of # * , ? [ ] { }) or that is taken.
  void insert(std::string_view address, std::uint32_t handle);
  // The same, but an address that is there gets the handle.
  void assign(std::string_view address, std::uint32_t handle);
  bool erase(std::string_view address);
  // The address and everything below it; how many went.
  std::size_t erase_tree(std::string_view address);
  void clear();
  std::size_t size() const noexcept { return size_; }

  // The handle of a literal address or kNone. No allocation.
  std::uint32_t find(std::string_view address) const noexcept;

  // What a message's address leads to: the literal address, or else, if it is a pattern, all that it matches.
  template <class Found>
  std::size_t lookup(std::string_view address, Found&& found) const {
    const std::uint32_t handle = find(address);
    if (handle == kNone) return is_pattern(address) ? match(address, found) : 0;
    found(handle, address);
    return 1;
  }

  // Calls found(handle, address) for each address that the pattern matches, in natural order, each once;
  // returns how many. A literal address is a pattern too. No allocation. The table must not change meanwhile.
  template <class Found>
  std::size_t match(std::string_view pattern, Found&& found) const {
    return match_with(pattern, Callback(found));
  }
  // The same for an address and everything below it ("" or "/" is everything).
  template <class Found>
  std::size_t below(std::string_view address, Found&& found) const {
    return below_with(address, Callback(found));
  }

  // The names one level below an address ("" or "/" for the root), for OSCQuery; false when there is no such
  // place.
  bool children(std::string_view address, std::vector<std::string>& names) const;

 private:
  static constexpr std::uint32_t kRoot = 0;

  struct Callback {
    void* object;
    void (*call)(void*, std::uint32_t, std::string_view);
    template <class Found>
    explicit Callback(Found& found)
        : object(const_cast<void*>(static_cast<const void*>(std::addressof(found)))),
          call([](void* o, std::uint32_t handle, std::string_view address) {
            (*static_cast<std::remove_reference_t<Found>*>(o))(handle, address);
          }) {}
  };
  struct Node {
    std::string address;        // whole
    std::uint32_t name_at = 0;  // where its last part begins
    std::uint32_t parent = 0;
    std::uint32_t handle = kNone;
    std::vector<std::uint32_t> children;  // in natural order
    std::string_view name() const noexcept { return std::string_view(address).substr(name_at); }
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t node = kNone;
  };

  std::size_t match_with(std::string_view pattern, Callback found) const;
  std::size_t below_with(std::string_view address, Callback found) const;
  std::uint32_t node_at(std::string_view address) const noexcept;
  std::uint32_t child(std::uint32_t parent, std::string_view name) const noexcept;
  std::uint32_t make_child(std::uint32_t parent, std::string_view name);
  std::size_t erase_node(std::uint32_t node);
  void drop_empty(std::uint32_t node);
  void place(std::uint32_t node);
  void unplace(std::uint32_t node);
  void rehash(std::size_t slots);

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> free_;
  std::vector<Slot> slots_;  // open addressing, linear probing, at most half full
  std::size_t size_ = 0;
  std::size_t deepest_ = 0;  // most parts that an address had
};

}  // namespace continuo::osc
