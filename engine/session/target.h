// What an address leads to, packed into the handle that the address table keeps.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "osc_schema/tables.h"

namespace continuo::session {

// Places for code spaces in a part: these have their addresses whatever the model, so that a client learns
// what is missing; the others take what else a model has, in its order.
inline constexpr std::array<std::string_view, 3> kSpaceNames = {"technique", "vowel", "voice"};
inline constexpr size_t kCommonSpaces = kSpaceNames.size();
inline constexpr size_t kSpaces = kCommonSpaces + 4;  // a model has 4 at most

enum class Face : uint8_t { kUnit, kNorm, kText, kMethod };

struct Target {
  static constexpr uint8_t kNoPart = 63;

  schema::Kind kind = schema::Kind::kEngine;
  Face face = Face::kMethod;
  uint8_t part = kNoPart;  // slot, 0..31
  uint16_t index = 0;      // of the parameter or the method in its kind

  [[nodiscard]] uint32_t handle() const noexcept {
    return static_cast<uint32_t>(kind) << 24 | static_cast<uint32_t>(face) << 22 |
           static_cast<uint32_t>(part) << 16 | index;
  }
  static Target of(uint32_t handle) noexcept {
    return {static_cast<schema::Kind>(handle >> 24), static_cast<Face>(handle >> 22 & 3),
            static_cast<uint8_t>(handle >> 16 & 63), static_cast<uint16_t>(handle)};
  }
  [[nodiscard]] Target with(Face other) const noexcept { return {kind, other, part, index}; }
  [[nodiscard]] bool is_parameter() const noexcept { return face != Face::kMethod; }
  [[nodiscard]] const schema::ParameterSpec& parameter() const noexcept {
    return schema::parameters(kind)[index];
  }
  [[nodiscard]] const schema::MethodSpec& method() const noexcept {
    return schema::methods(kind)[kind == schema::Kind::kSpace ? index & 7u : index];
  }
  // Methods of code spaces: the index holds the method, the place of the space and, where the method has
  // one, the name (of those that the part's model has in it).
  static Target of_space(uint8_t part, schema::space::Method method, size_t space, size_t name = 0) noexcept {
    return {schema::Kind::kSpace, Face::kMethod, part,
            static_cast<uint16_t>(static_cast<size_t>(method) | space << 3 | name << 6)};
  }
  [[nodiscard]] schema::space::Method space_method() const noexcept {
    return static_cast<schema::space::Method>(index & 7u);
  }
  [[nodiscard]] size_t space() const noexcept { return index >> 3 & 7u; }
  [[nodiscard]] size_t space_name() const noexcept { return index >> 6; }
  bool operator==(const Target&) const = default;
};

}  // namespace continuo::session
