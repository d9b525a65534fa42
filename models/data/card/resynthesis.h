// What a DDSP model makes of a pitch and a power track: the engine's own network, harmonics and noise.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "models/ddsp/inference/decoder.h"

namespace continuo::data {

// Any thread. Sound at the model's rate, midi.size() * hop samples; both tracks hold a value a model frame.
// The noise is the same every time.
std::vector<float> resynthesise(const std::shared_ptr<const ddsp::Model>& model, std::span<const float> midi,
                                std::span<const float> db);

// Any thread. How different two sounds of one rate are: over six window lengths (64 to 2048 samples, a
// quarter a hop, as in DDSP, Engel et al. 2020) the mean of the magnitudes' difference over the first sound's
// magnitude, plus the mean difference of their logarithms (natural, from -80 dB of full scale up). 0 for
// equal sounds, about 1 to 2 for a good model; the longer sound's rest counts against silence.
double spectral_distance(std::span<const float> original, std::span<const float> model);

}  // namespace continuo::data
