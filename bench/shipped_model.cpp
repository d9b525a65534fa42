// Finds the model that ships.
#include "bench/shipped_model.h"

#include "bench/process.h"
#include "models/ddsp/inference/random_model.h"

namespace continuo::bench {

namespace fs = std::filesystem;

namespace {
fs::path g_random_model;
}

std::optional<fs::path> find_shipped_model(const std::string& name) {
  if (!g_random_model.empty() && name == kShippedModel) return g_random_model;
  const std::string file = name + ".safetensors";
  const fs::path folder = own_path().parent_path();
  for (const fs::path& above :
       {folder, folder.parent_path(), folder.parent_path().parent_path(), fs::path(CONTINUO_SOURCE)}) {
    const fs::path model = above / "models" / "trained" / file;
    if (std::error_code error; fs::is_regular_file(model, error)) return model;
  }
  return std::nullopt;
}

void use_random_model(const fs::path& folder) {
  ddsp::RandomModelSpec spec;
  spec.channels = 128;
  spec.hidden = 256;
  spec.harmonics = 96;
  spec.name = kShippedModel;
  const fs::path file = folder / (std::string(kShippedModel) + ".safetensors");
  ddsp::random_model(spec).write(file.string());
  g_random_model = file;
}

bool random_model_in_use() {
  return !g_random_model.empty();
}

}  // namespace continuo::bench
