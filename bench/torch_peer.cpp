// continuo-bench-torch: LibTorch's GRUCell beside ours, in a process of its own. Prints microseconds of ours,
// of LibTorch's, and the largest difference.
#include <cstdio>
#include <exception>

#include "bench/kernels.h"

int main() {
  try {
    const auto peer = continuo::bench::gru512_beside_torch();
    std::printf("%.9g %.9g %.9g\n", peer.ours_us, peer.torch_us, peer.largest_difference);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
