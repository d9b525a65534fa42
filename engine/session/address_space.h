// The addresses that exist now: the schema's fixed ones, and those of each part under its number, name and
// alias.
#pragma once

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
  // Not another part's, nor a word of the schema ("new").
  [[nodiscard]] bool name_is_free(const std::string& name) const;

  // The names that the part's model knows in each space; those of the model before go.
  using SpaceEntries = std::array<std::vector<std::string>, kSpaces>;
  void set_spaces(int slot, SpaceEntries names);

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
    SpaceEntries names;
  };
  void insert_tree(const std::string& root, int slot, schema::Kind instrument);
  void insert_spaces(const std::string& root, int slot);
  // Of the parts of a kind from this slot on: one has come or gone there.
  void number_aliases(schema::Kind instrument, int from);

  osc::AddressTable table_;
  Slot slots_[rt::kMaxParts];
};

}  // namespace continuo::session
