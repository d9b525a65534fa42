// Fuzz target: the model loader refuses or loads any bytes, and never does anything else.
// The first byte chooses what the rest is: a whole file, a header, a config of a sound model, or patches to
// one.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/inference/random_model.h"

namespace {

using continuo::io::Safetensors;
using Bytes = std::vector<std::byte>;

continuo::ddsp::RandomModelSpec tiny() {
  continuo::ddsp::RandomModelSpec spec;
  spec.channels = 2;
  spec.hidden = 3;
  spec.harmonics = 4;
  spec.noise_bands = 3;
  spec.reverb_taps = 5;
  return spec;
}

Bytes as_header(const std::uint8_t* data, std::size_t size) {
  Bytes file(8 + size + 64);
  const std::uint64_t length = size;
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 8, data, size);
  return file;
}

Bytes with_config(const std::uint8_t* data, std::size_t size) {
  auto writer = continuo::ddsp::random_model(tiny());
  writer.set_metadata("config", std::string(reinterpret_cast<const char*>(data), size));
  return writer.bytes();
}

Bytes patched(const std::uint8_t* data, std::size_t size) {
  static const Bytes sound = continuo::ddsp::random_model(tiny()).bytes();
  Bytes file = sound;
  for (; size >= 3; data += 3, size -= 3) {
    const std::size_t at = std::size_t(data[0]) << 8 | data[1];
    file[at % file.size()] = std::byte(data[2]);
  }
  return file;
}

// A model that was accepted must play.
void play(const Bytes& file) {
  const auto model = continuo::ddsp::Model::from(Safetensors::parse("fuzz", file));
  continuo::ddsp::Decoder decoder;
  decoder.prepare(model, 1);
  continuo::ddsp::State state;
  state.prepare(*model);
  continuo::ddsp::ControlFrame frame;
  continuo::ddsp::State* states[] = {&state};
  continuo::ddsp::ControlFrame* frames[] = {&frame};
  const continuo::ddsp::VoiceInput input{60, -20};
  decoder.step({&input, 1}, states, frames);
  if (frame.harmonic_count > continuo::ddsp::kMaximumHarmonics) std::abort();
  const auto shape = model->note_shapes().at(90, 61.5f);
  if (!std::isfinite(shape.held_db(3.5f) + shape.onset_cents(2) + shape.release_db(4))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t way = data[0] % 4;
  ++data, --size;
  try {
    if (way == 0) {
      const auto* bytes = reinterpret_cast<const std::byte*>(data);
      play(Bytes(bytes, bytes + size));
    } else {
      play(way == 1 ? as_header(data, size) : way == 2 ? with_config(data, size) : patched(data, size));
    }
  } catch (const continuo::io::Error&) {
    // Refused with a reason.
  }
  return 0;
}
