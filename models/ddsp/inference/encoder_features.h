// What the encoder of a learned code space hears: colour without loudness, and how pitch and power move.
//
// A frame holds `mels` log-mel powers less their mean (so that loudness is gone), then kMovements values: the
// distance of pitch (semitones) and of power (10 dB) from their means over the last 250 ms, voiced (0 or 1),
// and the change of pitch in the last 40 ms. Frames look back only, but for the half window around their
// centre; one code serves training and live input.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "engine/dsp/fft.h"

namespace continuo::ddsp {

struct EncoderFeatureSpec {
  int sample_rate = 24000;
  int hop = 240;
  int window = 1024;  // samples at sample_rate, a power of two
  int mels = 40;
  float low_hz = 80, high_hz = 8000;  // high_hz at most sample_rate / 2
};

inline constexpr int kMovements = 4;

class EncoderFeatures {
 public:
  // Off stage. Throws std::invalid_argument when the spec makes no sense.
  void prepare(const EncoderFeatureSpec& spec);
  void reset() noexcept;
  int count() const noexcept { return spec_.mels + kMovements; }
  // One frame; no allocation. `window`: the samples around the frame's centre. `out`: count() values.
  void frame(std::span<const float> window, float midi, float db, bool voiced, std::span<float> out) noexcept;

 private:
  struct Band {
    int first = 0;
    std::vector<float> weights;
  };
  EncoderFeatureSpec spec_;
  dsp::RealFft fft_;
  std::vector<float> hann_, windowed_, power_;
  std::vector<std::complex<float>> spectrum_;
  std::vector<Band> bands_;
  float keep_ = 0, mean_midi_ = 0, mean_db_ = 0;
  std::vector<float> past_midi_;
  std::size_t at_ = 0;
  bool begun_ = false;
};

// A whole recording: frame j is centred on sample j * hop. midi, db, voiced [frames] -> [frames, count()].
std::vector<float> encoder_features(std::span<const float> audio, std::span<const float> midi,
                                    std::span<const float> db, std::span<const char> voiced,
                                    const EncoderFeatureSpec& spec);

}  // namespace continuo::ddsp
