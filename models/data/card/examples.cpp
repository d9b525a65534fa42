// The examples of a MIDI set.
#include "models/data/card/examples.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "models/data/card/text.h"

namespace continuo::data {

std::vector<std::filesystem::path> example_files(const std::filesystem::path& set_folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(set_folder, error)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".jsonl" && name.find(".partial") == std::string::npos)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void for_each_example(const std::filesystem::path& file,
                      const std::function<void(const nlohmann::json& example)>& each) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(file.string() + ": can't be read");
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    try {
      each(nlohmann::json::parse(line));
    } catch (const nlohmann::json::exception& error) {
      throw std::runtime_error(cat(file.string(), ", line ", number, ": is not an example: ", error.what()));
    }
  }
}

}  // namespace continuo::data
