// A recording read once.
#include "models/data/audio/survey.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "models/data/audio/a_weighting.h"
#include "models/data/audio/flat_tops.h"
#include "models/data/sound_file.h"

namespace continuo::data {

namespace {

constexpr std::size_t kBlock = 4096;
constexpr double kMostLoss_db = 12;
constexpr double kLoudRange_db = 20;
constexpr std::size_t kLookedAt = 2;  // channels in which clipping is looked for

float to_db(double power) {
  return power > 1e-20 ? static_cast<float>(10 * std::log10(power)) : -200.f;
}

struct Sums {
  double first = 0, second = 0;
};

class Surveyor {
 public:
  Surveyor(const std::filesystem::path& file, int channel) : file_(file), weighting_(file_.sample_rate()) {
    out_.sample_rate = file_.sample_rate();
    out_.channels = file_.channels();
    out_.channel = channel;
    block_ = static_cast<std::size_t>(std::max(1.0, std::round(0.01 * out_.sample_rate)));
    out_.block_s = static_cast<double>(block_) / out_.sample_rate;
    powers_.assign(out_.channels, 0.0);
    tops_.assign(std::min(kLookedAt, out_.channels), FlatTops(block_));
    hash(static_cast<std::uint32_t>(out_.sample_rate));
    hash(static_cast<std::uint32_t>(out_.channels));
  }

  Survey run() {
    std::vector<float> frames(kBlock * out_.channels), mono(kBlock);
    while (const std::size_t count = file_.read(frames)) {
      for (const float v : std::span(frames).first(count * out_.channels))
        hash(std::bit_cast<std::uint32_t>(v));
      for (std::size_t i = 0; i < count; ++i) mono[i] = mix(&frames[i * out_.channels]);
      add(std::span(mono).first(count));
    }
    file_.require_audio();
    finish();
    return std::move(out_);
  }

  double loudest_channel_power() const { return *std::max_element(powers_.begin(), powers_.end()); }
  int loudest_channel() const {
    return static_cast<int>(std::max_element(powers_.begin(), powers_.end()) - powers_.begin());
  }

 private:
  void hash(std::uint32_t word) {  // FNV-1a, by words
    out_.content = (out_.content ^ word) * 1099511628211ULL;
  }

  float mix(const float* frame) {
    float sum = 0;
    for (std::size_t c = 0; c < out_.channels; ++c) {
      sum += frame[c];
      powers_[c] += double{frame[c]} * frame[c];
      if (c < tops_.size()) tops_[c].add(frame[c]);
    }
    return out_.channel == kMixed ? sum / static_cast<float>(out_.channels)
                                  : frame[static_cast<std::size_t>(out_.channel)];
  }

  void add(std::span<float> mono) {
    for (const float v : mono) {
      highest_ = std::max(highest_, v);
      lowest_ = std::min(lowest_, v);
      now_.first += v;
      now_.second += double{v} * v;
      if (++in_block_ == block_) close_block();
    }
    weighting_.process(mono);
    for (const float v : mono) {
      weighted_ += double{v} * v;
      if (++in_weighted_ == block_) close_weighted();
    }
    frames_ += mono.size();
  }

  void close_block() {
    const auto n = static_cast<double>(in_block_);
    sums_.push_back({static_cast<float>(now_.first / n), static_cast<float>(now_.second / n)});
    total_.first += now_.first;
    total_.second += now_.second;
    now_ = {};
    in_block_ = 0;
  }

  void close_weighted() {
    weighted_db_.push_back(to_db(weighted_ / static_cast<double>(in_weighted_)));
    weighted_ = 0;
    in_weighted_ = 0;
  }

  void finish() {
    if (in_block_ > 0) close_block();
    if (in_weighted_ > 0) close_weighted();
    out_.clipped.assign(sums_.size(), 0.f);
    for (const FlatTops& tops : tops_) tops.add_shares(out_.clipped);
    const auto n = static_cast<double>(frames_);
    out_.seconds = n / out_.sample_rate;
    out_.missing_s = file_.missing_s();
    out_.dc = total_.first / n;
    out_.peak = std::max(highest_ - static_cast<float>(out_.dc), static_cast<float>(out_.dc) - lowest_);
    out_.db.reserve(sums_.size());
    for (const auto& [mean, square] : sums_)
      out_.db.push_back(to_db(std::max(0.0, square - 2 * out_.dc * mean + out_.dc * out_.dc)));
    for (double& power : powers_) power /= n;
    const double mixed = total_.second / n;
    out_.mixing_loss_db = to_db(loudest_channel_power()) - to_db(mixed);
    const float loud = *std::max_element(weighted_db_.begin(), weighted_db_.end());
    double sum = 0, count = 0;
    for (const float db : weighted_db_) {
      if (db < loud - kLoudRange_db) continue;
      sum += std::pow(10.0, db / 10);
      ++count;
    }
    out_.loudness_db = to_db(sum / count);
  }

  SoundFile file_;
  AWeighting weighting_;
  Survey out_;
  std::size_t block_ = 0, in_block_ = 0, in_weighted_ = 0;
  std::uint64_t frames_ = 0;
  Sums now_, total_;
  struct Block {
    float mean, square;
  };
  std::vector<Block> sums_;
  std::vector<float> weighted_db_;
  double weighted_ = 0;
  float highest_ = -1e9f, lowest_ = 1e9f;
  std::vector<double> powers_;
  std::vector<FlatTops> tops_;
};

}  // namespace

Survey survey_recording(const std::filesystem::path& file) {
  Surveyor surveyor(file, kMixed);
  Survey survey = surveyor.run();
  if (survey.channels < 2 || survey.mixing_loss_db <= kMostLoss_db) return survey;
  const double loss = survey.mixing_loss_db;
  survey = Surveyor(file, surveyor.loudest_channel()).run();
  survey.mixing_loss_db = loss;
  return survey;
}

double clipped_share(const Survey& survey, double begin_s, double end_s) {
  double sum = 0, count = 0;
  const auto from = static_cast<std::size_t>(std::max(0.0, begin_s / survey.block_s));
  for (std::size_t b = from; b < survey.clipped.size() && static_cast<double>(b) * survey.block_s < end_s;
       ++b) {
    sum += survey.clipped[b];
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

}  // namespace continuo::data
