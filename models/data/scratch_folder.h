// A new empty folder below the system's temporary one, gone with the object and all that is in it.
#pragma once

#include <filesystem>
#include <string>

namespace continuo::data {

class ScratchFolder {
 public:
  // Throws std::runtime_error when there is no room for it.
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace continuo::data
