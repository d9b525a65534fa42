// Makes the instruments that a part can hold.
#include "engine/session/instrument_maker.h"

#include <stdexcept>

#include "engine/audio/resample.h"
#include "engine/instruments/additive.h"
#include "engine/instruments/ddsp_model.h"
#include "engine/instruments/ddsp_voices.h"

namespace continuo::session {
namespace {

constexpr size_t kFrameQueue = rt::kMaxVoices * kDdspFramesAhead;

MadeInstrument make_ddsp(const std::shared_ptr<const ddsp::Model>& model, const InstrumentSpec& spec,
                         uint32_t only_model_of_hop) {
  auto runtime = std::make_shared<DdspRuntime>(model, spec.rate);
  MadeInstrument made;
  made.hop_frames = runtime->hop_frames();
  if (!model->reverb().empty()) {
    const std::vector<float> room = resample_impulse(model->reverb(), model->config().sample_rate, spec.rate);
    made.reverb = std::make_shared<SendReverb>(room, room);
  }
  if (only_model_of_hop != made.hop_frames) {
    auto frames = std::make_shared<DdspFrameQueue>(kFrameQueue);
    made.pair.audio = std::make_unique<DdspVoices>(spec, made.hop_frames, frames);
    made.pair.model = std::make_unique<DdspModel>(spec, runtime.get(), frames);
  }
  made.runtime = std::move(runtime);
  return made;
}

}  // namespace

std::shared_ptr<const ddsp::Model> StandardMaker::load(const std::filesystem::path& path) {
  if (path.empty()) throw std::runtime_error("a ddsp part needs a model");
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error);
  Loaded& loaded = loaded_[path];
  auto model = loaded.changed == changed ? loaded.model.lock() : nullptr;
  if (model == nullptr) {
    model = ddsp::Model::load(path.string());
    loaded = {changed, model};
  }
  return model;
}

MadeInstrument StandardMaker::make(schema::Kind kind, const std::filesystem::path& model,
                                   const InstrumentSpec& spec, uint32_t only_model_of_hop) {
  if (kind == schema::Kind::kDdsp) return make_ddsp(load(model), spec, only_model_of_hop);
  MadeInstrument made;
  made.pair.audio = std::make_unique<Additive>(spec);
  return made;
}

}  // namespace continuo::session
