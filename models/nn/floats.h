// Buffers aligned to a cache line, so that no vector load crosses one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace continuo::nn {

template <class T>
struct CacheAligned {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};

  CacheAligned() noexcept = default;
  template <class U>
  CacheAligned(const CacheAligned<U>&) noexcept {}
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kAlignment)); }
  void deallocate(T* memory, std::size_t) noexcept { ::operator delete(memory, kAlignment); }
  template <class U>
  bool operator==(const CacheAligned<U>&) const noexcept {
    return true;
  }
};

using Floats = std::vector<float, CacheAligned<float>>;
using Bytes = std::vector<std::int8_t, CacheAligned<std::int8_t>>;

}  // namespace continuo::nn
