// How unusual each item of a set is, and why: a robust distance in the space of the items' features.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/data/set.h"

namespace continuo::data {

// One feature that sets an item apart.
struct Deviation {
  std::string feature;
  double value = 0, median = 0;
  double score = 0;  // distance from the median in robust standard deviations, signed
};

struct Unusual {
  std::size_t item = 0;               // index into Set::items
  double distance = 0;                // about 1 for an item like the others, 3 for one that stands out
  std::vector<Deviation> deviations;  // up to three, the strongest first
  std::string words;                  // "much higher than the rest: pitch median C6 (most: F4)"
};

// Any thread. All kept items with features, the most unusual first. Features are standardised by median and
// median absolute deviation (those that never change are left out); the distance is Mahalanobis' with a
// covariance shrunk towards a sphere (Ledoit and Wolf, 2004), divided by the square root of the number of
// features. Empty with fewer than five items or without a feature that varies.
std::vector<Unusual> rank_by_distance(const Set& set);

}  // namespace continuo::data
