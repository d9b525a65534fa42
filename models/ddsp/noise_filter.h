// Filtered noise at the model's rate, whole crops at once, and the gradient of its impulse responses.
//
// Noise frame j shapes the white noise of samples [j * hop, (j + 1) * hop). Magnitudes at B frequencies
// evenly spread from 0 to Nyquist give a zero-phase response by inverse DFT, shifted by taps / 2 to be
// causal, under a periodic Hann window: taps = 2 (B - 1). The noise therefore comes taps / 2 samples late, in
// training as on stage.
#pragma once

#include <span>
#include <vector>

namespace continuo::ddsp {

inline int noise_taps(int bands) {
  return 2 * (bands - 1);
}

// The linear map from magnitudes to windowed taps, [bands, taps] row-major: h = m * map.
std::vector<float> noise_response_map(int bands);

// responses [frames, taps], white [frames * hop] -> audio [frames * hop] (the tail of the last frame is cut).
void filter_noise(std::span<const float> responses, std::span<const float> white, int taps, int hop,
                  std::span<float> audio);

// Writes d loss / d responses, given d loss / d audio.
void filter_noise_gradient(std::span<const float> audio_gradient, std::span<const float> white, int taps,
                           int hop, std::span<float> response_gradient);

// Uniform white noise in [-1, 1), one sequence a seed.
void fill_white_noise(unsigned long long seed, std::span<float> out);

}  // namespace continuo::ddsp
