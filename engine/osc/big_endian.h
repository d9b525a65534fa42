// Big-endian loads and stores, and OSC's padding to four bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace continuo::osc {

inline std::uint32_t load_u32(const std::byte* p) noexcept {
  return std::to_integer<std::uint32_t>(p[0]) << 24 | std::to_integer<std::uint32_t>(p[1]) << 16 |
         std::to_integer<std::uint32_t>(p[2]) << 8 | std::to_integer<std::uint32_t>(p[3]);
}

inline std::uint64_t load_u64(const std::byte* p) noexcept {
  return std::uint64_t{load_u32(p)} << 32 | load_u32(p + 4);
}

inline void store_u32(std::byte* p, std::uint32_t value) noexcept {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<std::byte>(value >> (24 - 8 * i));
}

inline void store_u64(std::byte* p, std::uint64_t value) noexcept {
  store_u32(p, static_cast<std::uint32_t>(value >> 32));
  store_u32(p + 4, static_cast<std::uint32_t>(value));
}

// Bytes of a blob of `size` bytes with its padding, and of a text with its NUL and padding.
constexpr std::size_t padded_blob(std::size_t size) noexcept {
  return (size + 3) & ~std::size_t{3};
}
constexpr std::size_t padded_text(std::size_t length) noexcept {
  return (length + 4) & ~std::size_t{3};
}

}  // namespace continuo::osc
