// Names of devices, ports and files.
#pragma once

#include <string>
#include <string_view>

namespace continuo {

// Any thread. True for an empty `part`.
bool contains_ignoring_case(std::string_view text, std::string_view part);

// Names that users give to files: 1 to 64 of a-z 0-9 _ -, not starting with "-". Empty: fine; else what is
// wrong.
std::string name_fault(std::string_view name);

}  // namespace continuo
