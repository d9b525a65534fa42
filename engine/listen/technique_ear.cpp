#include "engine/listen/technique_ear.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace continuo::listen {
namespace {

constexpr int kZeroCrossings = 12;   // of the sinc, each way, at the lower of the two rates
constexpr int kFewestCodes = 3;      // before anything is said
constexpr float kClearly = 0.2f;     // likelier than what is said ...
constexpr int kCodesToChange = 2;    // ... for so many codes in a row
constexpr float kCodes = 0.5f;       // codes that follow one another say much the same
constexpr float kLeastOfCodes = -8;  // no colour rules a name out
constexpr float kDefault = 1;        // how much likelier the space's default is before anything is heard

}  // namespace

TechniqueEar::TechniqueEar(const ddsp::Model& model, double device_rate)
    : encoder_(*model.encoder()),
      movement_(model.config().frame_rate_hz()),
      space_(model.config().encoder.space),
      default_(model.config().spaces[static_cast<size_t>(space_)].default_entry),
      hop_(static_cast<uint32_t>(std::lround(device_rate / model.config().frame_rate_hz()))) {
  const auto device = static_cast<size_t>(std::lround(device_rate)),
             own = static_cast<size_t>(model.config().sample_rate);
  for (const auto& entry : model.config().spaces[static_cast<size_t>(space_)].entries)
    contours_.push_back(entry.contour);
  likelihoods_.assign(contours_.size(), 0.0f);
  const double ratio = device_rate / static_cast<double>(own), cut = std::min(1.0, 1 / ratio);
  const double half = kZeroCrossings / cut;  // device samples
  taps_ = 2 * static_cast<size_t>(std::ceil(half));
  window_.assign(static_cast<size_t>(encoder_.window_samples()), 0.0f);
  for (size_t n = 0; n < window_.size(); ++n) offsets_.push_back(n * device / own);
  past_.assign(offsets_.back() + taps_, 0.0f);
  // Phases repeat when the rates have a common measure.
  rows_ = std::min(own / std::gcd(device, own), window_.size());
  for (size_t row = 0; row < rows_; ++row) {
    const double phase = static_cast<double>(row * device % own) / static_cast<double>(own);
    for (size_t t = 0; t < taps_; ++t) {
      const double x = static_cast<double>(t) - (static_cast<double>(taps_) / 2 - 1) - phase;
      const double turn = std::numbers::pi * cut * x;
      const double sinc = turn == 0 ? 1 : std::sin(turn) / turn;
      const double hann = std::abs(x) < half ? 0.5 + 0.5 * std::cos(std::numbers::pi * x / half) : 0;
      kernels_.push_back(static_cast<float>(cut * sinc * hann));
    }
  }
  reset();
}

void TechniqueEar::reset() noexcept {
  encoder_.reset();
  std::fill(past_.begin(), past_.end(), 0.0f);
  since_ = 0;
  begin_phrase();
}

void TechniqueEar::begin_phrase() noexcept {
  encoder_.forget();
  movement_.reset();
  codes_ = likelier_codes_ = 0;
  entry_ = likelier_ = -1;
  share_ = 0;
}

bool TechniqueEar::push(float sample) noexcept {
  past_[at_] = std::isfinite(sample) ? sample : 0.0f;
  at_ = at_ + 1 == past_.size() ? 0 : at_ + 1;
  if (++since_ < hop_) return false;
  since_ = 0;
  return true;
}

void TechniqueEar::hear(float midi, float db, bool voiced, float gain) noexcept {
  for (size_t n = 0; n < window_.size(); ++n) {
    const float* kernel = kernels_.data() + n % rows_ * taps_;
    size_t from = at_ + offsets_[n];  // at_: the oldest sample
    if (from >= past_.size()) from -= past_.size();
    float sum = 0;
    for (size_t t = 0; t < taps_; ++t) {
      sum += kernel[t] * past_[from];
      from = from + 1 == past_.size() ? 0 : from + 1;
    }
    window_[n] = gain * sum;
  }
  movement_.push(midi, db, voiced);
  if (encoder_.hear(window_, midi, db, voiced) >= 0) decide();
}

void TechniqueEar::weigh() noexcept {
  const auto names = encoder_.names();
  const bool moved = movement_.measure();
  float most = -1e9f, sum = 0;
  for (size_t e = 0; e < names.size(); ++e) {
    float& likelihood = likelihoods_[e];
    likelihood = kCodes * std::max(std::log(names[e]), kLeastOfCodes);
    if (moved) likelihood += movement_.fit(contours_[e]);
    if (static_cast<int>(e) == default_) likelihood += kDefault;
    most = std::max(most, likelihood);
  }
  for (float& likelihood : likelihoods_) sum += likelihood = std::exp(likelihood - most);
  for (float& likelihood : likelihoods_) likelihood /= sum;
}

// Not at once: a name that flutters is of no use to anybody.
void TechniqueEar::decide() noexcept {
  ++codes_;
  if (likelihoods_.empty() || codes_ < kFewestCodes) return;
  weigh();
  const auto likeliest =
      static_cast<int>(std::max_element(likelihoods_.begin(), likelihoods_.end()) - likelihoods_.begin());
  const auto share = [&](int entry) { return likelihoods_[static_cast<size_t>(entry)]; };
  if (entry_ >= 0 && likeliest != entry_ && share(likeliest) > share(entry_) + kClearly) {
    likelier_codes_ = likeliest == likelier_ ? likelier_codes_ + 1 : 1;
    likelier_ = likeliest;
  } else {
    likelier_ = -1;
    likelier_codes_ = 0;
  }
  if (entry_ < 0 || likelier_codes_ >= kCodesToChange) entry_ = likeliest;
  share_ = share(entry_);
}

}  // namespace continuo::listen
