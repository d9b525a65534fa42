// What an item is like, in numbers: the same names for all, in any set of recordings.
#pragma once

#include <span>

#include "models/data/audio/item_files.h"
#include "models/data/set.h"

namespace continuo::data {

// Any thread. Sets item.features and, in item.details, pitch_histogram [128, seconds], db_histogram [81,
// seconds a dB from -80] and plane [24 of 4 semitones][16 of 5 dB, seconds]. Numbers that the item does not
// have (the pitch of noise) are left out.
void describe_audio(std::span<const float> audio, const ItemTracks& tracks, int sample_rate, int hop,
                    Item& item);

}  // namespace continuo::data
