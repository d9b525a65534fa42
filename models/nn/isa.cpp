// Choosing an instruction set at run time, see isa.h. CONTINUO_PORTABLE_ONLY leaves the others out (fuzz
// targets).
#include "models/nn/isa.h"

#include <array>
#include <cstdlib>
#include <cstring>

namespace continuo::nn {

bool supported(Isa isa) noexcept {
  switch (isa) {
    case Isa::portable:
      return true;
#if defined(__x86_64__) && !defined(CONTINUO_PORTABLE_ONLY)
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::avx512:
      return supported(Isa::avx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni");
#endif
    default:
      return false;
  }
}

std::span<const Isa> supported_isas() noexcept {
  static constexpr std::array<Isa, 3> kAll{Isa::portable, Isa::avx2, Isa::avx512};
  static const std::size_t count = 1 + supported(Isa::avx2) + supported(Isa::avx512);
  return {kAll.data(), count};
}

Isa best_isa() noexcept {
  static const Isa best = [] {
    const char* wish = std::getenv("CONTINUO_ISA");
    if (wish)
      for (const Isa isa : supported_isas())
        if (std::strcmp(wish, name(isa)) == 0) return isa;
    return supported_isas().back();
  }();
  return best;
}

const char* name(Isa isa) noexcept {
  switch (isa) {
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      return "avx512";
    default:
      return "portable";
  }
}

}  // namespace continuo::nn
