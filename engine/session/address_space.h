// The addresses that exist now: the schema's fixed ones, and those of each part under its number, name and
// alias.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/osc/address_table.h"
#include "engine/rt/command.h"
#include "engine/session/target.h"

namespace continuo::session {

// Control thread.
class AddressSpace {
 public:
  AddressSpace();

  // `slot` 0..31. The name must be free (see name_is_free).
  void add_part(int slot, const std::string& name, schema::Kind instrument);
  void remove_part(int slot);
  void rename_part(int slot, const std::string& name);
  void change_instrument(int slot, schema::Kind instrument);
  // `player` 0..7.
  void add_player(int player);
  void remove_player(int player);
  // Not another part's, nor a word of the schema ("new").
  [[nodiscard]] bool name_is_free(const std::string& name) const;

  // A space of the part's model, in its place of kSpaces.
  struct SpaceTree {
    std::string name;  // empty: nothing is there
    std::vector<std::string> entries;
    bool learned = false;  // the technique's knobs (snap, drift ...) are reached under its name, too
    bool operator==(const SpaceTree&) const = default;
  };
  using Spaces = std::array<SpaceTree, kSpaces>;
  // Those of the model before go.
  void set_spaces(int slot, Spaces spaces);
  // A part has other addresses of that name ("note"): no space can have it.
  [[nodiscard]] static bool taken_by_parts(std::string_view space);

  // Literal addresses only; no allocation.
  [[nodiscard]] std::optional<Target> find(std::string_view address) const noexcept;
  struct Match {
    Target target;
    std::string address;
  };
  // Everything that a pattern (or a literal address) means, each target once, under its number where it has
  // several names and the pattern allows.
  void match(std::string_view pattern, std::vector<Match>& matches) const;
  // "/part/1/gain/norm".
  [[nodiscard]] std::string canonical(Target target) const;
  // The addresses that look most like one that does not exist; at most `count`.
  [[nodiscard]] std::vector<std::string> nearest(std::string_view address, size_t count) const;

  [[nodiscard]] const osc::AddressTable& table() const noexcept { return table_; }

 private:
  struct Slot {
    bool used = false;
    std::string name;
    schema::Kind instrument{};
    Spaces spaces;
  };
  void insert_tree(const std::string& root, int slot, schema::Kind instrument);
  void insert_spaces(const std::string& root, int slot);
  void insert_knobs(const std::string& space, uint8_t part);
  // Of the parts of a kind from this slot on: one has come or gone there.
  void number_aliases(schema::Kind instrument, int from);

  osc::AddressTable table_;
  Slot slots_[rt::kMaxParts];
  std::map<std::string, std::vector<std::string>> own_spaces_;  // that were inserted at a root, by name
};

}  // namespace continuo::session
