// continuo-bench-torch: LibTorch beside us, in a process of its own. Prints microseconds of ours, of
// LibTorch's, and the largest difference: of GRUCell, or with the argument "decode" of the DDSP decoder (a
// note of our batch of 32, of LibTorch one by one, of its batch of 32).
#include <cstdio>
#include <cstring>
#include <exception>

#include "bench/decode.h"

int main(int argc, char** argv) {
  try {
    if (argc > 1 && std::strcmp(argv[1], "decode") == 0) {
      const auto peer = continuo::bench::decode32_beside_torch();
      std::printf("%.9g %.9g %.9g %.9g\n", peer.ours_us, peer.torch_us, peer.torch_batch_us,
                  peer.largest_difference);
    } else {
      const auto peer = continuo::bench::gru512_beside_torch();
      std::printf("%.9g %.9g %.9g\n", peer.ours_us, peer.torch_us, peer.largest_difference);
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
