// The peer that a network has to beat: an n-gram of events, smoothed by Witten and Bell.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace continuo::musicrnn {

// p_k(w | h) = (c(h w) + t(h) p_{k-1}(w | h')) / (c(h) + t(h)), where t(h) counts the different events after
// h (Witten and Bell 1991; interpolated as in Chen and Goodman 1998); p_0 is uniform over the classes.
class NGram {
 public:
  // `order`: events that a probability looks at, itself included; 1: none before it.
  NGram(int order, int classes);
  // A sequence of classes; what comes before its beginning is a symbol of its own.
  void learn(std::span<const int> sequence);
  // Nats of all but the first event, which nobody has to guess. `count` grows by how many they are.
  double nats(std::span<const int> sequence, std::int64_t& count) const;

 private:
  struct Context {
    std::uint32_t sum = 0, kinds = 0;
  };
  // Of the last `length` classes before `at`.
  static std::uint64_t key(std::span<const int> sequence, std::size_t at, int length);
  int order_, classes_;
  std::vector<std::unordered_map<std::uint64_t, Context>> contexts_;      // by length
  std::vector<std::unordered_map<std::uint64_t, std::uint32_t>> counts_;  // of context and event
};

}  // namespace continuo::musicrnn
