// The drawings of a data card: inline SVG and plain HTML, coloured by the page's style (page_style.h).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/data/card/facts.h"

namespace continuo::data {

// What a horizontal axis says. Values stand at the middle of their bins.
struct Axis {
  double first = 0, step = 1;                         // value of bin 0, and from bin to bin
  std::vector<std::pair<double, std::string>> ticks;  // value, label
  std::string title;                                  // below the axis
  std::string unit;                                   // of the heights: "s", "notes"
};

// Any thread, all of them. Each gives one well-formed element, or "" when there is nothing to draw.

// Bars over a numeric axis; the highest is labelled with its height. `label` names the whole for those who
// cannot see it.
std::string histogram(const std::vector<double>& bins, const Axis& axis, const std::string& label);

// Bars over a keyboard, from C to C around what is there. Bins are MIDI numbers.
std::string pitch_histogram(const std::vector<double>& bins, const std::string& unit);

// Pitch across, level upwards, darker where more time was spent, with both sums at the edges. Takes the
// facts' "plane".
std::string plane(const Facts& plane);

struct Row {
  std::string name;
  double value = 0;
  std::string words;  // at the bar's end
};
// Named bars, the name and the value written beside each.
std::string named_bars(const std::vector<Row>& rows);

// One bar in parts; each part is labelled with its name and words.
std::string parts_bar(const std::vector<Row>& rows);

// The pitch line and level area of an item's "contour"; the notes of its "roll".
std::string contour(const Facts& contour);
std::string roll(const Facts& notes);

}  // namespace continuo::data
