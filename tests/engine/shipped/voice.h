// A part with one of the models that ship, played over OSC without a device.
#pragma once

#include <string>
#include <vector>

#include "engine/session/instrument_maker.h"
#include "models/ddsp/inference/decoder.h"
#include "tests/engine/session/rig.h"

namespace continuo::session {

inline std::vector<std::string> shipped_voices() {
  std::vector<std::string> names;
  StandardMaker maker;
  for (const auto& entry : std::filesystem::directory_iterator("models/trained")) {
    if (entry.path().extension() == ".safetensors" && maker.kind(entry.path()) == "ddsp")
      names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  REQUIRE(names.size() >= 4);
  return names;
}

struct ShippedVoice {
  explicit ShippedVoice(const std::string& name)
      : config(ddsp::Model::load("models/trained/" + name + ".safetensors")->config()) {
    std::filesystem::copy("models/trained/" + name + ".safetensors",
                          folder.path() / "models" / (name + ".safetensors"));
    rig.emplace(folder.path(), "", &maker);
    rig->say("/part/new ddsp v " + name);
    rig->run(0.05);
  }
  Folder folder;
  StandardMaker maker;
  ddsp::Config config;
  std::optional<Rig> rig;
};

}  // namespace continuo::session
