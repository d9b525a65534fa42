// The page of a data card.
#pragma once

#include <string>

#include "models/data/card/facts.h"

namespace continuo::data {

// Any thread. One self-contained HTML page (also well-formed XML but for its first line) from the facts with
// their "warnings": no scripts, nothing from the network; sounds are links below the set's folder.
std::string card_page(const Facts& facts);

}  // namespace continuo::data
