// The random test model, see random_model.h.
#include "models/ddsp/inference/random_model.h"

#include <cmath>
#include <vector>

#include "models/io/json.h"

namespace continuo::ddsp {
namespace {

// xorshift32: the same numbers on every platform.
struct Random {
  std::uint32_t state;
  float operator()(float range) noexcept {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return range * (float(state >> 8) * 0x1p-23f - 1.0f);
  }
  std::vector<float> list(int count, float range) {
    std::vector<float> values(std::size_t(count), 0.0f);
    for (float& v : values) v = (*this)(range);
    return values;
  }
};

nlohmann::json quantiles(double p5, double p95) {
  const auto at = [&](double part) { return p5 + part * (p95 - p5); };
  return {{"p5", p5},        {"p10", at(0.1)}, {"p25", at(0.3)}, {"p50", at(0.5)},
          {"p75", at(0.75)}, {"p90", at(0.9)}, {"p95", p95}};
}

nlohmann::json level(double centre_db, double onset_frames) {
  nlohmann::json onset = nlohmann::json::array(), cents = nlohmann::json::array(),
                 release = nlohmann::json::array();
  for (int i = 0; i < onset_frames; ++i) {
    onset.push_back(-30.0 * (1 - i / onset_frames));
    cents.push_back(-20.0 * (1 - i / onset_frames));
  }
  for (int i = 0; i < 12; ++i) release.push_back(-4.0 * i);
  return {{"centre_db", centre_db},         {"onset_db", onset},     {"onset_cents", cents},
          {"sustain_drift_db_per_s", -1.0}, {"fluctuation_db", 0.5}, {"fluctuation_cents", 4.0},
          {"fluctuation_hz", 5.0},          {"release_db", release}};
}

constexpr int kTechniqueSize = 8, kTechniqueCodes = 16, kVowelSize = 4, kVowels = 5;

// Each technique has two codes of its own; the map is a grid of 4 x 4.
nlohmann::json random_spaces(const std::string& learned) {
  const std::pair<const char*, nlohmann::json> techniques[] = {
      {"belt", {{"jitter_cents", 1}}},
      {"breathy", {{"jitter_cents", 3}, {"shimmer_db", 0.2}}},
      {"fry", {{"fry_hz", 60}, {"jitter_cents", 60}}},
      {"glissando", {{"glide_s", 0.4}, {"glide_semitones", 7}}},
      {"straight", nlohmann::json::object()},
      {"trill", {{"trill_hz", 6}, {"trill_semitones", 2}}},
      {"trillo", {{"tremolo_hz", 7}, {"tremolo_db", 6}}},
      {"vibrato", {{"vibrato_hz", 5.5}, {"vibrato_cents", 60}, {"vibrato_delay_s", 0.2}}}};
  nlohmann::json technique = {
      {"name", learned}, {"size", kTechniqueSize}, {"codes", kTechniqueCodes}, {"default", "straight"}};
  for (int k = 0; k < kTechniqueCodes; ++k) {
    technique["map"].push_back({(k % 4) / 3.0, (k / 4) / 3.0});
    technique["usage"].push_back(1.0 / kTechniqueCodes);
  }
  int first = 0;
  for (const auto& [name, contour] : techniques) {
    std::vector<float> weights(kTechniqueCodes, 0.0f);
    weights[std::size_t(first)] = 0.75f;
    weights[std::size_t(first + 1)] = 0.25f;
    first += 2;
    technique["entries"].push_back({{"name", name}, {"weights", weights}, {"contour", contour}});
  }
  nlohmann::json vowel = {{"name", "vowel"}, {"size", kVowelSize}, {"codes", kVowels}};
  for (int k = 0; k < kVowels; ++k) {
    std::vector<float> weights(kVowels, 0.0f);
    weights[std::size_t(k)] = 1;
    vowel["entries"].push_back({{"name", std::string(1, "aeiou"[k])}, {"weights", weights}});
  }
  return {technique, vowel};
}

}  // namespace

std::string random_model_config(const RandomModelSpec& spec) {
  nlohmann::json config = {{"format", "continuo/1"},
                           {"kind", "ddsp"},
                           {"name", spec.name},
                           {"sample_rate", spec.sample_rate},
                           {"hop", spec.hop},
                           {"channels", spec.channels},
                           {"hidden", spec.hidden},
                           {"harmonics", spec.harmonics},
                           {"noise_bands", spec.noise_bands},
                           {"power", {{"window", 1024}, {"floor_db", -80}}},
                           {"pitch", nlohmann::json::object()},
                           {"source", "random numbers"},
                           {"licence", "CC0-1.0"}};
  config["statistics"] = {{"pitch_midi", {{"p1", 48}, {"p5", 50}, {"p50", 62}, {"p95", 76}, {"p99", 80}}},
                          {"note_power_db", quantiles(-50, -15)}};
  if (spec.note_shapes)
    config["notes"]["registers"] = {{{"centre_midi", 50},
                                     {"note_power_db", quantiles(-52, -18)},
                                     {"levels", {level(-40, 6), level(-25, 3)}}},
                                    {{"centre_midi", 70},
                                     {"note_power_db", quantiles(-45, -12)},
                                     {"levels", {level(-36, 5), level(-20, 2)}}}};
  if (spec.spaces) config["spaces"] = random_spaces(spec.learned);
  return config.dump();
}

io::SafetensorsWriter random_model(const RandomModelSpec& spec) {
  const int c = spec.channels, g = spec.hidden, h = spec.harmonics, b = spec.noise_bands;
  Random random{spec.seed * 2654435761u | 1u};
  io::SafetensorsWriter writer;
  writer.set_metadata("config", random_model_config(spec));
  const auto add = [&](const std::string& name, std::vector<std::int64_t> shape,
                       const std::vector<float>& values) {
    spec.half ? writer.add_f16(name, std::move(shape), values)
              : writer.add_f32(name, std::move(shape), values);
  };
  // A pattern of alternating signs carries the power through the layer norms: the norm of value * pattern +
  // bias, with a bias at right angles to the pattern, keeps growing with the value.
  const auto pattern = [](int i) { return i % 2 ? -1.0f : 1.0f; };
  const auto across = [](int i) { return i / 2 % 2 ? -1.0f : 1.0f; };

  for (const std::string input : {"pitch", "power"}) {
    std::vector<float> weight = random.list(c, 1.0f), bias = random.list(c, 1.0f);
    if (input == "power")
      for (int i = 0; i < c; ++i) {
        weight[std::size_t(i)] = 2.0f * pattern(i);
        bias[std::size_t(i)] = across(i) - pattern(i);
      }
    add(input + ".linear.weight", {c, 1}, weight);
    add(input + ".linear.bias", {c}, bias);
    add(input + ".norm.weight", {c}, std::vector<float>(std::size_t(c), 1.0f));
    add(input + ".norm.bias", {c}, std::vector<float>(std::size_t(c), 0.0f));
  }
  const int dense = (spec.spaces ? 3 : 2) * c;
  if (spec.spaces) {
    const int size = kTechniqueSize + kVowelSize;
    add(spec.learned + ".codebook", {kTechniqueCodes, kTechniqueSize},
        random.list(kTechniqueCodes * kTechniqueSize, 1.0f));
    add("vowel.codebook", {kVowels, kVowelSize}, random.list(kVowels * kVowelSize, 1.0f));
    add("space.linear.weight", {c, size}, random.list(c * size, 1.0f));
    add("space.linear.bias", {c}, random.list(c, 0.2f));
    add("space.norm.weight", {c}, std::vector<float>(std::size_t(c), 1.0f));
    add("space.norm.bias", {c}, std::vector<float>(std::size_t(c), 0.0f));
  }
  const float scale = 1.0f / std::sqrt(float(g));
  add("gru.weight_ih", {3 * g, dense}, random.list(3 * g * dense, scale));
  add("gru.weight_hh", {3 * g, g}, random.list(3 * g * g, scale));
  add("gru.bias_ih", {3 * g}, random.list(3 * g, scale));
  add("gru.bias_hh", {3 * g}, random.list(3 * g, scale));

  const int features = dense + g;
  std::vector<float> out_weight = random.list(c * features, 0.2f / std::sqrt(float(features)));
  std::vector<float> out_bias = random.list(c, 0.1f);
  for (int i = 0; i < c; ++i) {
    for (int j = 0; j < c; ++j)
      out_weight[std::size_t(i * features + c + j)] += pattern(i) * pattern(j) / float(c);
    out_bias[std::size_t(i)] += across(i);
  }
  add("out.linear.weight", {c, features}, out_weight);
  add("out.linear.bias", {c}, out_bias);
  add("out.norm.weight", {c}, std::vector<float>(std::size_t(c), 1.0f));
  add("out.norm.bias", {c}, std::vector<float>(std::size_t(c), 0.0f));

  std::vector<float> head_weight = random.list((1 + h + b) * c, 0.3f / std::sqrt(float(c)));
  std::vector<float> head_bias = random.list(1 + h + b, 0.2f);
  for (int j = 0; j < c; ++j) head_weight[std::size_t(j)] = 4.0f * pattern(j) / float(c);
  head_bias[0] = -1.0f;
  for (int k = 0; k < h; ++k) head_bias[std::size_t(1 + k)] += 0.5f - 0.2f * float(k);
  for (int k = 0; k < b; ++k) head_bias[std::size_t(1 + h + k)] += -4.0f;
  add("head.weight", {1 + h + b, c}, head_weight);
  add("head.bias", {1 + h + b}, head_bias);

  if (spec.reverb_taps > 0) {
    std::vector<float> taps = random.list(spec.reverb_taps, 0.05f);
    for (std::size_t i = 0; i < taps.size(); ++i) taps[i] *= std::exp(-6.0f * float(i) / float(taps.size()));
    taps[0] = 0;
    add("reverb.ir", {spec.reverb_taps}, taps);
  }
  return writer;
}

}  // namespace continuo::ddsp
