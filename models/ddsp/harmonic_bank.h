// The harmonic bank at the model's rate, whole crops at once, and the gradient of its amplitudes.
//
// y[n] = sum_k A_k(n) sin(k phi(n)): control frame j sits at sample j * hop, A_k and f0 are linear between
// frames and held after the last one, phi is the integral of 2 pi f0 from 0. sin(k phi) comes from
// Chebyshev's recurrence sin((k+1)x) = 2 cos(x) sin(kx) - sin((k-1)x) (error below -107 dB in float32 for 100
// harmonics). The reason for a hand-written pair: as a tensor expression over [harmonics, samples] it took
// half of a training step (reference, 6.1).
#pragma once

#include <span>

namespace continuo::ddsp {

// amplitudes [frames, harmonics], f0_hz [frames] -> audio [frames * hop].
void harmonic_bank(std::span<const float> amplitudes, std::span<const float> f0_hz, int harmonics, int hop,
                   double sample_rate, std::span<float> audio);

// Writes d loss / d amplitudes, given d loss / d audio. f0 gets no gradient.
void harmonic_bank_gradient(std::span<const float> audio_gradient, std::span<const float> f0_hz,
                            int harmonics, int hop, double sample_rate, std::span<float> amplitude_gradient);

}  // namespace continuo::ddsp
