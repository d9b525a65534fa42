// The examples of a MIDI set: SET/KIND.jsonl, a line each, read one at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace continuo::data {

// The files of examples in a set, sorted; those that are still being written are left out.
std::vector<std::filesystem::path> example_files(const std::filesystem::path& set_folder);

// Disk thread. Calls `each` with every line of the file. Throws std::runtime_error naming file and line.
void for_each_example(const std::filesystem::path& file,
                      const std::function<void(const nlohmann::json& example)>& each);

}  // namespace continuo::data
