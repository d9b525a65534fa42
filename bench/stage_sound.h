// A model as it sounds on stage: the packed network's control frames through the engine's harmonic bank and
// filtered noise at 48 kHz, then brought to the model's rate, where recordings live.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "models/ddsp/inference/decoder.h"

namespace continuo::bench {

// `midi` and `db`: one a model frame. `spaces`: [frames, space_size()], or empty for zeros. As long as the
// frames are: frames * hop samples.
std::vector<float> stage_sound(const std::shared_ptr<const ddsp::Model>& model, std::span<const float> midi,
                               std::span<const float> db, std::span<const float> spaces = {});

// [frames, space_size()]: zeros, but for the spaces that `entries` names ("voice", "studio"), which are at
// that entry throughout. Throws Absent when the model has no such name.
std::vector<float> space_rows(const ddsp::Model& model, size_t frames,
                              std::span<const std::pair<std::string, std::string>> entries);

}  // namespace continuo::bench
