// Envelope: attack, decay, sustain, release, in exponential curves that last exactly as long as asked.
#pragma once

#include <span>

namespace continuo::dsp {

struct AdsrSpec {
  float attack_s = 0.01f;   // from where it is to 1
  float decay_s = 0.1f;     // from 1 to sustain
  float sustain = 0.7f;     // level, 0..1
  float release_s = 0.15f;  // from where it is to 0
};

// Audio thread. State advances sample by sample. A new trigger starts from the present level: no click.
class Adsr {
 public:
  enum class Stage { idle, attack, decay, sustain, release };

  void prepare(double sample_rate) noexcept;
  void reset() noexcept;
  // Takes effect at the next stage; a new sustain level is approached over 10 ms if sustaining.
  // Times are clamped to 0..60 s, the level to 0..1; NaN keeps what was.
  void set(const AdsrSpec& spec) noexcept;
  void gate_on() noexcept;
  void gate_off() noexcept;
  // Fades to 0 in a straight line of `frames` whatever the stage: for stealing a voice.
  void choke(int frames) noexcept;

  float next() noexcept;
  void process(std::span<float> out) noexcept {
    for (float& x : out) x = next();
  }
  // The level that next() would give.
  [[nodiscard]] float level() const noexcept { return static_cast<float>(level_); }
  [[nodiscard]] Stage stage() const noexcept { return stage_; }
  [[nodiscard]] bool active() const noexcept { return stage_ != Stage::idle; }

 private:
  void enter(Stage stage) noexcept;
  void segment(double end, double frames, double curvature) noexcept;

  double sample_rate_ = 48000;
  AdsrSpec spec_;
  Stage stage_ = Stage::idle;
  // level = base + span * decay^i (curved), or base + span * i (straight) while left > 0, then end.
  double level_ = 0, base_ = 0, span_ = 0, decay_ = 1, end_ = 0;
  int left_ = 0;
  bool straight_ = false;
};

}  // namespace continuo::dsp
