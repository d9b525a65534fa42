// A score of patches/scores, rendered by the program that ships with the models that ship.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/patches/heard.h"

namespace continuo::test {

class Rendered {
 public:
  // A score's name, or with `codes` one whose codes have to be those of the model (codes.h): a test that
  // finds others fails, and writes them where CONTINUO_WRITE_SCORES is set. `input`: mono at 48 kHz, heard by
  // the engine's first input. Fails the test when anything was refused.
  explicit Rendered(const std::string& score, const std::vector<float>& input = {},
                    const std::string& codes = {});

  [[nodiscard]] std::span<const float> between(double from_s, double until_s) const;
  [[nodiscard]] Heard at(double from_s, double until_s) const { return heard(between(from_s, until_s)); }
  [[nodiscard]] std::span<const float> whole() const { return sound_; }

 private:
  std::vector<float> sound_;
};

}  // namespace continuo::test
