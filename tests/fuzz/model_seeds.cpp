// First inputs for the model loader's fuzz target: model_fuzz_seeds TARGET FOLDER.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "models/ddsp/inference/random_model.h"

int main(int count, char** arguments) {
  if (count != 3) return std::fprintf(stderr, "usage: model_fuzz_seeds TARGET FOLDER\n"), 2;
  const std::filesystem::path folder = arguments[2];
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, char way, const std::string& content) {
    std::ofstream(folder / name, std::ios::binary) << way << content;
  };
  continuo::ddsp::RandomModelSpec spec;
  spec.channels = 2;
  spec.hidden = 3;
  spec.harmonics = 4;
  spec.noise_bands = 3;
  const auto file = continuo::ddsp::random_model(spec).bytes();
  write("file", 0, {reinterpret_cast<const char*>(file.data()), file.size()});
  write("header", 1,
        R"({"__metadata__":{"config":"{}"},"a":{"dtype":"F32","shape":[2,8],"data_offsets":[0,64]}})");
  write("config", 2, continuo::ddsp::random_model_config(spec));
  write("patch", 3, "abcdef");
  return 0;
}
