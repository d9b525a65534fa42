#include "engine/cli/models.h"

#include <algorithm>
#include <stdexcept>

#include "engine/session/instrument_maker.h"

namespace continuo::cli {
namespace {

session::ModelFile find(const std::string& wanted, const std::string& kind, const std::string& what,
                        const session::LibraryFolders& folders) {
  session::StandardMaker maker;
  std::string fault = "there is no " + what + " \"" + wanted + "\"", names;
  for (const session::ModelFile& model : session::list_models(folders)) {
    const std::string own = maker.fault(model.path);
    const bool fits = maker.kind(model.path) == kind;
    if (model.name == wanted && !own.empty()) throw std::runtime_error(model.path.string() + ": " + own);
    if (model.name == wanted && fits) return model;
    if (model.name == wanted) fault = "\"" + wanted + "\" is no " + what;
    if (fits && own.empty()) names += (names.empty() ? "" : ", ") + model.name;
  }
  if (wanted.find('/') != std::string::npos) fault += "; a model is named without folder and .safetensors";
  throw std::runtime_error(fault + "; in " + folders.models().string() + " and beside the program there " +
                           (names.empty() ? "is none" : "are: " + names));
}

}  // namespace

session::ModelFile find_voice(const std::string& wanted, const session::LibraryFolders& folders) {
  return find(wanted, "ddsp", "voice", folders);
}

session::ModelFile find_song(const std::string& wanted, const session::LibraryFolders& folders) {
  return find(wanted, "song", "song", folders);
}

session::ModelFile find_player_model(const std::string& wanted, const session::LibraryFolders& folders) {
  return find(wanted, "musicrnn", "player's model", folders);
}

}  // namespace continuo::cli
