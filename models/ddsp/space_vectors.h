// The code vectors that a recording is played with.
#pragma once

#include <string>
#include <vector>

#include "models/ddsp/dataset.h"
#include "models/ddsp/network.h"

namespace continuo::ddsp {

// Names of each space's entries, in the order of shape.spaces.
using EntryNames = std::vector<std::vector<std::string>>;

// Of a space, the entries' names: the values that its tag has in the clips, sorted.
EntryNames entry_names(const NetworkShape& shape, const std::vector<Clip>& clips);

// A clip's entry in each space, -1 when its tag is not known.
std::vector<int64_t> entries_of(const NetworkShape& shape, const EntryNames& names, const Clip& clip);

// Encoder features of a clip, [1, T, F].
torch::Tensor features_of(const NetworkShape& shape, const Clip& clip);

// [frames, S]: in the learned space the codes of the clip's own sound (`codes` false: zeros), in the others
// the vectors of the entries that its tags name. Empty without spaces.
std::vector<float> space_vectors(Network& network, const EntryNames& names, const Clip& clip,
                                 bool codes = true);

}  // namespace continuo::ddsp
