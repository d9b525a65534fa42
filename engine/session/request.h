// A message checked against the schema: what it asks for, or what is wrong with it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/osc/packet.h"
#include "engine/session/target.h"

namespace continuo::session {

// One argument of a method: a number, or a text that lives in the packet.
struct Value {
  bool given = false;
  double number = 0;
  std::string_view text;
  osc::Argument raw;
};

// What one message asks of one target.
struct Request {
  enum class What : uint8_t {
    kNothing,  // the release of a button
    kQuery,
    kSet,   // a parameter
    kCall,  // a method
  };
  static constexpr size_t kMaxArguments = 8;

  What what = What::kNothing;
  Target target;
  float value = 0;                               // kSet: in the parameter's unit, within its range
  float seconds = 0;                             // kSet
  std::array<Value, kMaxArguments> arguments{};  // kCall: as the method's schema lists them
};

// Any thread. Checks arguments, ranges and types. True: `request` is filled; else `reason` says what is
// expected.
[[nodiscard]] bool check(const osc::Message& message, Target target, Request& request, std::string& reason);

}  // namespace continuo::session
