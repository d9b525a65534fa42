// An engine on the desk: a stage, no device, notes at exact frames.
#pragma once

#include <complex>
#include <memory>
#include <vector>

#include "engine/instruments/additive.h"
#include "engine/instruments/ddsp_model.h"
#include "engine/instruments/ddsp_voices.h"
#include "engine/session/offline.h"
#include "engine/session/stage.h"
#include "models/ddsp/inference/random_model.h"

namespace continuo::test {

class Rig {
 public:
  explicit Rig(uint32_t block = 64) : block_(block) {}

  void additive(int part) {
    at(frame());
    InstrumentPair pair;
    pair.audio = std::make_unique<Additive>(spec(part));
    stage.install(part, std::move(pair), nullptr);
    REQUIRE(stage.commit());
  }
  void ddsp(int part, std::shared_ptr<const ddsp::Model> model) {
    at(frame());
    auto runtime = std::make_shared<DdspRuntime>(std::move(model), 48000);
    auto frames = std::make_shared<DdspFrameQueue>(256);
    InstrumentPair pair;
    pair.audio = std::make_unique<DdspVoices>(spec(part), runtime->hop_frames(), frames);
    pair.model = std::make_unique<DdspModel>(spec(part), runtime.get(), frames);
    model_halves[part] = pair.model.get();
    stage.install(part, std::move(pair), runtime);
    REQUIRE(stage.commit());
  }
  InstrumentSpec spec(int part) {
    return {48000, worker.lead_frames(), static_cast<uint8_t>(part), &engine.metrics()};
  }
  // What follows up to commit() acts at this frame.
  void at(uint64_t frame) { stage.begin({frame + kFirst, true, 0}); }
  void note_on(int part, float pitch, float velocity, uint64_t frame) {
    at(frame);
    stage.note_on(part, static_cast<int32_t>(pitch), pitch, velocity);
    REQUIRE(stage.commit());
  }
  void note_off(int part, float pitch, uint64_t frame) {
    at(frame);
    stage.note_off(part, static_cast<int32_t>(pitch));
    REQUIRE(stage.commit());
  }
  void parameter(int part, uint16_t index, float value, uint64_t frame, bool model = true) {
    at(frame);
    stage.set_parameter(part, index, value, 0, model);
    REQUIRE(stage.commit());
  }
  // What a live worker does when it is far behind.
  void skip(int part, uint64_t frame) { model_halves[part]->skip_before(frame + kFirst); }
  // The left channel of the next `frames`.
  std::vector<float> play(uint64_t frames) {
    if (!started_) {
      offline.render(kFirst, block_, {});
      started_ = true;
    }
    std::vector<float> out(frames * 2), left(frames);
    offline.render(frames, block_, out);
    for (size_t i = 0; i < frames; ++i) left[i] = out[2 * i];
    stage.poll([&](const rt::Event& e) { events.push_back(e); }, [](std::shared_ptr<const void>) {});
    return left;
  }
  [[nodiscard]] uint64_t frame() const { return started_ ? offline.frame() - kFirst : 0; }

  Engine engine{{48000, 2}};
  Worker worker{engine.clock(), engine.metrics()};
  session::Stage stage{engine, worker};
  session::Offline offline{engine, worker};
  std::vector<rt::Event> events;
  ModelHalf* model_halves[rt::kMaxParts] = {};

 private:
  static constexpr uint64_t kFirst = 4800;  // so that what acts ahead of frame 0 has room
  uint32_t block_;
  bool started_ = false;
};

inline double level(const std::vector<float>& x, size_t from, size_t to) {
  double sum = 0;
  for (size_t i = from; i < to; ++i) sum += static_cast<double>(x[i]) * x[i];
  return std::sqrt(sum / static_cast<double>(to - from));
}

// Amplitude of one frequency, by projection under a Hann window.
inline double amplitude(const std::vector<float>& x, size_t from, size_t to, double hz) {
  std::complex<double> sum = 0;
  double weights = 0;
  for (size_t i = from; i < to; ++i) {
    const double w =
        0.5 - 0.5 * std::cos(2 * M_PI * static_cast<double>(i - from) / static_cast<double>(to - from));
    sum += w * static_cast<double>(x[i]) * std::polar(1.0, -2 * M_PI * hz * static_cast<double>(i) / 48000);
    weights += w;
  }
  return 2 * std::abs(sum) / weights;
}

// The largest jump between neighbours.
inline float steepest(const std::vector<float>& x) {
  float most = 0;
  for (size_t i = 1; i < x.size(); ++i) most = std::max(most, std::fabs(x[i] - x[i - 1]));
  return most;
}

}  // namespace continuo::test
