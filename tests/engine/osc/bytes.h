// Spells OSC packets byte by byte, independent of the code under test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace continuo::osc::test {

// Text with its NUL and padding.
inline std::string text(std::string_view s) {
  std::string out(s);
  do out.push_back('\0');
  while (out.size() % 4 != 0);
  return out;
}

inline std::string u32(std::uint32_t value) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
  return out;
}

inline std::string u64(std::uint64_t value) {
  return u32(static_cast<std::uint32_t>(value >> 32)) + u32(static_cast<std::uint32_t>(value));
}

inline std::string message(std::string_view address, std::string_view tags, std::string_view data = {}) {
  return text(address) + text(std::string(1, ',').append(tags)) + std::string(data);
}

inline std::string element(const std::string& packet) {
  return u32(static_cast<std::uint32_t>(packet.size())) + packet;
}

inline std::string bundle(std::uint64_t time, const std::string& elements = {}) {
  return text("#bundle") + u64(time) + elements;
}

inline std::span<const std::byte> view(const std::string& packet) {
  return std::as_bytes(std::span(packet));
}

inline std::string as_string(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace continuo::osc::test
