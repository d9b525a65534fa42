// The streaming encoder beside the one that is trained.
#include "models/ddsp/inference/decoder.h"
#include "models/ddsp/inference/encoder.h"
#include "models/ddsp/codes.h"  // before Catch: LibTorch has a CHECK of its own
#include "models/ddsp/inference/random_model.h"

#undef CHECK
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace continuo;
using namespace continuo::ddsp;

namespace {

// A random model with the encoder as its training would write it.
io::Safetensors file_of(const Encoder& encoder, int width) {
  RandomModelSpec spec;
  spec.spaces = true;
  io::SafetensorsWriter writer = random_model(spec);
  auto config = nlohmann::json::parse(random_model_config(spec));
  config["encoder"] = {{"space", "technique"}, {"window", 1024}, {"mels", 40},    {"low_hz", 80},
                       {"high_hz", 8000},      {"pool", 8},      {"movement", 4}, {"width", width}};
  writer.set_metadata("config", config.dump());
  for (const auto& [name, tensor] : encoder->named()) {
    const auto values = tensor.detach().contiguous();
    writer.add_f32(name, values.sizes().vec(), {values.data_ptr<float>(), size_t(values.numel())});
  }
  return io::Safetensors::parse("random", writer.bytes());
}

}  // namespace

TEST_CASE("the streaming encoder gives the vectors of the trained one, and its nearest codes") {
  constexpr int kWidth = 48, kFrames = 160;
  torch::manual_seed(11);
  torch::NoGradGuard no_grad;
  Encoder encoder(kWidth, 8);
  const int features = EncoderFeatureSpec{}.mels + kMovements;
  encoder->set_statistics(torch::randn({features}), 0.5 + torch::rand({features}));
  const auto heard = 2 * torch::randn({1, kFrames, features});
  const auto expected = encoder->forward(heard);  // [1, kFrames / 8, 8]

  const io::Safetensors file = file_of(encoder, kWidth);
  const Config config = read_config(file);
  StreamingEncoder streaming(file, config);
  const auto model = Model::from(file);
  const auto book = torch::from_blob(const_cast<float*>(model->codebook(0).data()), {16, 8});
  for (int pass = 0; pass < 2; ++pass) {  // from a zero state again after reset()
    int pools = 0;
    for (int j = 0; j < kFrames; ++j) {
      const auto frame = heard[0][j].contiguous();
      const int code = streaming.step({frame.data_ptr<float>(), size_t(features)});
      REQUIRE((code >= 0) == (j % 8 == 7));
      if (code < 0) continue;
      const auto wanted = expected[0][pools++].contiguous();
      for (int d = 0; d < 8; ++d)
        CHECK(streaming.vector()[size_t(d)] == Approx(wanted[d].item<float>()).margin(1e-4));
      CHECK(code == (book - wanted).pow(2).sum(1).argmin().item<int64_t>());
    }
    CHECK(pools == kFrames / 8);
    streaming.reset();
  }
}

TEST_CASE("names are told by the codes of the last second") {
  torch::manual_seed(12);
  torch::NoGradGuard no_grad;
  Encoder encoder(16, 8);
  const io::Safetensors first = file_of(encoder, 16);
  // The output's bias alone speaks: it is put on code 5, which only fry uses (entry 2: codes 4 and 5).
  for (auto& [name, tensor] : encoder->named()) {
    if (name == "encoder.out.weight") tensor.zero_();
    if (name != "encoder.out.bias") continue;
    const auto five = Model::from(first)->codebook(0).subspan(40, 8);
    for (int d = 0; d < 8; ++d) tensor[d] = five[size_t(d)];
  }
  const io::Safetensors file = file_of(encoder, 16);
  StreamingEncoder streaming(file, read_config(file));
  for (const float p : streaming.names()) CHECK(p == Approx(1.0 / 8));
  std::vector<float> window(1024);
  int last = -1;
  for (int j = 0; j < 100; ++j) {
    const int code = streaming.hear(window, 60, -30, true);
    last = code >= 0 ? code : last;
  }
  CHECK(last == 5);
  CHECK(streaming.names()[2] > 0.99f);
  float sum = 0;
  for (const float p : streaming.names()) sum += p;
  CHECK(sum == Approx(1));
}

TEST_CASE("an encoder that does not fit is refused by name") {
  RandomModelSpec spec;
  spec.spaces = true;
  const auto plain = io::Safetensors::parse("random", random_model(spec).bytes());
  CHECK_THROWS_WITH(StreamingEncoder(plain, read_config(plain)), Catch::Contains("has no encoder"));
  auto writer = random_model(spec);
  auto config = nlohmann::json::parse(random_model_config(spec));
  config["encoder"] = {{"space", "technique"}, {"window", 1024}, {"mels", 40},    {"low_hz", 80},
                       {"high_hz", 8000},      {"pool", 8},      {"movement", 4}, {"width", 16}};
  writer.set_metadata("config", config.dump());
  const auto missing = io::Safetensors::parse("random", writer.bytes());
  CHECK_THROWS_WITH(StreamingEncoder(missing, read_config(missing)), Catch::Contains("encoder.mean"));
}
