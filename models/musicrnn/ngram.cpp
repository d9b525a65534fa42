#include "models/musicrnn/ngram.h"

#include <cmath>

namespace continuo::musicrnn {
namespace {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ull;
  hash *= 0xff51afd7ed558ccdull;
  return hash ^ hash >> 32;
}

}  // namespace

NGram::NGram(int order, int classes)
    : order_(order),
      classes_(classes),
      contexts_(static_cast<std::size_t>(order)),
      counts_(contexts_.size()) {}

std::uint64_t NGram::key(std::span<const int> sequence, std::size_t at, int length) {
  std::uint64_t hash = static_cast<std::uint64_t>(length) * 0x2545f4914f6cdd1dull;
  for (int back = 1; back <= length; ++back) {
    const auto b = static_cast<std::size_t>(back);
    hash = mixed(hash, b <= at ? static_cast<std::uint64_t>(sequence[at - b]) : 0xfffffu);
  }
  return hash;
}

void NGram::learn(std::span<const int> sequence) {
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    for (int length = 0; length < order_; ++length) {
      const auto l = static_cast<std::size_t>(length);
      const std::uint64_t context = key(sequence, i, length);
      Context& seen = contexts_[l][context];
      std::uint32_t& count = counts_[l][mixed(context, static_cast<std::uint64_t>(sequence[i]))];
      seen.kinds += count == 0;
      ++seen.sum;
      ++count;
    }
  }
}

double NGram::nats(std::span<const int> sequence, std::int64_t& count) const {
  double nats = 0;
  for (std::size_t i = 1; i < sequence.size(); ++i) {
    double p = 1.0 / classes_;
    for (int length = 0; length < order_; ++length) {
      const auto l = static_cast<std::size_t>(length);
      const std::uint64_t context = key(sequence, i, length);
      const auto seen = contexts_[l].find(context);
      if (seen == contexts_[l].end()) break;  // nor was any longer one
      const auto found = counts_[l].find(mixed(context, static_cast<std::uint64_t>(sequence[i])));
      const double c = found == counts_[l].end() ? 0 : found->second;
      p = (c + seen->second.kinds * p) / (seen->second.sum + seen->second.kinds);
    }
    nats -= std::log(p);
    ++count;
  }
  return nats;
}

}  // namespace continuo::musicrnn
