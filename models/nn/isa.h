// Which instruction sets the kernels exist for, and which of them this machine runs.
#pragma once
#include <span>

namespace continuo::nn {

enum class Isa { portable, avx2, avx512 };  // avx2: with FMA and F16C; avx512: F, BW, VL, DQ and VNNI

// Any thread. True when the kernels were compiled for it and this CPU and its operating system run it.
bool supported(Isa isa) noexcept;

// Any thread. The best supported one, decided once; the environment variable CONTINUO_ISA (portable, avx2,
// avx512) chooses a lower one, for tests and for comparing.
Isa best_isa() noexcept;

// Any thread. Every supported one, the plainest first.
std::span<const Isa> supported_isas() noexcept;

const char* name(Isa isa) noexcept;

}  // namespace continuo::nn
