// Checkpoints as TensorFlow.js keeps them: a folder with config.json, weights_manifest.json and shards.
// Format: tfjs-core src/io/weights_loader.ts and io_utils.ts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/io/error.h"

namespace continuo::io {

struct TfjsWeights {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  // row-major
};

struct Tfjs {
  std::string config;  // the text of config.json
  std::map<std::string, TfjsWeights> weights;

  // Throws Error that names what is missing, or what has another shape.
  const std::vector<float>& floats(const std::string& name, const std::vector<std::int64_t>& shape) const;
};

// Disk thread. Float32, and quantised to uint8, uint16 or float16. Throws Error: a file that is missing, a
// manifest that is malformed, shards that are shorter or longer than the manifest's weights, values that are
// not finite.
Tfjs read_tfjs(const std::filesystem::path& folder);

// Disk thread. Float32, shards of 4 MiB. The folder is made where it is missing. Throws Error.
void write_tfjs(const std::filesystem::path& folder, const Tfjs& checkpoint);

}  // namespace continuo::io
