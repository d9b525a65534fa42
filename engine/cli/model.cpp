// `continuo model`: checkpoints of @magenta/music as models of the library, and back.
#include <cstdio>

#include "engine/cli/commands.h"
#include "engine/cli/models.h"
#include "engine/session/names.h"
#include "models/musicrnn/inference/magenta.h"

namespace continuo::cli {

int import_model(const ModelOptions& options, const session::LibraryFolders& folders) {
  const std::filesystem::path folder = options.from;
  const std::string name =
      session::fit_name(options.name.empty() ? folder.filename().string() : options.name);
  if (name.empty()) throw std::runtime_error("the model needs a name: --name");
  const auto model = musicrnn::from_magenta(io::read_tfjs(folder), name, options.source, options.licence);
  const std::filesystem::path file = folders.models() / (name + ".safetensors");
  std::filesystem::create_directories(file.parent_path());
  model.write(file.string());
  std::fprintf(stderr, "%s: players play it as %s\n", file.c_str(), name.c_str());
  return 0;
}

int export_model(const ModelOptions& options, const session::LibraryFolders& folders) {
  const session::ModelFile file = find_player_model(options.from, folders);
  io::write_tfjs(options.to, musicrnn::to_magenta(io::Safetensors::read(file.path.string())));
  std::fprintf(stderr,
               "%s: config.json, weights_manifest.json and shards, as @magenta/music's MusicRNN reads them\n",
               options.to.c_str());
  return 0;
}

}  // namespace continuo::cli
