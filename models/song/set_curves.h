// The curves of a data set: whole songs again, put together from the stretches of each recording.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "models/song/inference/curve.h"

namespace continuo::song {

struct SetCurves {
  std::vector<std::string> techniques;  // the labels; "any" alone when there are none
  std::vector<Curve> train, held_out;
  double frame_rate = 100;
};

// Disk thread. The kept items of sets that `continuo-train data audio ... --for ddsp` made, in the set's own
// frames. Stretches of a recording join on its time axis; where something was left out, or after 4 s of rest,
// another curve begins. The technique is the item's label or, where the set's source has a truth/NAME.csv
// with a column "technique" (as `data make folk-singing` writes), what stands there. "train" trains, "valid"
// is held out; without "valid" one recording in eight. Throws std::runtime_error naming what would be right.
SetCurves read_curves(const std::vector<std::filesystem::path>& sets);

}  // namespace continuo::song
