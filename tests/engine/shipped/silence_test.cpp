// Silence in gives silence out, whatever voice ships.
#include "tests/engine/shipped/voice.h"
#include "tests/patches/heard.h"

using namespace continuo;
using namespace continuo::session;

namespace {

constexpr float kSilence = 3.16e-4f;  // -70 dBFS, peak

float peak(const std::vector<float>& audio) {
  float most = 0;
  for (const float x : audio) most = std::max(most, std::fabs(x));
  return most;
}

}  // namespace

TEST_CASE("every voice is silent at the floor of its power, at every pitch, and in its rests") {
  for (const std::string& name : shipped_voices()) {
    ShippedVoice voice(name);
    Rig& rig = *voice.rig;
    rig.say("/part/v/stream/timeout 60.0");
    for (double midi = 24; midi <= 108; midi += 7) {
      INFO(name << ", MIDI " << midi);
      const std::string hz = std::to_string(440 * std::exp2((midi - 69) / 12));
      rig.say("/part/v/stream " + hz + " -80.0 0.0");
      rig.run(0.2);
      CHECK(peak(rig.run(0.3)) < kSilence);
    }
    // After a tone, too: the network remembers it.
    rig.say("/part/v/stream 330.0 -15.0 0.0");
    CHECK(peak(rig.run(0.5)) > 0.01f);
    rig.say("/part/v/stream 330.0 -80.0 0.0");
    rig.run(0.5);
    CHECK(peak(rig.run(1)) < kSilence);
    rig.say("/part/v/stream 330.0 -15.0 0.0");
    rig.run(0.5);
    rig.say("/part/v/stream 0.0 -80.0");
    rig.run(0.3);
    CHECK(peak(rig.run(1)) < kSilence);
  }
}

TEST_CASE("every voice is silent while nothing comes in, or what no gate opens for") {
  for (const std::string& name : shipped_voices()) {
    ShippedVoice voice(name);
    Rig& rig = *voice.rig;
    rig.say("/part/v/input/channel 1");
    // Zeros, a hiss and a tone 66 dB below full scale, zeros; then a tone, and zeros.
    std::vector<float> in(5 * 48000, 0.f);
    uint32_t noise = 1;
    for (size_t i = 48000; i < 96000; ++i) {
      noise = noise * 1664525u + 1013904223u;
      in[i] = 5e-4f * (static_cast<float>(noise >> 8) * 0x1p-23f - 1) +
              5e-4f * std::sin(2 * 3.14159265f * 220 * static_cast<float>(i) / 48000);
    }
    for (size_t i = 3 * 48000; i < 4 * 48000; ++i) {
      for (int k = 1; k <= 6; ++k)
        in[i] += 0.2f / static_cast<float>(k) *
                 static_cast<float>(std::sin(2 * M_PI * 220 * k * static_cast<double>(i) / 48000));
    }
    rig.offline.set_input(in);
    INFO(name);
    CHECK(peak(rig.run(1)) < kSilence);
    CHECK(peak(rig.run(1)) < kSilence);
    CHECK(peak(rig.run(1)) < kSilence);
    CHECK(peak(rig.run(1)) > 0.01f);
    rig.run(0.5);
    CHECK(peak(rig.run(0.5)) < kSilence);
  }
}
