#include "models/ddsp/space_vectors.h"

#include <algorithm>

#include "models/ddsp/inference/encoder_features.h"

namespace continuo::ddsp {

EntryNames entry_names(const NetworkShape& shape, const std::vector<Clip>& clips) {
  EntryNames names;
  for (const SpaceShape& space : shape.spaces) names.push_back(values_of(clips, space.name));
  return names;
}

std::vector<int64_t> entries_of(const NetworkShape& shape, const EntryNames& names, const Clip& clip) {
  std::vector<int64_t> entries;
  for (std::size_t s = 0; s < names.size(); ++s) {
    const auto found = std::find(names[s].begin(), names[s].end(), tag_of(clip, shape.spaces[s].name));
    entries.push_back(found == names[s].end() ? -1 : found - names[s].begin());
  }
  return entries;
}

torch::Tensor features_of(const NetworkShape& shape, const Clip& clip) {
  EncoderFeatureSpec spec;
  spec.sample_rate = shape.sample_rate;
  spec.hop = shape.hop;
  spec.high_hz = std::min(spec.high_hz, 0.5f * static_cast<float>(shape.sample_rate));
  const auto values = encoder_features(clip.audio, clip.midi, clip.db, clip.voiced, spec);
  return torch::tensor(values).view({1, static_cast<int64_t>(clip.frames()), -1});
}

std::vector<float> space_vectors(Network& network, const EntryNames& names, const Clip& clip, bool codes) {
  const NetworkShape& shape = network->shape();
  if (shape.spaces.empty()) return {};
  torch::NoGradGuard no_grad;
  const auto t = static_cast<int64_t>(clip.frames());
  const auto entries = entries_of(shape, names, clip);
  std::vector<torch::Tensor> parts;
  for (std::size_t s = 0; s < shape.spaces.size(); ++s) {
    auto part = torch::zeros({t, shape.spaces[s].size});
    if (shape.spaces[s].learned && codes) {
      const auto vectors = network->encoder()->forward(features_of(shape, clip))[0];
      const auto frames = network->quantiser()->forward(vectors).quantised.repeat_interleave(kPool, 0);
      part.narrow(0, 0, frames.size(0)).copy_(frames);
    } else if (!shape.spaces[s].learned && entries[s] >= 0) {
      part.copy_(network->codebook(s)[entries[s]].unsqueeze(0).expand_as(part));
    }
    parts.push_back(part);
  }
  const auto all = torch::cat(parts, 1).contiguous();
  return {all.data_ptr<float>(), all.data_ptr<float>() + all.numel()};
}

}  // namespace continuo::ddsp
