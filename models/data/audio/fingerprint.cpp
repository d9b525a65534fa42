// What a recording sounds like in a few numbers.
#include "models/data/audio/fingerprint.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace continuo::data {

namespace {

constexpr std::array<double, Fingerprint::kBands> kEdges_hz = {250, 700, 1600, 3400};
constexpr double kRange_db = 30;   // below the loudest block: the recording begins and ends there
constexpr double kFloor_db = -50;  // below the loudest part: what lies deeper differs from codec to codec
constexpr double kMean_db = 1, kMost_db = 6, kLength_s = 0.15;

}  // namespace

bool alike(const Fingerprint& a, const Fingerprint& b) {
  if (std::abs(a.length_s - b.length_s) > kLength_s) return false;
  double sum = 0;
  for (std::size_t i = 0; i < a.db.size(); ++i) {
    const double away = std::abs(a.db[i] - b.db[i]);
    if (away > kMost_db) return false;
    sum += away;
  }
  return sum / static_cast<double>(a.db.size()) < kMean_db;
}

nlohmann::json to_json(const Fingerprint& print) {
  std::vector<int> tenths;
  for (const float db : print.db) tenths.push_back(static_cast<int>(std::lround(db * 10)));
  return {{"channel", print.channel},
          {"begin_s", print.begin_s},
          {"length_s", print.length_s},
          {"tenths_db", tenths}};
}

Fingerprint fingerprint_from(const nlohmann::json& j) {
  Fingerprint print;
  print.channel = j.at("channel");
  print.begin_s = j.at("begin_s");
  print.length_s = j.at("length_s");
  for (std::size_t i = 0; i < print.db.size(); ++i) print.db[i] = j.at("tenths_db").at(i).get<float>() / 10;
  return print;
}

Fingerprinter::Fingerprinter(const Survey& survey, int sample_rate) {
  const float loud = *std::max_element(survey.db.begin(), survey.db.end());
  std::size_t first = survey.db.size(), last = 0;
  for (std::size_t b = 0; b < survey.db.size(); ++b) {
    if (survey.db[b] < loud - kRange_db) continue;
    first = std::min(first, b);
    last = b + 1;
  }
  print_.channel = survey.channel;
  print_.begin_s = static_cast<double>(first) * survey.block_s;
  print_.length_s = static_cast<double>(last - first) * survey.block_s;
  begin_ = static_cast<std::size_t>(print_.begin_s * sample_rate);
  end_ = static_cast<std::size_t>((print_.begin_s + print_.length_s) * sample_rate);
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    const double k = std::tan(std::numbers::pi * std::min(kEdges_hz[e] / sample_rate, 0.45));
    const double norm = 1 / (1 + std::numbers::sqrt2 * k + k * k);
    LowPass& f = edges_[e];
    f.b0 = f.b2 = k * k * norm;
    f.b1 = 2 * f.b0;
    f.a1 = 2 * (k * k - 1) * norm;
    f.a2 = (1 - std::numbers::sqrt2 * k + k * k) * norm;
  }
}

void Fingerprinter::add(std::span<const float> audio) {
  for (const float v : audio) {
    double below = 0;
    std::array<double, Fingerprint::kBands> band{};
    for (std::size_t e = 0; e < edges_.size(); ++e) {
      LowPass& f = edges_[e];
      const double y = f.b0 * v + f.s1;
      f.s1 = f.b1 * v - f.a1 * y + f.s2;
      f.s2 = f.b2 * v - f.a2 * y;
      band[e] = y - below;
      below = y;
    }
    const std::size_t n = at_++;
    if (n < begin_ || n >= end_) continue;
    const std::size_t part = (n - begin_) * Fingerprint::kParts / (end_ - begin_);
    for (std::size_t e = 0; e < band.size(); ++e) power_[part * Fingerprint::kBands + e] += band[e] * band[e];
  }
}

Fingerprint Fingerprinter::finish() const {
  Fingerprint print = print_;
  const double loudest = *std::max_element(power_.begin(), power_.end());
  for (std::size_t i = 0; i < power_.size(); ++i) {
    const double share = loudest > 0 ? power_[i] / loudest : 0;
    print.db[i] = static_cast<float>(std::max(kFloor_db, 10 * std::log10(std::max(share, 1e-20))));
  }
  const float mean =
      std::accumulate(print.db.begin(), print.db.end(), 0.f) / static_cast<float>(print.db.size());
  for (float& db : print.db) db = std::round((db - mean) * 10) / 10;
  return print;
}

}  // namespace continuo::data
