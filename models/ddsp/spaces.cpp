#include "models/ddsp/spaces.h"

#include <algorithm>
#include <cmath>

#include "models/ddsp/contour.h"
#include "models/ddsp/inference/encoder_features.h"
#include "models/ddsp/spectral_loss.h"

namespace continuo::ddsp {
namespace {

constexpr float kSounding_db = -50;
constexpr int kCodesASecond = 12;
constexpr int kProbeSteps = 800;

struct Codes {
  const Clip* clip = nullptr;
  std::vector<int64_t> heard;  // where it sounds
};

std::vector<Codes> codes_of(Network& network, std::span<const Clip> clips) {
  torch::NoGradGuard no_grad;
  std::vector<Codes> all;
  for (const Clip& clip : clips) {
    const auto vectors = network->encoder()->forward(features_of(network->shape(), clip));
    const auto indices = network->quantiser()->forward(vectors).indices.contiguous();
    Codes codes{&clip, {}};
    for (int64_t j = 0; j < indices.size(1); ++j) {
      const auto middle = static_cast<std::size_t>(j * kPool + kPool / 2);
      if (clip.db[middle] > kSounding_db) codes.heard.push_back(indices[0][j].item<int64_t>());
    }
    all.push_back(std::move(codes));
  }
  return all;
}

std::vector<double> normalised(std::vector<double> counts) {
  double sum = 0;
  for (const double c : counts) sum += c;
  for (double& c : counts) c = sum > 0 ? c / sum : 1.0 / static_cast<double>(counts.size());
  return counts;
}

nlohmann::json numbers(const std::vector<double>& values, double scale) {
  auto out = nlohmann::json::array();
  for (const double v : values) out.push_back(std::round(v * scale) / scale);
  return out;
}

// The two principal directions of a codebook, each brought to 0..1.
nlohmann::json plane(const torch::Tensor& codebook) {
  const auto centred = codebook - codebook.mean(0);
  const auto vectors = std::get<1>(torch::linalg_eigh(centred.t().mm(centred), "L"));
  auto xy = centred.mm(vectors.narrow(1, vectors.size(1) - 2, 2)).flip(1);
  const auto low = std::get<0>(xy.min(0)), high = std::get<0>(xy.max(0));
  xy = (xy - low) / (high - low).clamp_min(1e-9);
  auto out = nlohmann::json::array();
  for (int64_t k = 0; k < xy.size(0); ++k)
    out.push_back(numbers({xy[k][0].item<double>(), xy[k][1].item<double>()}, 1e4));
  return out;
}

double entropy(const std::vector<double>& shares) {
  return std::log(perplexity(shares));
}

// Of code and value over all heard codes of clips that have the tag: 2 I / (H + H).
double mutual_information(const std::vector<Codes>& codes, const std::string& tag, int count) {
  std::map<std::string, std::vector<double>> by_value;
  std::vector<double> total(static_cast<std::size_t>(count), 0.0), values;
  double sum = 0;
  for (const Codes& c : codes) {
    const std::string value = tag_of(*c.clip, tag);
    if (value.empty()) continue;
    auto& counts = by_value.try_emplace(value, total.size(), 0.0).first->second;
    for (const int64_t k : c.heard)
      ++counts[static_cast<std::size_t>(k)], ++total[static_cast<std::size_t>(k)], ++sum;
  }
  if (sum == 0) return 0;
  double conditional = 0;
  for (const auto& [value, counts] : by_value) {
    double own = 0;
    for (const double c : counts) own += c;
    values.push_back(own / sum);
    conditional += own / sum * entropy(normalised(counts));
  }
  const double of_codes = entropy(normalised(total)), of_values = entropy(values);
  return of_codes + of_values > 0 ? 2 * (of_codes - conditional) / (of_codes + of_values) : 0;
}

// Shares of codes in stretches of one second, with the label's index.
struct Windows {
  std::vector<float> shares;
  std::vector<int64_t> labels;
};

Windows windows_of(const std::vector<Codes>& codes, const std::string& tag,
                   const std::vector<std::string>& names, int count) {
  Windows out;
  for (const Codes& c : codes) {
    const auto found = std::find(names.begin(), names.end(), tag_of(*c.clip, tag));
    if (found == names.end()) continue;
    for (std::size_t begin = 0; begin + kCodesASecond <= c.heard.size(); begin += kCodesASecond / 2) {
      std::vector<float> shares(static_cast<std::size_t>(count), 0.f);
      for (int i = 0; i < kCodesASecond; ++i)
        shares[static_cast<std::size_t>(c.heard[begin + static_cast<std::size_t>(i)])] += 1.f / kCodesASecond;
      out.shares.insert(out.shares.end(), shares.begin(), shares.end());
      out.labels.push_back(found - names.begin());
    }
  }
  return out;
}

double read_labels(const Windows& train, const Windows& test, int count, int64_t labels) {
  if (train.labels.empty() || test.labels.empty()) return 0;
  const auto as_rows = [&](const Windows& w) {
    return torch::tensor(w.shares).view({static_cast<int64_t>(w.labels.size()), count});
  };
  torch::manual_seed(1);
  torch::nn::Linear probe(count, labels);
  torch::optim::Adam optimiser(probe->parameters(), torch::optim::AdamOptions(0.05).weight_decay(1e-4));
  const auto rows = as_rows(train), wanted = torch::tensor(train.labels);
  for (int step = 0; step < kProbeSteps; ++step) {
    optimiser.zero_grad();
    torch::nn::functional::cross_entropy(probe->forward(rows), wanted).backward();
    optimiser.step();
  }
  torch::NoGradGuard no_grad;
  const auto read = probe->forward(as_rows(test)).argmax(1);
  return 100 * (read == torch::tensor(test.labels)).to(torch::kFloat32).mean().item<double>();
}

double held_out_loss(const EntryNames& names, Network& network, const Dataset& data, bool codes) {
  double sum = 0;
  for (const Clip& clip : data.held_out) {
    const auto audio = render(network, clip.midi, clip.db, 1, space_vectors(network, names, clip, codes));
    sum += multi_scale_spectral_loss(audio, clip.audio);
  }
  return data.held_out.empty() ? 0 : sum / static_cast<double>(data.held_out.size());
}

}  // namespace

nlohmann::json describe_spaces(const EntryNames& names, Network& network, const Dataset& data) {
  const NetworkShape& shape = network->shape();
  if (shape.spaces.empty()) return nlohmann::json::object();
  const double frame_rate = static_cast<double>(shape.sample_rate) / shape.hop;
  auto spaces = nlohmann::json::array();
  nlohmann::json about;
  for (std::size_t s = 0; s < shape.spaces.size(); ++s) {
    const SpaceShape& space = shape.spaces[s];
    nlohmann::json j = {{"name", space.name}, {"size", space.size}, {"codes", space.codes}};
    if (space.codes > 2 && space.size >= 2) j["map"] = plane(network->codebook(s).detach());
    j["entries"] = nlohmann::json::array();
    std::vector<Codes> codes;
    if (space.learned) codes = codes_of(network, data.train);
    std::vector<double> usage(static_cast<std::size_t>(space.codes), 0.0);
    for (const Codes& c : codes) {
      for (const int64_t k : c.heard) ++usage[static_cast<std::size_t>(k)];
    }
    const auto& own = names[s];
    for (std::size_t i = 0; i < own.size(); ++i) {
      std::vector<double> weights(static_cast<std::size_t>(space.codes), 0.0);
      std::vector<const Clip*> clips;
      for (const Clip& clip : data.train) {
        if (tag_of(clip, space.name) == own[i]) clips.push_back(&clip);
      }
      for (const Codes& c : codes) {
        if (tag_of(*c.clip, space.name) != own[i]) continue;
        for (const int64_t k : c.heard) ++weights[static_cast<std::size_t>(k)];
      }
      if (!space.learned) weights[i] = 1;
      nlohmann::json entry = {{"name", own[i]}, {"weights", numbers(normalised(weights), 1e5)}};
      if (space.learned) entry["contour"] = describe_contour(clips, frame_rate);
      j["entries"].push_back(entry);
    }
    if (space.learned) {
      j["usage"] = numbers(normalised(usage), 1e5);
      if (std::find(own.begin(), own.end(), "straight") != own.end()) j["default"] = "straight";
      const EncoderFeatureSpec features;
      about["encoder"] = {
          {"space", space.name},
          {"window", features.window},
          {"mels", features.mels},
          {"low_hz", features.low_hz},
          {"high_hz", std::min(features.high_hz, 0.5f * static_cast<float>(shape.sample_rate))},
          {"pool", kPool},
          {"movement", kMovements},
          {"width", shape.encoder_width}};
    }
    spaces.push_back(j);
  }
  about["spaces"] = spaces;
  return about;
}

std::optional<SpaceFigures> judge_space(const EntryNames& names, Network& network, const Dataset& data) {
  const NetworkShape& shape = network->shape();
  if (shape.learned_space() == nullptr) return {};
  SpaceFigures figures;
  for (std::size_t s = 0; s < shape.spaces.size(); ++s) {
    const SpaceShape& space = shape.spaces[s];
    if (!space.learned) continue;
    figures.space = space.name;
    figures.codes = space.codes;
    const auto train = codes_of(network, data.train);
    const auto test = codes_of(network, data.unseen.empty() ? data.held_out : data.unseen);
    figures.clips = static_cast<int>(test.size());
    std::vector<double> usage(static_cast<std::size_t>(space.codes), 0.0);
    for (const Codes& c : test) {
      for (const int64_t k : c.heard) ++usage[static_cast<std::size_t>(k)];
    }
    figures.dead = static_cast<int>(std::count(usage.begin(), usage.end(), 0.0));
    figures.perplexity = perplexity(normalised(usage));
    const auto& own = names[s];
    figures.labels = static_cast<int>(own.size());
    figures.read_percent = read_labels(windows_of(train, space.name, own, space.codes),
                                       windows_of(test, space.name, own, space.codes), space.codes,
                                       static_cast<int64_t>(own.size()));
    figures.label_nmi = mutual_information(test, space.name, space.codes);
    figures.other = space.name == "vowel" ? "voice" : "vowel";
    figures.other_nmi = mutual_information(test, figures.other, space.codes);
    figures.loss_with = held_out_loss(names, network, data, true);
    figures.loss_without = held_out_loss(names, network, data, false);
  }
  return figures;
}

}  // namespace continuo::ddsp
