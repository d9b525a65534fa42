// The session: voices that sing by themselves, and those that a stream plays.
#include <cmath>
#include <utility>

#include "engine/session/session.h"

namespace continuo::session {

using schema::Kind;
using Method = schema::part::Method;

std::optional<std::filesystem::path> Session::song_path(const std::string& name) const {
  for (const ModelFile& model : models_) {
    if (model.name == name && model.kind == "song") return model.path;
  }
  return std::nullopt;
}

// The folk song where it is there, else the first; nothing when there is none.
std::string Session::default_song() const {
  std::string first;
  for (const ModelFile& model : models_) {
    if (!model.fault.empty() || model.kind != "song") continue;
    if (model.name == "folk-song") return model.name;
    if (first.empty()) first = model.name;
  }
  return first;
}

// The continuous voice and the one that sings by itself have ended with the others.
void Session::nothing_sounds(int slot) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  const auto end = [&](uint16_t index) {
    const Target target{part.instrument, Face::kUnit, static_cast<uint8_t>(slot), index};
    if (part.values[index] < 0.5f) return;
    undo_.push_back({target, part.values[index]});
    store(target, 0, {});
  };
  end(schema::voice::kGate);
  if (part.instrument == Kind::kDdsp) end(schema::ddsp::kSing);
}

void Session::change_song(int slot, const std::string& name, const Answer& answer) {
  const Part& part = *parts_[static_cast<size_t>(slot)];
  if (part.instrument != Kind::kDdsp)
    return answer("an " + std::string(schema::name(part.instrument)) + " part does not sing");
  const auto path = song_path(name);
  if (!path) return answer("there is no song model \"" + name + "\"; /model/songs names those that are");
  if (!part.installed) return answer("the part is not ready yet: /sync says when");
  InstrumentSpec spec;
  spec.rate = services_.engine.spec().rate;
  spec.part = static_cast<uint8_t>(slot);
  const uint32_t asked = asked_[static_cast<size_t>(slot)];
  auto made = std::make_shared<std::shared_ptr<FrameSource>>();
  services_.jobs.run([made, path, spec, maker = &services_.maker] { *made = maker->make_song(*path, spec); },
                     [this, made, slot, asked, name, answer](const std::string& error) {
                       auto& changing = parts_[static_cast<size_t>(slot)];
                       if (!error.empty()) return answer(error);
                       if (!changing || asked_[static_cast<size_t>(slot)] != asked)
                         return answer("the part has changed meanwhile");
                       stage_.begin({});
                       stage_.set_source(slot, VoiceSource::kSong, std::move(*made));
                       if (!stage_.commit()) return answer("the engine's queue is full; nothing was done");
                       changing->song = name;
                       changing->can_sing = true;
                       tell_method(slot, Method::kSingModel, {});
                       changed();
                       answer({});
                     });
}

// The first of them starts the voice.
void Session::stream(const Planned& planned, const Act& how) {
  const Request& request = planned.request;
  const int slot = request.target.part;
  const Part& part = *parts_[static_cast<size_t>(slot)];
  const auto fail = [&](const std::string& reason) {
    refused_.push_back(&planned);
    replies_.fail(how.from, planned.shown(), reason);
  };
  if (part.instrument != Kind::kDdsp)
    return fail("an " + std::string(schema::name(part.instrument)) + " part is not played by a stream");
  if (!part.installed) return fail("the part is not ready yet: /sync says when");
  const auto hz = static_cast<float>(request.arguments[0].number);
  constexpr float kStreamSeconds = 0.01f, kLowestHz = 8;
  const float seconds =
      request.arguments[2].given ? static_cast<float>(request.arguments[2].number) : kStreamSeconds;
  posted_ = true;
  notes_.stream(slot, hz < kLowestHz ? -1 : 69 + 12 * std::log2(hz / 440),
                static_cast<float>(request.arguments[1].number), seconds);
}

}  // namespace continuo::session
