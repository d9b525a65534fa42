// What an address leads to, packed into the handle that the address table keeps.
#pragma once

#include <cstdint>

#include "osc_schema/tables.h"

namespace continuo::session {

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
  [[nodiscard]] const schema::MethodSpec& method() const noexcept { return schema::methods(kind)[index]; }
  bool operator==(const Target&) const = default;
};

}  // namespace continuo::session
