#include "models/data/audio/cleanness.h"

namespace continuo::data {

Cleanness measure_cleanness(std::span<const float>, double, const Features&, int) {
  return {};
}

std::vector<Fault> faults_of(const Cleanness&, const Limits&) {
  return {};
}

}  // namespace continuo::data
