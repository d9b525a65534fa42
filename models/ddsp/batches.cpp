#include "models/ddsp/batches.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <stdexcept>

#include "models/ddsp/inference/encoder_features.h"

namespace continuo::ddsp {
namespace {

constexpr float kSilence_db = -80.f;
constexpr double kOnsetShare = 0.25;  // of the crops begin in the silence before the note
constexpr double kFineShare = 0.8;    // of the crops, while fine-tuning

// How other singers, microphones and rooms differ, standard deviations; powers are logarithms to base e.
constexpr int kRipples = 6;
constexpr float kTilt = 1, kRipple = 0.5f;  // of a crop's colour: end to end, and each of kRipples half waves
constexpr float kShift_bands = 1;           // of its formants
constexpr float kFloorNear = 8, kFloorFar = 18;  // below its loudest band: where its noise begins
constexpr float kWobble_semitones = 0.08f;
constexpr int kWobbleFrames = 12;  // from one to the next
constexpr double kAsTheyAre = 0.3;  // of the crops

// Features of a crop [T, mels + kMovements] as another singer's in another room: what all have in common is
// to be learned.
torch::Tensor recoloured(const torch::Tensor& features, std::mt19937& random) {
  std::normal_distribution<float> normal(0, 1);
  std::uniform_real_distribution<float> uniform(0, 1);
  const int64_t frames = features.size(0), mels = features.size(1) - kMovements;
  const auto place = torch::linspace(0, 1, mels);
  auto colour = kTilt * normal(random) * place;
  for (int k = 1; k <= kRipples; ++k) {
    const float phase = std::numbers::pi_v<float> * 2 * uniform(random);
    colour = colour + kRipple * normal(random) * torch::cos(std::numbers::pi * k * place + phase);
  }
  const auto from =
      (torch::arange(mels) + kShift_bands * normal(random)).clamp(0, static_cast<double>(mels - 1));
  const auto below = from.floor().clamp_max(static_cast<double>(mels - 2));
  const auto bands = features.narrow(1, 0, mels);
  const auto at = below.to(torch::kInt64);
  auto heard = bands.index_select(1, at) * (1 - (from - below)) +
               bands.index_select(1, at + 1) * (from - below) + colour;
  const float floor = heard.max().item<float>() - kFloorNear - (kFloorFar - kFloorNear) * uniform(random);
  heard = torch::logaddexp(heard, torch::full({}, floor));
  heard = heard - heard.mean(1, true);
  const auto wobble = torch::nn::functional::interpolate(
      kWobble_semitones * uniform(random) * torch::randn({1, 1, frames / kWobbleFrames + 2}),
      torch::nn::functional::InterpolateFuncOptions()
          .size(std::vector<int64_t>{frames})
          .mode(torch::kLinear)
          .align_corners(true))[0][0];
  auto movements = features.narrow(1, mels, kMovements).clone();
  movements.select(1, 0) += wobble;
  return torch::cat({heard, movements}, 1);
}

}  // namespace

Batches::Batches(const NetworkShape& shape, const TrainSpec& spec, const Dataset& data)
    : shape_(shape), spec_(spec), names_(entry_names(shape, data.train)) {
  const SpaceShape* learned = shape.learned_space();
  std::map<std::string, double> frames;  // of each label
  const auto label = [&](const Clip& clip) { return learned ? tag_of(clip, learned->name) : std::string(); };
  for (const auto* set : {&data.train, &data.augmented}) {
    for (const Clip& clip : *set) {
      if (clip.frames() <= static_cast<std::size_t>(spec.crop_frames)) continue;
      all_.clips.push_back(&clip);
      frames[label(clip)] += static_cast<double>(clip.frames());
      if (learned) features_.emplace(&clip, features_of(shape, clip)[0]);
    }
  }
  if (all_.clips.empty()) {
    throw std::runtime_error("every recording is shorter than a training crop of " +
                             std::to_string(spec.crop_frames * shape.hop / double(shape.sample_rate)) + " s");
  }
  for (const Clip* clip : all_.clips) {
    const double weight = static_cast<double>(clip->frames()) / (learned ? frames[label(*clip)] : 1);
    all_.ends.push_back((all_.ends.empty() ? 0 : all_.ends.back()) + weight);
    if (!clip->fine) continue;
    fine_.clips.push_back(clip);
    fine_.ends.push_back((fine_.ends.empty() ? 0 : fine_.ends.back()) + static_cast<double>(clip->frames()));
  }
}

const Clip& Batches::choose(const Pool& pool, double at) const {
  const auto which =
      std::lower_bound(pool.ends.begin(), pool.ends.end(), at * pool.ends.back()) - pool.ends.begin();
  return *pool.clips[std::min(static_cast<std::size_t>(which), pool.clips.size() - 1)];
}

Batch Batches::draw(std::mt19937& random, bool controls, bool fine) {
  const int64_t n = spec_.crops, t = spec_.crop_frames, h = shape_.harmonics, b = shape_.noise_bands;
  Batch batch;
  batch.midi = torch::empty({n, t});
  batch.db = torch::empty({n, t});
  batch.audio = torch::empty({n, t * shape_.hop});
  batch.seen_midi = torch::empty({n, t});
  if (controls) {
    batch.amplitudes = torch::empty({n, t, h});
    batch.noise = torch::empty({n, t, b});
  }
  for (std::size_t s = 0; s < names_.size(); ++s) batch.labels.push_back(torch::empty({n}, torch::kInt64));
  std::vector<torch::Tensor> features;
  std::uniform_real_distribution<double> uniform(0, 1);
  std::normal_distribution<float> normal(0, 1);
  for (int64_t i = 0; i < n; ++i) {
    const bool of_fine = fine && has_fine() && uniform(random) < kFineShare;
    const Clip& clip = choose(of_fine ? fine_ : all_, uniform(random));
    const auto room = static_cast<int64_t>(clip.frames()) - t;
    // So that onsets are learned well.
    int64_t begin = static_cast<int64_t>(uniform(random) * static_cast<double>(room + 1));
    if (uniform(random) < kOnsetShare)
      begin = std::min<int64_t>(room, static_cast<int64_t>(uniform(random) * 24));
    std::copy_n(clip.midi.data() + begin, t, batch.midi.data_ptr<float>() + i * t);
    std::copy_n(clip.db.data() + begin, t, batch.db.data_ptr<float>() + i * t);
    std::copy_n(clip.audio.data() + begin * shape_.hop, t * shape_.hop,
                batch.audio.data_ptr<float>() + i * t * shape_.hop);
    // Each note of a recording has a colour of its own; blurring the pitch that the network sees makes it
    // learn what neighbours share, which is what a note it never heard needs.
    batch.seen_midi[i] = batch.midi[i] + static_cast<float>(spec_.pitch_jitter) * normal(random);
    const auto entries = entries_of(shape_, names_, clip);
    for (std::size_t s = 0; s < entries.size(); ++s) batch.labels[s][i] = entries[s];
    if (shape_.learned_space()) {
      const auto heard = features_.at(&clip).narrow(0, begin, t);
      features.push_back(uniform(random) < kAsTheyAre ? heard : recoloured(heard, random));
    }
    if (controls) {
      std::copy_n(clip.controls.amplitudes.data() + begin * h, t * h,
                  batch.amplitudes.data_ptr<float>() + i * t * h);
      std::copy_n(clip.controls.noise.data() + begin * b, t * b, batch.noise.data_ptr<float>() + i * t * b);
      continue;
    }
    const float gain_db = static_cast<float>(spec_.gain_jitter_db) * normal(random);
    batch.audio[i] *= std::pow(10.f, gain_db / 20.f);
    batch.db[i] =
        (batch.db[i] + gain_db * (batch.db[i] > kSilence_db).to(torch::kFloat32)).clamp_min(kSilence_db);
  }
  if (!features.empty()) batch.features = torch::stack(features);
  return batch;
}

}  // namespace continuo::ddsp
