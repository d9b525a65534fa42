// MIDI items made audible in a browser: a plain rendering of their first notes.
#pragma once

#include <filesystem>
#include <vector>

#include "models/data/card/facts.h"

namespace continuo::data {

// Any thread. Mono sound at 22050 Hz, at most 20 s: plucked harmonics for notes, bursts for drums. Takes a
// row's "roll" ([[pitch, start step, end step, role, velocity], ..]) and how long a step lasts.
std::vector<float> play_roll(const Facts& roll, double step_s);

// Disk thread. Writes SET/listen/ID.flac for every row of a MIDI card that has a roll, and names it there as
// "listen". Throws std::runtime_error when it cannot be written.
void write_listening(Facts& facts, const std::filesystem::path& folder);

}  // namespace continuo::data
