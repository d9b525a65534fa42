// The loops behind machine_*_gflops(), one set an instruction set.
#pragma once
#include <cstdint>

namespace continuo::bench {

// Each loop reads `weights` once from begin to end, as packed kernels do, and keeps its sums and factors in
// registers: no activations are loaded, nothing is stored. So it bounds every kernel that must read that many
// weights, whatever cache level they come from, and that must do that many multiply-adds.
struct LimitLoops {
  // One multiply-add a weight, with 1, 2, 4 or 8 streams of loads. floats: a multiple of 1024.
  float (*gemv)(const float* weights, std::int64_t floats, int streams);
  // 32 multiply-adds a weight.
  float (*gemm)(const float* weights, std::int64_t floats);
  // One multiply-add an int8 weight, as gemv.
  float (*int8)(const std::int8_t* weights, std::int64_t bytes, int streams);
};

const LimitLoops& limit_loops();  // of nn::best_isa()

}  // namespace continuo::bench
