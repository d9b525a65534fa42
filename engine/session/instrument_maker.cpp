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
#include "engine/instruments/input_source.h"
#include "engine/instruments/song_source.h"
#include "engine/instruments/stream_source.h"
#include "engine/players/rnn_generator.h"
#include "engine/session/address_space.h"

namespace continuo::session {
namespace {

// A space is played at /part/N/<its name>: not where a part has other addresses.
std::string fault_of_spaces(const ddsp::Config& config) {
  for (const ddsp::Space& space : config.spaces) {
    if (AddressSpace::taken_by_parts(space.name))
      return "its space \"" + space.name + "\" is named like an address of every part (/part/N/" +
             space.name + "): give it another name";
  }
  return {};
}

MadeInstrument make_ddsp(const std::shared_ptr<const ddsp::Model>& model, const InstrumentSpec& spec,
                         uint32_t only_model_of_hop) {
  if (const std::string fault = fault_of_spaces(model->config()); !fault.empty())
    throw std::runtime_error("model " + model->config().name + ": " + fault);
  auto runtime = std::make_shared<DdspRuntime>(model, spec.rate);
  MadeInstrument made;
  made.hop_frames = runtime->hop_frames();
  made.spaces = std::make_shared<const std::vector<ddsp::Space>>(model->config().spaces);
  if (!model->reverb().empty()) {
    const std::vector<float> room = resample_impulse(model->reverb(), model->config().sample_rate, spec.rate);
    made.reverb = std::make_shared<SendReverb>(room, room);
  }
  if (only_model_of_hop != made.hop_frames) {
    auto frames = std::make_shared<DdspFrameQueue>(rt::kMaxVoices * ddsp_frames_ahead(made.hop_frames));
    auto ring = std::make_shared<listen::InputRing>();
    made.pair.audio = std::make_unique<DdspVoices>(spec, made.hop_frames, frames, ring);
    made.played = std::make_shared<PlayedRange>(0);
    made.pair.model = std::make_unique<DdspModel>(spec, runtime.get(), frames, made.played);
    made.input = std::make_shared<InputSource>(ring, spec.rate);
    made.stream = std::make_shared<StreamSource>(spec.rate);
  }
  made.runtime = std::move(runtime);
  return made;
}

// What is wrong with the file, by its header and size alone, or nothing: then `config` is what its metadata
// says; a text where that is no JSON.
std::string read_header(const std::filesystem::path& model, nlohmann::json& config_out) {
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
  const std::string said = header[config].get<std::string>();
  config_out = nlohmann::json::parse(said, nullptr, false);
  if (config_out.is_discarded()) config_out = said;
  return {};
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

std::shared_ptr<FrameSource> StandardMaker::make_song(const std::filesystem::path& model,
                                                      const InstrumentSpec& spec) {
  return std::make_shared<SongSource>(song::Model::load(model.string()), spec.rate);
}

std::unique_ptr<players::Generator> StandardMaker::make_player(const std::filesystem::path& model) {
  return std::make_unique<players::RnnGenerator>(musicrnn::Model::load(model.string()));
}

std::vector<uint32_t> StandardMaker::chords(const std::string& symbols) {
  return players::pack_chords(symbols);
}

std::string StandardMaker::kind(const std::filesystem::path& model) {
  nlohmann::json config;
  if (!read_header(model, config).empty() || !config.is_object()) return {};
  const auto found = config.find("kind");
  return found != config.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string StandardMaker::fault(const std::filesystem::path& model) {
  nlohmann::json config;
  const std::string fault = read_header(model, config);
  if (!fault.empty()) return fault;
  const std::string text = config.is_string() ? config.get<std::string>() : config.dump();
  try {
    if (config.is_object() && config.value("kind", nlohmann::json()) == "song") {
      (void)song::parse_config(text, model.filename().string());
    } else if (config.is_object() && config.value("kind", nlohmann::json()) == "musicrnn") {
      (void)musicrnn::parse_config(text, model.filename().string());
    } else {
      return fault_of_spaces(ddsp::parse_config(text, model.filename().string()));
    }
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
