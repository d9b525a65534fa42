// The n-gram that networks have to beat.
#include "models/musicrnn/ngram.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace continuo::musicrnn;

TEST_CASE("Witten-Bell by hand") {
  // Of 0 1 0 1 1: c(0) = 2, c(1) = 3, 2 kinds; p1(1) = (3 + 2 / 3) / 7, p1(0) = (2 + 2 / 3) / 7, p1(2) = 2
  // / 21.
  const std::vector<int> learned{0, 1, 0, 1, 1};
  NGram unigram(1, 3);
  unigram.learn(learned);
  std::int64_t count = 0;
  CHECK(unigram.nats(std::vector<int>{0, 1}, count) == Approx(-std::log((3 + 2.0 / 3) / 7)));
  CHECK(count == 1);
  CHECK(unigram.nats(std::vector<int>{0, 2}, count) == Approx(-std::log(2.0 / 21)));
  // After 0 came 1 twice, 1 kind: p2(1 | 0) = (2 + p1(1)) / 3; after 2, which never came, p1.
  NGram bigram(2, 3);
  bigram.learn(learned);
  const double p1 = (3 + 2.0 / 3) / 7;
  CHECK(bigram.nats(std::vector<int>{0, 1}, count) == Approx(-std::log((2 + p1) / 3)));
  CHECK(bigram.nats(std::vector<int>{2, 1}, count) == Approx(-std::log(p1)));
  // Probabilities of all classes sum to 1 in any context.
  for (const int before : {0, 1, 2}) {
    double sum = 0;
    for (const int next : {0, 1, 2}) sum += std::exp(-bigram.nats(std::vector<int>{before, next}, count));
    CHECK(sum == Approx(1));
  }
}

TEST_CASE("A longer order learns what repeats over a longer time") {
  std::vector<int> tune;
  for (int i = 0; i < 60; ++i)
    tune.push_back(std::vector<int>{0, 1, 2, 0, 2, 1}[static_cast<std::size_t>(i % 6)]);
  double last = 1e9;
  for (const int order : {1, 2, 3}) {
    NGram ngram(order, 3);
    ngram.learn(tune);
    std::int64_t count = 0;
    const double nats = ngram.nats(tune, count);
    CHECK(nats < last);
    last = nats;
  }
}
