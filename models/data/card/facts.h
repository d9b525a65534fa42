// What is said about a set: counted once, as JSON; the page and the warnings are made from it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/data/set.h"

namespace continuo::data {

using Facts = nlohmann::ordered_json;

// Disk thread. The facts of SET/card.json but the warnings: reads the tracks of audio items and the examples
// of MIDI sets, an item or a line at a time. What cannot be read is told under "unreadable".
Facts set_facts(const Set& set, const std::filesystem::path& folder);

// Any thread. Warnings in plain words, the gravest first: [{"about", "grave", "words"}, ...].
Facts warnings(const Facts& facts);

// --- the parts of set_facts() ---

// Adds "pitch", "loudness", "plane", "confidence" and "labels".
void add_audio_facts(Facts& facts, const Set& set, const std::filesystem::path& folder);

// Adds "pitch", "velocity", "events", "keys", "metres", "tempi", "density", "examples" and "shared".
void add_midi_facts(Facts& facts, const Set& set, const std::filesystem::path& folder);

// An item as a row of the card: id, file, times, what can be listened to, and a small picture of it:
// "contour" {"midi": [..], "db": [..]} or "roll" [[pitch, start, end, role, velocity], ..]. Empty pictures
// are left out.
Facts item_facts(const Item& item, const std::string& kind, const std::filesystem::path& folder);

// Gives the rows of MIDI items their "roll", in one pass over the examples.
void add_rolls(Facts& facts, const std::filesystem::path& folder);

// The quantile, 0..1, of a histogram whose bin i stands for the value first + i * step. NaN when empty.
double histogram_quantile(const std::vector<double>& bins, double share, double first = 0, double step = 1);

// Rounded to `digits` decimals, so that the same set gives the same card everywhere.
double rounded(double value, int digits = 3);
Facts rounded(const std::vector<double>& values, int digits = 3);

// What an item weighs, in seconds (0 for items without times).
double seconds_of(const Item& item);

}  // namespace continuo::data
