// Makes the instruments that a part can hold.
#include "engine/session/instrument_maker.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/audio/resample.h"
#include "engine/instruments/additive.h"
#include "engine/instruments/ddsp_model.h"
#include "engine/instruments/ddsp_voices.h"

namespace continuo::session {
namespace {

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
    auto frames = std::make_shared<DdspFrameQueue>(rt::kMaxVoices * ddsp_frames_ahead(made.hop_frames));
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

std::string StandardMaker::fault(const std::filesystem::path& model) {
  constexpr uint64_t kLargestHeader = 4u << 20;
  std::error_code error;
  const uint64_t size = std::filesystem::file_size(model, error);
  std::ifstream in(model, std::ios::binary);
  std::array<unsigned char, 8> head{};
  if (error || !in.read(reinterpret_cast<char*>(head.data()), head.size()))
    return "it is too short for a model, or can't be read";
  uint64_t length = 0;
  for (size_t i = head.size(); i-- > 0;) length = length << 8 | head[i];
  if (length < 2 || length > kLargestHeader || length > size - head.size())
    return "this is no safetensors file: its header's length is " + std::to_string(length) + " bytes";
  std::string text(length, '\0');
  if (!in.read(text.data(), static_cast<std::streamsize>(length))) return "its header can't be read";
  const auto header = nlohmann::json::parse(text, nullptr, false);
  if (!header.is_object()) return "this is no safetensors file: its header is no JSON object";
  const auto config = nlohmann::json::json_pointer("/__metadata__/config");
  if (!header.contains(config) || !header[config].is_string())
    return "its metadata has no \"config\": this is no model of Continuo";
  uint64_t end = 0;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    const auto last = nlohmann::json::json_pointer("/data_offsets/1");
    if (!tensor.is_object() || !tensor.contains(last) || !tensor[last].is_number_unsigned())
      return "tensor \"" + name + "\" has no data_offsets";
    end = std::max(end, tensor[last].get<uint64_t>());
  }
  const uint64_t there = size - head.size() - length;
  if (end != there) {
    return "the file is cut short or has too much: " + std::to_string(there) +
           " bytes of tensors, expected " + std::to_string(end);
  }
  try {
    (void)ddsp::parse_config(header[config].get<std::string>(), model.filename().string());
  } catch (const std::exception& refused) {
    return refused.what();
  }
  return {};
}

MadeInstrument StandardMaker::make(schema::Kind kind, const std::filesystem::path& model,
                                   const InstrumentSpec& spec, uint32_t only_model_of_hop) {
  if (kind == schema::Kind::kDdsp) return make_ddsp(load(model), spec, only_model_of_hop);
  MadeInstrument made;
  made.pair.audio = std::make_unique<Additive>(spec);
  return made;
}

}  // namespace continuo::session
