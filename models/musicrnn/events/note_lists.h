// What the files that turn notes into events share.
#pragma once

#include <span>
#include <vector>

#include "models/musicrnn/events/notes.h"

namespace continuo::musicrnn {

// By step, then from the highest pitch down; those from step 0 on, at least a step long.
std::vector<Note> in_order(std::span<const Note> notes);

// `steps`, or where the last note ends.
int length(std::span<const Note> notes, int steps);

}  // namespace continuo::musicrnn
