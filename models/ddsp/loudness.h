// A-weighted loudness, as the DDSP paper measures it (magenta/ddsp spectral_ops.compute_loudness, v2 and
// later): the mean over bins of the weighted power spectrum, in dB, floored at -80.
#pragma once

#include <span>
#include <vector>

namespace continuo::ddsp {

// `hz` > 0. IEC 61672-1: 0 dB at 1 kHz.
double a_weighting_db(double hz);

// Frames of about 32 ms (a power of two), `hop` samples apart, centred on j * hop; audio.size() / hop values.
std::vector<float> loudness(std::span<const float> audio, int sample_rate, int hop);

}  // namespace continuo::ddsp
