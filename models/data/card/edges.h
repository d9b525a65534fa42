// `continuo-train data edges`: a set assembled from the edges of another.
#pragma once

#include <filesystem>
#include <string>

namespace continuo::data {

struct EdgesOptions {
  std::filesystem::path set, out;
  double share = 0.1;           // of the kept items, 0..1
  std::string by = "features";  // or "model": the worst explained of SET/probe.json
};

// "10%" or "0.1" as a share. Throws std::runtime_error when it is neither, or not above 0 and at most 1.
double parse_share(const std::string& text);

// Disk thread. Writes OUT with the most unusual items of SET: their files as hard links (copies where the
// file system has none), their examples, and a manifest that names where they come from. Splits stay as they
// are. Returns how many items there are. Throws std::runtime_error: OUT holds a set already, SET has too few
// items, or nothing was probed.
std::size_t assemble_edges(const EdgesOptions& options);

}  // namespace continuo::data
