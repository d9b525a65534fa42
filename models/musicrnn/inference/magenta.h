// Checkpoints of @magenta/music's MusicRNN as models of Continuo, and back.
#pragma once

#include <string>

#include "models/io/safetensors.h"
#include "models/io/tfjs.h"

namespace continuo::musicrnn {

// Any thread. A model file of a checkpoint whose config.json says "MusicRNN": melodies (also with pitch or
// triad chords) and drums, with and without attention around three layers. Such a model keeps to Magenta's
// faults (Compatibility::kMagentaJs). Throws io::Error that says what the checkpoint has that is not known.
io::SafetensorsWriter from_magenta(const io::Tfjs& checkpoint, const std::string& name,
                                   const std::string& source, const std::string& licence);

// Its inverse, for @magenta/music: what it knows. Throws io::Error for a representation that it has not.
io::Tfjs to_magenta(const io::Safetensors& model);

}  // namespace continuo::musicrnn
