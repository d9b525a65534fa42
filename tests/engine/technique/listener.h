// A part that listens to live input with the technique voice that ships, without the rest of the engine.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/instruments/input_source.h"

namespace continuo::test {

inline const std::string kTechniques = "models/trained/techniques.safetensors";

struct Listener {
  explicit Listener(bool imitates, double rate = 48000)
      : ring(std::make_shared<listen::InputRing>()),
        source(ring, rate),
        controls(schema::parameters(schema::Kind::kDdsp)),
        model(ddsp::Model::load(kTechniques)),
        ear(*model, rate),
        context{controls, model->config(), UINT64_MAX, &ear} {
    rt::Command command;
    command.kind = rt::CommandKind::kParameter;
    command.index = schema::ddsp::kInputImitate;
    command.value = imitates ? 1 : 0;
    controls.handle(command);
    source.start(0, 1, context);
  }
  // The names that were told, with the share of the sounding time, and the techniques that the voice was
  // given.
  void hear(const std::vector<float>& audio, uint32_t block) {
    for (size_t at = 0; at < audio.size(); at += block) {
      const auto count = static_cast<uint32_t>(std::min<size_t>(block, audio.size() - at));
      ring->push(at, audio.data() + at, count);
      const SourceFrame frame = source.at(at, context);
      if (!frame.resting) asked.emplace(frame.technique);
      InputEvent event;
      while (source.poll(event)) {
        if (event.kind != InputEvent::Kind::kState || !event.sounding) continue;
        events.push_back(event);
        if (event.entry < 0) continue;
        const auto& space = model->config().spaces[static_cast<size_t>(event.space)];
        ++told[space.entries[static_cast<size_t>(event.entry)].name];
        ++sounding;
      }
    }
  }
  [[nodiscard]] double share(const std::string& name) const {
    const auto found = told.find(name);
    return found == told.end() || sounding == 0 ? 0 : static_cast<double>(found->second) / sounding;
  }

  std::shared_ptr<listen::InputRing> ring;
  InputSource source;
  Controls<schema::ddsp::kCount> controls;
  std::shared_ptr<const ddsp::Model> model;
  listen::TechniqueEar ear;
  SourceContext context;
  std::vector<InputEvent> events;
  std::map<std::string, int> told;
  std::set<std::string> asked;
  int sounding = 0;
};

}  // namespace continuo::test
