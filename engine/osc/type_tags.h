// The type tags of OSC 1.0 and 1.1. Inside engine/osc only.
#pragma once

namespace continuo::osc {

// Bytes that an argument of this tag takes for sure; -1 for an unknown tag.
constexpr int fixed_bytes(char tag) noexcept {
  switch (tag) {
    case 'i':
    case 'f':
    case 'c':
    case 'r':
    case 'm':
    case 'b':
    case 's':
    case 'S':
      return 4;
    case 'h':
    case 't':
    case 'd':
      return 8;
    case 'T':
    case 'F':
    case 'N':
    case 'I':
      return 0;
    default:
      return -1;
  }
}

}  // namespace continuo::osc
