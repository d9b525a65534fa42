#include "models/ddsp/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <stdexcept>

#include "models/ddsp/nodes.h"
#include "models/ddsp/noise_filter.h"
#include "models/ddsp/spectral_loss.h"

namespace continuo::ddsp {
namespace {

using Clock = std::chrono::steady_clock;
constexpr float kAmplitudeFloor = 2e-5f;  // below it a harmonic counts as absent
constexpr float kNoiseFloor = 1e-5f;
constexpr double kWithoutShare = 0.1, kMixedShare = 0.1;
constexpr double kTableNoise = 0.05;   // on the entries of tables, so that what lies between them is learned
constexpr double kCommitment = 0.25;   // of the encoder to its codes (van den Oord et al. 2017)
constexpr double kBoundWeight = 1e-3;  // keeps vectors small before there are codes
constexpr double kProbeWeight = 1;
constexpr int kStartBatches = 40;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void copy_buffers(Network& from, Network& to) {
  torch::NoGradGuard no_grad;
  const auto source = from->buffers();
  auto target = to->buffers();
  for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
}

void copy_weights(Network& from, Network& to) {
  torch::NoGradGuard no_grad;
  const auto source = from->parameters();
  auto target = to->parameters();
  for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
  copy_buffers(from, to);
}

torch::Tensor log_distance(const torch::Tensor& a, const torch::Tensor& b, float floor) {
  return (torch::log(a + floor) - torch::log(b + floor)).abs().mean();
}

}  // namespace

Trainer::Trainer(const NetworkShape& shape, const TrainSpec& spec, const Dataset& data)
    : shape_(shape),
      spec_(spec),
      data_(data),
      batches_(shape, spec, data),
      network_((torch::manual_seed(spec.seed), Network(shape))),
      averaged_(shape),
      best_(shape),
      optimiser_(network_->parameters(), torch::optim::AdamOptions(spec.rate)),
      random_(spec.seed) {
  copy_weights(network_, averaged_);
  copy_weights(network_, best_);
  for (std::size_t s = 0; s < shape.spaces.size(); ++s) {
    if (!shape.spaces[s].learned) continue;
    start_encoder();
    if (names()[s].size() < 2) continue;
    probe_ = torch::nn::Linear(shape.spaces[s].size, static_cast<int64_t>(names()[s].size()));
    optimiser_.add_param_group({probe_->parameters()});
  }
}

// Codes and entries of a batch's crops. One crop in ten goes without, so that the zero vector means the mean
// of all; one in ten lies between a code and its nearest neighbour, as mixes on stage do.
Trainer::Space Trainer::space(const Batch& batch, bool warm) {
  Space result;
  if (shape_.spaces.empty()) return result;
  const int64_t n = batch.midi.size(0), t = batch.midi.size(1);
  std::vector<torch::Tensor> parts;
  for (std::size_t s = 0; s < shape_.spaces.size(); ++s) {
    const SpaceShape& space = shape_.spaces[s];
    const auto with = (torch::rand({n, 1, 1}) > kWithoutShare).to(torch::kFloat32);
    const auto& labels = batch.labels[s];
    if (!space.learned) {
      const auto known = (labels >= 0).to(torch::kFloat32).view({n, 1, 1});
      const auto entries = network_->codebook(s).index_select(0, labels.clamp_min(0)).unsqueeze(1);
      parts.push_back(
          ((entries + kTableNoise * torch::randn_like(entries)) * known * with).expand({n, t, space.size}));
      continue;
    }
    auto vectors = network_->encoder()->forward(batch.features);  // [N, J, D]
    torch::Tensor loss = kBoundWeight * vectors.pow(2).mean();
    if (!warm) {
      auto quantised = network_->quantiser()->forward(vectors);
      network_->quantiser()->follow(vectors, quantised.indices);
      loss = kCommitment * quantised.commitment;
      const auto& codebook = network_->quantiser()->codebook();
      const auto near = network_->quantiser()->neighbours().index_select(0, quantised.indices.reshape({-1}));
      const auto toward = codebook.index_select(0, near).view(vectors.sizes()) - quantised.quantised.detach();
      const auto mixed =
          (torch::rand({n, 1, 1}) < kMixedShare).to(torch::kFloat32) * 0.5 * torch::rand({n, 1, 1});
      vectors = quantised.quantised + mixed * toward;
    }
    const auto labelled = torch::nonzero(labels >= 0).view({-1});
    if (probe_ && labelled.numel() > 0) {
      const auto read = probe_->forward(vectors.mean(1)).index_select(0, labelled);
      loss =
          loss + kProbeWeight * torch::nn::functional::cross_entropy(read, labels.index_select(0, labelled));
    }
    result.loss = loss;
    auto frames = vectors.repeat_interleave(kPool, 1);
    const int64_t rest = t - frames.size(1);
    if (rest > 0)
      frames = torch::cat({frames, frames.narrow(1, frames.size(1) - 1, 1).expand({n, rest, space.size})}, 1);
    parts.push_back(frames * with);
  }
  result.vectors = torch::cat(parts, 2);
  return result;
}

// Brings the encoder's features to mean 0 and deviation 1 over the data.
void Trainer::start_encoder() {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < kStartBatches; ++i)
    drawn.push_back(batches_.draw(random_, false, false).features.flatten(0, 1));
  const auto all = torch::cat(drawn);
  for (Network* network : {&network_, &averaged_, &best_})
    (*network)->encoder()->set_statistics(all.mean(0), all.std(0).clamp_min(1e-3));
}

void Trainer::start_codes() {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> drawn;
  for (int i = 0; i < kStartBatches; ++i)
    drawn.push_back(
        network_->encoder()->forward(batches_.draw(random_, false, false).features).flatten(0, 1));
  network_->quantiser()->start(torch::cat(drawn), spec_.seed);
  copy_weights(network_, averaged_);
}

// One step down `loss`. A step whose loss or gradient is not a number is left out.
bool Trainer::descend(const torch::Tensor& loss, double rate) {
  for (auto& group : optimiser_.param_groups())
    static_cast<torch::optim::AdamOptions&>(group.options()).lr(rate);
  optimiser_.zero_grad();
  loss.backward();
  const double norm = torch::nn::utils::clip_grad_norm_(network_->parameters(), spec_.clip);
  if (!std::isfinite(loss.item<float>()) || !std::isfinite(norm)) {
    ++skipped_;
    return false;
  }
  optimiser_.step();
  average();
  return true;
}

void Trainer::average() {
  torch::NoGradGuard no_grad;
  // Early on the average must not remember the random start.
  const double count = static_cast<double>(progress_.step + warm_done_);
  const double keep = std::min(spec_.averaging, (1 + count) / (10 + count));
  const auto source = network_->parameters();
  auto target = averaged_->parameters();
  for (std::size_t i = 0; i < source.size(); ++i) target[i].mul_(keep).add_(source[i], 1 - keep);
  copy_buffers(network_, averaged_);
}

double Trainer::evaluate(Network& network) const {
  const auto& clips = data_.held_out.empty() ? data_.train : data_.held_out;
  double sum = 0;
  for (const Clip& clip : clips) {
    sum += multi_scale_spectral_loss(
        render(network, clip.midi, clip.db, 1, space_vectors(network, names(), clip)), clip.audio);
  }
  return sum / static_cast<double>(clips.size());
}

void Trainer::judge() {
  progress_.held_out_loss = evaluate(averaged_);
  if (progress_.best_loss == 0 || progress_.held_out_loss < progress_.best_loss) {
    progress_.best_loss = progress_.held_out_loss;
    copy_weights(averaged_, best_);
    without_better_ = 0;
  } else {
    ++without_better_;
  }
  if (!checkpoint_.empty()) save(checkpoint_);
}

void Trainer::run(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& report) {
  const double before_s = progress_.elapsed_s;
  const auto start = Clock::now();
  double mean = 0, reported = 0;
  const auto tell = [&](double loss, int64_t taken, Clock::time_point from) {
    mean = mean == 0 ? loss : 0.98 * mean + 0.02 * loss;
    progress_.loss = mean;
    progress_.steps_a_second = static_cast<double>(taken) / std::max(1e-3, since(from));
    progress_.left_s = progress_.done > 0.01 ? progress_.stage_s * (1 / progress_.done - 1) : 0;
    progress_.elapsed_s = before_s + since(start);
    if (since(start) - reported < 1) return;
    reported = since(start);
    report(progress_);
  };

  const double warm_before = warm_s_;
  progress_.warm = true;
  while (!stop && warm_done_ < spec_.warm_steps && warm_s_ < spec_.warm_minutes * 60) {
    const Batch batch = batches_.draw(random_, true, false);
    const Space space = this->space(batch, true);
    const Controls made = network_->forward(batch.seen_midi, batch.db, space.vectors);
    auto loss = log_distance(made.amplitudes, batch.amplitudes, kAmplitudeFloor) +
                log_distance(made.noise, batch.noise, kNoiseFloor) +
                10 * (made.amplitudes - batch.amplitudes).abs().mean();
    if (space.loss.defined()) loss = loss + space.loss;
    progress_.rate = spec_.rate;
    descend(loss, progress_.rate);
    ++warm_done_;
    warm_s_ = progress_.stage_s = warm_before + since(start);
    progress_.done = std::max(static_cast<double>(warm_done_) / static_cast<double>(spec_.warm_steps),
                              warm_s_ / 60 / spec_.warm_minutes);
    tell(loss.item<float>(), warm_done_, start);
  }
  progress_.warm = false;
  mean = 0;
  if (!stop && shape_.learned_space() && !network_->quantiser()->started()) start_codes();
  if (!stop && progress_.step == 0) judge();

  std::vector<int64_t> sizes(kLossSizes.begin(), kLossSizes.end());
  const auto spectral = Clock::now();
  const double spectral_before = spectral_s_;
  const int64_t step_before = progress_.step;
  double judged = since(start);
  while (!stop && progress_.step < spec_.steps && spectral_s_ < spec_.minutes * 60) {
    const bool fine = batches_.has_fine() && progress_.done > 1 - spec_.fine_tune_share;
    const Batch batch = batches_.draw(random_, false, fine);
    auto white = torch::empty({spec_.crops, spec_.crop_frames * shape_.hop});
    fill_white_noise((static_cast<unsigned long long>(spec_.seed) << 40) +
                         static_cast<unsigned long long>(progress_.step) * 7919,
                     {white.data_ptr<float>(), static_cast<std::size_t>(white.numel())});
    std::shuffle(sizes.begin(), sizes.end(), random_);
    const std::vector<int64_t> drawn(sizes.begin(), sizes.begin() + spec_.sizes_a_step);
    const Space space = this->space(batch, false);
    const Controls made = network_->forward(batch.seen_midi, batch.db, space.vectors);
    const auto audio = network_->synthesise(made, batch.midi, white);
    auto loss =
        spectral_loss(audio, batch.audio, drawn, static_cast<double>(sizes.size()) / spec_.sizes_a_step);
    if (space.loss.defined()) loss = loss + space.loss;
    progress_.done = std::max(static_cast<double>(progress_.step) / static_cast<double>(spec_.steps),
                              spectral_s_ / 60 / spec_.minutes);
    progress_.rate = spec_.rate * std::pow(0.1, progress_.done);
    descend(loss, progress_.rate);
    ++progress_.step;
    spectral_s_ = progress_.stage_s = spectral_before + since(spectral);
    tell(loss.item<float>(), progress_.step - step_before, spectral);
    if (since(start) - judged > spec_.checkpoint_minutes * 60) {
      judge();
      report(progress_);
      judged = since(start);
      if (spec_.patience > 0 && without_better_ >= spec_.patience) break;
    }
  }
  if (!stop) {
    judge();
    progress_.done = 1;
  }
  if (!checkpoint_.empty()) save(checkpoint_);
  report(progress_);
}

void Trainer::save(const std::filesystem::path& file) {
  torch::serialize::OutputArchive archive, part[5];
  network_->save(part[0]);
  averaged_->save(part[1]);
  best_->save(part[2]);
  optimiser_.save(part[3]);
  archive.write("network", part[0]);
  archive.write("averaged", part[1]);
  archive.write("best", part[2]);
  archive.write("optimiser", part[3]);
  if (probe_) {
    probe_->save(part[4]);
    archive.write("probe", part[4]);
  }
  archive.write("counters",
                torch::tensor({static_cast<double>(warm_done_), warm_s_, static_cast<double>(progress_.step),
                               spectral_s_, progress_.elapsed_s, progress_.held_out_loss, progress_.best_loss,
                               static_cast<double>(skipped_), static_cast<double>(without_better_)},
                              torch::kFloat64));
  const auto part_file = file.string() + ".part";
  archive.save_to(part_file);
  std::filesystem::rename(part_file, file);
}

void Trainer::load(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw std::runtime_error(file.string() + ": no such checkpoint to resume");
  try {
    torch::serialize::InputArchive archive, part[5];
    archive.load_from(file.string());
    archive.read("network", part[0]);
    archive.read("averaged", part[1]);
    archive.read("best", part[2]);
    archive.read("optimiser", part[3]);
    network_->load(part[0]);
    averaged_->load(part[1]);
    best_->load(part[2]);
    optimiser_.load(part[3]);
    if (probe_) {
      archive.read("probe", part[4]);
      probe_->load(part[4]);
    }
    // LibTorch takes tensors of any size over, so the shape is checked here.
    const Network fresh(shape_);
    const auto expected = fresh->parameters();
    for (const Network* loaded : {&network_, &averaged_, &best_}) {
      const auto found = (*loaded)->parameters();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (found[i].sizes() != expected[i].sizes()) {
          throw std::runtime_error(
              file.string() +
              ": a checkpoint of another --channels, --hidden, --harmonics, --reverb or other code spaces");
        }
      }
    }
    torch::Tensor counters;
    archive.read("counters", counters);
    const double* c = counters.data_ptr<double>();
    warm_done_ = static_cast<int64_t>(c[0]);
    warm_s_ = c[1];
    progress_.step = static_cast<int64_t>(c[2]);
    spectral_s_ = c[3];
    progress_.elapsed_s = c[4];
    progress_.held_out_loss = c[5];
    progress_.best_loss = c[6];
    skipped_ = static_cast<int64_t>(c[7]);
    without_better_ = counters.numel() > 8 ? static_cast<int>(c[8]) : 0;
  } catch (const c10::Error& error) {
    throw std::runtime_error(file.string() +
                             ": not a checkpoint of this shape: " + error.what_without_backtrace());
  }
  random_.seed(spec_.seed + static_cast<unsigned>(progress_.step + warm_done_));
}

}  // namespace continuo::ddsp
