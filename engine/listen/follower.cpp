#include "engine/listen/follower.h"

#include <algorithm>
#include <cmath>

namespace continuo::listen {
namespace {

constexpr double kHighestRate = 32000;  // the trackers'; a device's is halved until it is below
constexpr float kFloorDb = -80;
constexpr float kSteady = 0.35f;  // semitones between ticks of one pitch
// Aperiodicity that an onset's pitch may have, by window: the shorter, the cleaner.
constexpr float kFastClean = 0.06f, kMiddleClean = 0.12f;
constexpr int kFastTicks = 2, kMiddleTicks = 1;  // that must agree with the one before
constexpr int kSettleTicks = 16;                 // 32 ms: the long window sees nothing but the note
constexpr int kUnsureTicks = 60;                 // 120 ms without a pitch: the voice rests
constexpr int kVetoTicks = 20, kEarlyVetoTicks = 2, kJumpTicks = 2;
constexpr float kLeapDb = 8;        // within 20 ms: a new attack
constexpr int kBetweenOnsets = 25;  // ticks
constexpr float kJump = 0.7f;       // semitones

float midi_of(float hz) {
  return hz > 0 ? 69.f + 12.f * std::log2(hz / 440.f) : 0.f;
}

// By an octave, a twelfth or two octaves: what trackers take for one another.
bool confusable(float semitones) {
  const float size = std::fabs(semitones);
  return std::fabs(size - 12) < 0.8f || std::fabs(size - 19.02f) < 0.8f || std::fabs(size - 24) < 0.8f;
}

}  // namespace

void Follower::prepare(double rate) {
  halvings_ = 0;
  while (rate > kHighestRate && halvings_ < halvers_.size()) rate /= 2, ++halvings_;
  tick_samples_ = std::min<size_t>(block_.size(), static_cast<size_t>(std::lround(rate * kTickSeconds)));
  const auto spec = [&](double lowest, double window_ms, int hop) {
    dsp::PitchSpec pitch;
    pitch.sample_rate = rate;
    pitch.hop = hop;
    pitch.min_hz = lowest;
    pitch.max_hz = std::min(pitch.max_hz, rate / 4);
    pitch.window_ms = window_ms;
    pitch.silence_db = -75;
    return pitch;
  };
  const int hop = static_cast<int>(tick_samples_);
  const dsp::PitchSpec trained;
  const std::array<dsp::PitchSpec, kWindows> specs{spec(180, 5, hop), spec(90, 8, hop),
                                                   spec(trained.min_hz, trained.window_ms, 2 * hop)};
  for (size_t i = 0; i < kWindows; ++i) {
    trackers_[i].prepare(specs[i]);
    lowest_hz_[i] = static_cast<float>(specs[i].min_hz) * (i == kSlow ? 1.f : 1.08f);
  }
  const auto even = [&](double seconds) { return 2 * static_cast<int>(std::lround(rate * seconds / 2)); };
  slow_power_.prepare({.hop = hop, .window = even(0.04), .floor_db = kFloorDb});
  fast_power_.prepare({.hop = hop, .window = even(0.01), .floor_db = kFloorDb});
  reset();
}

void Follower::reset() noexcept {
  for (Halver& halver : halvers_) halver.reset();
  for (auto& tracker : trackers_) tracker.reset();
  slow_power_.reset();
  fast_power_.reset();
  filled_ = past_at_ = 0;
  estimates_.fill({});
  past_db_.fill(kFloorDb);
  slow_db_ = fast_db_ = kFloorDb;
  heard_ = {};
  loud_ticks_ = open_ticks_ = unsure_ticks_ = strange_ticks_ = 0;
  since_onset_ = kBetweenOnsets;
}

bool Follower::push(float sample) noexcept {
  float x = std::isfinite(sample) ? std::clamp(sample, -4.f, 4.f) : 0.f;
  for (size_t i = 0; i < halvings_; ++i) {
    float halved = 0;
    if (!halvers_[i].push(x, halved)) return false;
    x = halved;
  }
  block_[filled_++] = x;
  if (filled_ < tick_samples_) return false;
  filled_ = 0;
  tick();
  return true;
}

void Follower::estimate(Window which) noexcept {
  std::array<dsp::PitchFrame, 2> frames;
  if (trackers_[which].process({block_.data(), tick_samples_}, frames) == 0) return;
  const dsp::PitchFrame& frame = frames[0];
  Estimate& e = estimates_[which];
  const float midi = midi_of(frame.f0_hz);
  const bool usable = frame.f0_hz >= lowest_hz_[which];
  e.steady = usable && std::fabs(midi - e.midi) < kSteady ? e.steady + 1 : 0;
  e.midi = midi;
  e.aperiodicity = usable ? frame.aperiodicity : 1.f;
}

bool Follower::clean(Window which, float limit, int ticks) const noexcept {
  const Estimate& e = estimates_[which];
  return e.aperiodicity < limit && e.steady >= ticks;
}

// Whose pitch to believe; null: nobody's.
const Follower::Estimate* Follower::choose() const noexcept {
  const float limit = 1 - gate_.confidence;
  const Estimate& slow = estimates_[kSlow];
  const bool settled = heard_.sounding ? open_ticks_ >= kSettleTicks : loud_ticks_ >= kSettleTicks;
  const bool middle = clean(kMiddle, std::min(limit, kMiddleClean), kMiddleTicks);
  if (settled && slow.aperiodicity < limit) {
    // A step to another note: the shorter window is there first.
    const bool stepped = middle && std::fabs(estimates_[kMiddle].midi - slow.midi) > kJump &&
                         !confusable(estimates_[kMiddle].midi - slow.midi);
    return stepped ? &estimates_[kMiddle] : &slow;
  }
  if (middle) return &estimates_[kMiddle];
  if (!settled && clean(kFast, std::min(limit, kFastClean), kFastTicks)) return &estimates_[kFast];
  return nullptr;
}

void Follower::close() noexcept {
  heard_.sounding = false;
  heard_.confidence = 0;
  open_ticks_ = unsure_ticks_ = strange_ticks_ = 0;
}

// Goes to `midi` unless that looks like an error that will pass.
void Follower::follow(float midi) noexcept {
  const float jump = midi - heard_.midi;
  if (std::fabs(jump) < kJump) {
    heard_.midi = midi;
    strange_ticks_ = 0;
    return;
  }
  strange_ticks_ = std::fabs(midi - strange_midi_) < kJump ? strange_ticks_ + 1 : 1;
  strange_midi_ = midi;
  const bool early = open_ticks_ < kSettleTicks + 4;
  const int patience = !confusable(jump) ? kJumpTicks : early ? kEarlyVetoTicks : kVetoTicks;
  if (strange_ticks_ < patience) return;
  heard_.midi = midi;
  strange_ticks_ = 0;
  if (!early && since_onset_ >= kBetweenOnsets) heard_.onset = true;
}

void Follower::tick() noexcept {
  for (const Window window : {kFast, kMiddle, kSlow}) estimate(window);
  std::array<float, 2> db;
  const std::span<const float> block{block_.data(), tick_samples_};
  if (slow_power_.process(block, db) > 0) slow_db_ = db[0];
  if (fast_power_.process(block, db) > 0) fast_db_ = db[0];
  // On a steady tone the training's window counts; the short one where they differ by more than the ripple
  // that a low note leaves in it.
  constexpr float kRippleDb = 2;
  heard_.db =
      std::max(kFloorDb, slow_db_ + std::copysign(std::max(0.f, std::fabs(fast_db_ - slow_db_) - kRippleDb),
                                                  fast_db_ - slow_db_));
  heard_.onset = false;
  ++since_onset_;
  const float before = past_db_[past_at_];
  past_db_[past_at_] = heard_.db;
  past_at_ = (past_at_ + 1) % past_db_.size();

  loud_ticks_ =
      fast_db_ >= gate_.open_db || (loud_ticks_ > 0 && fast_db_ >= gate_.close_db) ? loud_ticks_ + 1 : 0;
  const Estimate* chosen = choose();
  if (!heard_.sounding) {
    if (loud_ticks_ == 0 || fast_db_ < gate_.open_db || chosen == nullptr) return;
    heard_.sounding = heard_.onset = true;
    heard_.midi = chosen->midi;
    heard_.confidence = 1 - chosen->aperiodicity;
    open_ticks_ = unsure_ticks_ = strange_ticks_ = since_onset_ = 0;
    return;
  }
  ++open_ticks_;
  if (heard_.db < gate_.close_db) return close();
  if (chosen == nullptr) {
    heard_.confidence = std::max(0.f, 1 - estimates_[kSlow].aperiodicity);
    if (++unsure_ticks_ > kUnsureTicks) close();
    return;
  }
  unsure_ticks_ = 0;
  heard_.confidence = 1 - chosen->aperiodicity;
  follow(chosen->midi);
  if (heard_.db > before + kLeapDb && since_onset_ >= kBetweenOnsets) heard_.onset = true;
  if (heard_.onset) since_onset_ = 0;
}

}  // namespace continuo::listen
