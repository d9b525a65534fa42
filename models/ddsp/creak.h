// Vocal fry and creak: pulses too slow and uneven for the pitch tracker, whose rate a model needs all the
// same.
#pragma once

#include <span>
#include <vector>

namespace continuo::ddsp {

// Fills the pitch of frames that sound (above -55 dB) without being voiced with the rate of their pulses, 45
// to 95 a second, where there is one; other gaps take the nearest such pitch. Frames are centred on j * hop.
void fill_creak(std::span<const float> audio, int sample_rate, int hop, std::span<const float> db,
                std::span<const char> voiced, std::span<float> midi);

}  // namespace continuo::ddsp
