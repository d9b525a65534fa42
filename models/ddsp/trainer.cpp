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
constexpr float kSilence_db = -80.f;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void copy_weights(Network& from, Network& to) {
  torch::NoGradGuard no_grad;
  const auto source = from->parameters();
  auto target = to->parameters();
  for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
}

torch::Tensor log_distance(const torch::Tensor& a, const torch::Tensor& b, float floor) {
  return (torch::log(a + floor) - torch::log(b + floor)).abs().mean();
}

}  // namespace

Trainer::Trainer(const NetworkShape& shape, const TrainSpec& spec, const Dataset& data)
    : shape_(shape),
      spec_(spec),
      data_(data),
      network_((torch::manual_seed(spec.seed), Network(shape))),
      averaged_(shape),
      best_(shape),
      optimiser_(network_->parameters(), torch::optim::AdamOptions(spec.rate)),
      random_(spec.seed) {
  copy_weights(network_, averaged_);
  copy_weights(network_, best_);
  for (const auto* set : {&data.train, &data.augmented}) {
    for (const Clip& clip : *set) {
      if (clip.frames() <= static_cast<std::size_t>(spec.crop_frames)) continue;
      clips_.push_back(&clip);
      ends_.push_back((ends_.empty() ? 0 : ends_.back()) + static_cast<double>(clip.frames()));
    }
  }
  if (clips_.empty()) {
    throw std::runtime_error("every recording is shorter than a training crop of " +
                             std::to_string(spec.crop_frames * shape.hop / double(shape.sample_rate)) + " s");
  }
}

Trainer::Batch Trainer::draw(bool controls) {
  const int64_t n = spec_.crops, t = spec_.crop_frames;
  Batch batch;
  batch.midi = torch::empty({n, t});
  batch.db = torch::empty({n, t});
  batch.audio = torch::empty({n, t * shape_.hop});
  if (controls) {
    batch.amplitudes = torch::empty({n, t, shape_.harmonics});
    batch.noise = torch::empty({n, t, shape_.noise_bands});
  }
  std::uniform_real_distribution<double> uniform(0, 1);
  std::normal_distribution<float> normal(0, 1);
  batch.seen_midi = torch::empty({n, t});
  for (int64_t i = 0; i < n; ++i) {
    const double at = uniform(random_) * ends_.back();
    const auto which = std::lower_bound(ends_.begin(), ends_.end(), at) - ends_.begin();
    const Clip& clip = *clips_[static_cast<std::size_t>(which)];
    const auto room = static_cast<int64_t>(clip.frames()) - t;
    // A quarter of the crops starts in the silence before the note, so that onsets are learned well.
    int64_t begin = static_cast<int64_t>(uniform(random_) * static_cast<double>(room + 1));
    if (uniform(random_) < 0.25) begin = std::min<int64_t>(room, static_cast<int64_t>(uniform(random_) * 24));
    std::copy_n(clip.midi.data() + begin, t, batch.midi.data_ptr<float>() + i * t);
    std::copy_n(clip.db.data() + begin, t, batch.db.data_ptr<float>() + i * t);
    std::copy_n(clip.audio.data() + begin * shape_.hop, t * shape_.hop,
                batch.audio.data_ptr<float>() + i * t * shape_.hop);
    // Each note of a recording has a colour of its own; blurring the pitch that the network sees makes it
    // learn what neighbours share, which is what a note it never heard needs.
    batch.seen_midi[i] = batch.midi[i] + static_cast<float>(spec_.pitch_jitter) * normal(random_);
    if (!controls) {
      const float gain_db = static_cast<float>(spec_.gain_jitter_db) * normal(random_);
      batch.audio[i] *= std::pow(10.f, gain_db / 20.f);
      batch.db[i] =
          (batch.db[i] + gain_db * (batch.db[i] > kSilence_db).to(torch::kFloat32)).clamp_min(kSilence_db);
      continue;
    }
    const int64_t h = shape_.harmonics, b = shape_.noise_bands;
    std::copy_n(clip.controls.amplitudes.data() + begin * h, t * h,
                batch.amplitudes.data_ptr<float>() + i * t * h);
    std::copy_n(clip.controls.noise.data() + begin * b, t * b, batch.noise.data_ptr<float>() + i * t * b);
  }
  return batch;
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
}

double Trainer::evaluate(Network& network) const {
  const auto& clips = data_.held_out.empty() ? data_.train : data_.held_out;
  double sum = 0;
  for (const Clip& clip : clips) {
    sum += multi_scale_spectral_loss(render(network, clip.midi, clip.db, 1), clip.audio);
  }
  return sum / static_cast<double>(clips.size());
}

void Trainer::judge() {
  progress_.held_out_loss = evaluate(averaged_);
  if (progress_.best_loss == 0 || progress_.held_out_loss < progress_.best_loss) {
    progress_.best_loss = progress_.held_out_loss;
    copy_weights(averaged_, best_);
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
    const Batch batch = draw(true);
    const Controls made = network_->forward(batch.seen_midi, batch.db);
    const auto loss = log_distance(made.amplitudes, batch.amplitudes, kAmplitudeFloor) +
                      log_distance(made.noise, batch.noise, kNoiseFloor) +
                      10 * (made.amplitudes - batch.amplitudes).abs().mean();
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
  if (!stop && progress_.step == 0) judge();

  std::vector<int64_t> sizes(kLossSizes.begin(), kLossSizes.end());
  const auto spectral = Clock::now();
  const double spectral_before = spectral_s_;
  const int64_t step_before = progress_.step;
  double judged = since(start);
  while (!stop && progress_.step < spec_.steps && spectral_s_ < spec_.minutes * 60) {
    const Batch batch = draw(false);
    auto white = torch::empty({spec_.crops, spec_.crop_frames * shape_.hop});
    fill_white_noise((static_cast<unsigned long long>(spec_.seed) << 40) +
                         static_cast<unsigned long long>(progress_.step) * 7919,
                     {white.data_ptr<float>(), static_cast<std::size_t>(white.numel())});
    std::shuffle(sizes.begin(), sizes.end(), random_);
    const std::vector<int64_t> drawn(sizes.begin(), sizes.begin() + spec_.sizes_a_step);
    const Controls made = network_->forward(batch.seen_midi, batch.db);
    const auto audio = network_->synthesise(made, batch.midi, white);
    const auto loss =
        spectral_loss(audio, batch.audio, drawn, static_cast<double>(sizes.size()) / spec_.sizes_a_step);
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
    }
  }
  if (!stop) judge();
  if (!checkpoint_.empty()) save(checkpoint_);
  report(progress_);
}

void Trainer::save(const std::filesystem::path& file) {
  torch::serialize::OutputArchive archive, part[4];
  network_->save(part[0]);
  averaged_->save(part[1]);
  best_->save(part[2]);
  optimiser_.save(part[3]);
  archive.write("network", part[0]);
  archive.write("averaged", part[1]);
  archive.write("best", part[2]);
  archive.write("optimiser", part[3]);
  archive.write("counters",
                torch::tensor({static_cast<double>(warm_done_), warm_s_, static_cast<double>(progress_.step),
                               spectral_s_, progress_.elapsed_s, progress_.held_out_loss, progress_.best_loss,
                               static_cast<double>(skipped_)},
                              torch::kFloat64));
  const auto part_file = file.string() + ".part";
  archive.save_to(part_file);
  std::filesystem::rename(part_file, file);
}

void Trainer::load(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw std::runtime_error(file.string() + ": no such checkpoint to resume");
  try {
    torch::serialize::InputArchive archive, part[4];
    archive.load_from(file.string());
    archive.read("network", part[0]);
    archive.read("averaged", part[1]);
    archive.read("best", part[2]);
    archive.read("optimiser", part[3]);
    network_->load(part[0]);
    averaged_->load(part[1]);
    best_->load(part[2]);
    optimiser_.load(part[3]);
    // LibTorch takes tensors of any size over, so the shape is checked here.
    const Network fresh(shape_);
    const auto expected = fresh->parameters();
    for (const Network* loaded : {&network_, &averaged_, &best_}) {
      const auto found = (*loaded)->parameters();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (found[i].sizes() != expected[i].sizes()) {
          throw std::runtime_error(file.string() +
                                   ": a checkpoint of another --channels, --hidden or --harmonics");
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
  } catch (const c10::Error& error) {
    throw std::runtime_error(file.string() +
                             ": not a checkpoint of this shape: " + error.what_without_backtrace());
  }
  random_.seed(spec_.seed + static_cast<unsigned>(progress_.step + warm_done_));
}

}  // namespace continuo::ddsp
