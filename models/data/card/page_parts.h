// The parts that a data card's page is put together from.
#pragma once

#include <string>

#include "models/data/card/facts.h"

namespace continuo::data {

// A heading with a sentence below it.
std::string section(const std::string& title, const std::string& about);

// A drawing with its title and a remark; without a drawing, what is said instead.
std::string panel(const std::string& title, const std::string& drawing, const std::string& words,
                  const std::string& empty, bool wide = false);

// An item: its picture, what is said about it, and what can be heard.
std::string item_card(const Facts& row, const std::string& words);

// What is particular to each kind of set.
std::string audio_sections(const Facts& facts);
std::string midi_sections(const Facts& facts);

}  // namespace continuo::data
