// What a recording sounds like in a few numbers that neither level, rate nor format change much.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <span>

#include "models/data/audio/survey.h"

namespace continuo::data {

// The levels of four bands in sixteen equal parts between the first and the last sound, dB around their mean.
struct Fingerprint {
  static constexpr std::size_t kParts = 16, kBands = 4;
  int channel = kMixed;              // as in the survey
  double begin_s = 0, length_s = 0;  // of what sounds
  std::array<float, kParts * kBands> db{};
};

// Any thread. Could be the same recording: whether it is, only its samples tell (same_recording()).
bool alike(const Fingerprint& a, const Fingerprint& b);

nlohmann::json to_json(const Fingerprint& print);
Fingerprint fingerprint_from(const nlohmann::json& j);

// Takes a recording's audio in order and gives its fingerprint.
class Fingerprinter {
 public:
  Fingerprinter(const Survey& survey, int sample_rate);
  void add(std::span<const float> audio);
  Fingerprint finish() const;

 private:
  struct LowPass {  // Butterworth, second order
    double b0 = 0, b1 = 0, b2 = 0, a1 = 0, a2 = 0, s1 = 0, s2 = 0;
  };
  Fingerprint print_;
  std::array<LowPass, Fingerprint::kBands> edges_;
  std::array<double, Fingerprint::kParts * Fingerprint::kBands> power_{};
  std::size_t begin_ = 0, end_ = 0, at_ = 0;
};

}  // namespace continuo::data
