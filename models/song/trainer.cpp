// Training of a song model.
#include "models/song/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

namespace continuo::song {
namespace {

using torch::Tensor;
using torch::indexing::Slice;
namespace F = torch::nn::functional;
using Clock = std::chrono::steady_clock;

constexpr double kNoteShare = 0.2;  // of the time
constexpr double kJudge_s = 15;     // between judgements
constexpr std::size_t kMostJudged = 48;
constexpr double kEasyTechnique = 0.2;  // what the technique counts beside what makes the tune

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

template <class Network>
void copy_weights(Network& from, Network& to) {
  torch::NoGradGuard no_grad;
  const auto source = from->parameters();
  auto target = to->parameters();
  for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
}

// Mean over the weights of the cross entropy of [T, N, classes] with [T, N].
Tensor cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& weight) {
  const Tensor log_p = torch::log_softmax(logits, -1).gather(-1, target.unsqueeze(-1)).squeeze(-1);
  return -(log_p * weight).sum() / weight.sum().clamp_min(1);
}

Tensor binary_entropy(const Tensor& logits, const Tensor& target, const Tensor& weight) {
  const Tensor loss = F::binary_cross_entropy_with_logits(
      logits, target, F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kNone));
  return (loss * weight).sum() / weight.sum().clamp_min(1);
}

}  // namespace

Trainer::Trainer(const NetworkShape& shape, const TrainSpec& spec, std::vector<Example> train,
                 std::vector<Example> held_out)
    : shape_(shape),
      spec_(spec),
      train_(std::move(train)),
      held_out_(std::move(held_out)),
      notes_((torch::manual_seed(spec.seed), NoteTier(shape))),
      best_notes_(shape),
      frames_(shape),
      best_frames_(shape),
      note_optimiser_(notes_->parameters(), torch::optim::AdamOptions(spec.rate).weight_decay(1e-5)),
      frame_optimiser_(frames_->parameters(), torch::optim::AdamOptions(spec.rate)),
      random_(spec.seed) {
  const auto empty = [](const Example& e) { return e.notes.size() < 4; };
  std::erase_if(train_, empty);
  std::erase_if(held_out_, empty);
  double notes = 0, frames = 0;
  for (const Example& example : train_) {
    note_ends_.push_back(notes += static_cast<double>(example.notes.size()));
    frame_ends_.push_back(frames += static_cast<double>(example.frames.size()));
    auto& begins = phrase_begins_.emplace_back();
    for (std::size_t j = 1; j < example.frames.size(); ++j) {
      // A tenth of a second before a phrase: where the singer begins afresh.
      const FrameInput &now = example.frames[j].input, &before = example.frames[j - 1].input;
      if (!now.sounding && now.rest_left <= 0.1f && (before.rest_left > 0.1f || before.sounding) &&
          now.rest_since > 0.08f)
        begins.push_back(j);
    }
    if (begins.empty()) begins.push_back(0);
  }
  if (notes < 100)
    throw std::runtime_error("the sets hold " + std::to_string(static_cast<int>(notes)) +
                             " notes to learn from; at least 100 are needed, good are 1000 and more");
  notes_->dropout = spec.dropout;
  copy_weights(notes_, best_notes_);
  copy_weights(frames_, best_frames_);
}

std::vector<Trainer::Crop> Trainer::draw(bool notes) {
  std::vector<Crop> crops;
  std::uniform_real_distribution<double> uniform(0, 1);
  const auto& ends = notes ? note_ends_ : frame_ends_;
  const auto count = static_cast<std::size_t>(notes ? spec_.note_crops : spec_.frame_crops);
  const auto length = static_cast<std::size_t>(notes ? spec_.note_crop : spec_.frame_crop);
  while (crops.size() < count) {
    const auto which = static_cast<std::size_t>(
        std::lower_bound(ends.begin(), ends.end(), uniform(random_) * ends.back()) - ends.begin());
    const Example& example = train_[which];
    const std::size_t all = notes ? example.notes.size() : example.frames.size();
    std::size_t begin = 0;
    if (notes) {
      // Half of them from the start, as the singer begins.
      if (all > length / 2 && uniform(random_) < 0.5)
        begin = static_cast<std::size_t>(uniform(random_) * static_cast<double>(all - length / 2));
    } else if (uniform(random_) < 0.6) {
      const auto& begins = phrase_begins_[which];
      begin = begins[static_cast<std::size_t>(uniform(random_) * static_cast<double>(begins.size()))];
    } else if (all > length) {
      begin = static_cast<std::size_t>(uniform(random_) * static_cast<double>(all - length));
    }
    crops.push_back({&example, begin, std::min(length, all - begin)});
  }
  return crops;
}

std::vector<Trainer::Crop> Trainer::all_of(const std::vector<Example>& examples, bool notes) const {
  std::vector<Crop> crops;
  const auto length = static_cast<std::size_t>(notes ? spec_.note_crop : spec_.frame_crop);
  for (const Example& example : examples) {
    const std::size_t all = notes ? example.notes.size() : example.frames.size();
    for (std::size_t begin = 0; begin < all; begin += length)
      crops.push_back({&example, begin, std::min(length, all - begin)});
  }
  // Evenly, so that a large set is judged as fast as a small one.
  std::vector<Crop> out;
  const std::size_t step = std::max<std::size_t>(1, crops.size() / kMostJudged);
  for (std::size_t i = 0; i < crops.size(); i += step) out.push_back(crops[i]);
  return out;
}

Trainer::NoteBatch Trainer::note_batch(const std::vector<Crop>& crops, int64_t length) const {
  const auto n = static_cast<int64_t>(crops.size());
  const int features = note_features(shape_.techniques);
  NoteBatch batch;
  batch.x = torch::zeros({length, n, features});
  batch.weight = torch::zeros({length, n});
  for (Tensor* t : {&batch.technique, &batch.interval, &batch.length, &batch.gap})
    *t = torch::zeros({length, n}, torch::kInt64);
  for (int64_t i = 0; i < n; ++i) {
    const Crop& crop = crops[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < crop.size; ++j) {
      const NoteExample& note = crop.example->notes[crop.begin + j];
      const int64_t at = static_cast<int64_t>(j) * n + i;
      write_features(note.input, shape_.techniques,
                     {batch.x.data_ptr<float>() + at * features, static_cast<std::size_t>(features)});
      batch.technique.data_ptr<int64_t>()[at] = note.technique;
      batch.interval.data_ptr<int64_t>()[at] = note.interval;
      batch.length.data_ptr<int64_t>()[at] = note.length;
      batch.gap.data_ptr<int64_t>()[at] = note.gap;
      batch.weight.data_ptr<float>()[at] = 1;
    }
  }
  return batch;
}

Trainer::FrameBatch Trainer::frame_batch(const std::vector<Crop>& crops, int64_t length, bool noise) {
  const auto n = static_cast<int64_t>(crops.size());
  const int features = frame_features(shape_.techniques);
  FrameBatch batch;
  batch.x = torch::zeros({length, n, features});
  batch.chosen = torch::zeros({length, n, 2});
  batch.voiced = torch::zeros({length, n});
  batch.weight = torch::zeros({length, n});
  batch.deviation = torch::zeros({length, n}, torch::kInt64);
  batch.level = torch::zeros({length, n}, torch::kInt64);
  std::normal_distribution<float> normal(0, 1);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int64_t i = 0; i < n; ++i) {
    const Crop& crop = crops[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < crop.size; ++j) {
      const FrameExample& frame = crop.example->frames[crop.begin + j];
      const int64_t at = static_cast<int64_t>(j) * n + i;
      FrameInput input = frame.input;
      const float deviation = deviation_value(static_cast<float>(frame.deviation));
      float* chosen = batch.chosen.data_ptr<float>() + 2 * at;
      chosen[0] = 3 * deviation_scale(deviation);
      chosen[1] = std::clamp(10 * (deviation_scale(deviation) - deviation_scale(input.deviation)), -3.f, 3.f);
      if (noise) {
        input.deviation += static_cast<float>(spec_.pitch_noise) * normal(random_);
        input.deviation_before += static_cast<float>(spec_.pitch_noise) * normal(random_);
        input.db += static_cast<float>(spec_.level_noise_db) * normal(random_);
        input.db_before += static_cast<float>(spec_.level_noise_db) * normal(random_);
        if (uniform(random_) < spec_.forgetting) {
          input.deviation = input.deviation_before = 0;
          input.db = input.db_before = -25;
        }
      }
      write_features(input, shape_.techniques,
                     {batch.x.data_ptr<float>() + at * features, static_cast<std::size_t>(features)});
      batch.voiced.data_ptr<float>()[at] = frame.voiced ? 1.f : 0.f;
      batch.deviation.data_ptr<int64_t>()[at] = frame.deviation;
      batch.level.data_ptr<int64_t>()[at] = frame.level;
      batch.weight.data_ptr<float>()[at] = input.sounding ? 1.f : input.rest_since < 0.4f ? 0.5f : 0.1f;
    }
  }
  return batch;
}

Trainer::Losses Trainer::judge(NoteTier& notes, FrameTier& frames, bool of_notes, bool of_frames) {
  torch::NoGradGuard no_grad;
  const std::vector<Example>& examples = held_out_.empty() ? train_ : held_out_;
  Losses losses;
  if (of_notes) {
    notes->eval();
    const NoteBatch b = note_batch(all_of(examples, true), spec_.note_crop);
    const auto logits = notes->forward(b.x, b.technique, b.interval, b.length);
    losses.technique = cross_entropy(logits.technique, b.technique, b.weight).item<double>();
    losses.interval = cross_entropy(logits.interval, b.interval, b.weight).item<double>();
    losses.length = cross_entropy(logits.length, b.length, b.weight).item<double>();
    losses.gap = cross_entropy(logits.gap, b.gap, b.weight).item<double>();
    notes->train();
  }
  if (of_frames) {
    const FrameBatch b = frame_batch(all_of(examples, false), spec_.frame_crop, false);
    const auto logits = frames->forward(b.x, b.chosen);
    losses.voiced = binary_entropy(logits.voiced, b.voiced, b.weight).item<double>();
    losses.deviation = cross_entropy(logits.deviation, b.deviation, b.weight * b.voiced).item<double>();
    losses.level = cross_entropy(logits.level, b.level, b.weight).item<double>();
  }
  return losses;
}

void Trainer::judge_tier(Tier& tier, bool notes) {
  const Losses losses = judge(notes_, frames_, notes, !notes);
  tier.held_out = notes ? losses.notes() : losses.frames();
  if (!std::isfinite(tier.held_out)) return;
  if (tier.held_out < tier.best) {
    tier.best = tier.held_out;
    tier.worse = 0;
    notes ? copy_weights(notes_, best_notes_) : copy_weights(frames_, best_frames_);
  } else if (++tier.worse >= spec_.patience) {
    tier.done = true;
  }
}

template <typename Step>
void Trainer::train(Tier& tier, bool notes, double minutes, torch::optim::Adam& optimiser, Step step,
                    const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress) {
  const double spent_before = tier.spent_s;
  const auto began = Clock::now();
  auto judged = began, told = began, saved = began;
  double loss = 0;
  Progress p;
  p.notes = notes;
  while (!stop && !tier.done) {
    tier.spent_s = spent_before + since(began);
    p.done = tier.spent_s / (60 * minutes);
    if (spec_.steps > 0) p.done = std::max(p.done, double(tier.step) / double(spec_.steps));
    if (p.done >= 1) break;
    const double warm = std::min(1.0, double(tier.step + 1) / 100);
    p.rate = spec_.rate * warm * (0.03 + 0.97 * 0.5 * (1 + std::cos(M_PI * p.done)));
    for (auto& group : optimiser.param_groups())
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(p.rate);
    optimiser.zero_grad();
    const Tensor l = step();
    l.backward();
    const auto& parameters = notes ? notes_->parameters() : frames_->parameters();
    const double norm = torch::nn::utils::clip_grad_norm_(parameters, spec_.clip);
    const double value = l.template item<double>();
    if (std::isfinite(value) && std::isfinite(norm)) {
      optimiser.step();
      loss = loss == 0 ? value : loss + 0.02 * (value - loss);
    }
    ++tier.step;
    if (since(judged) > kJudge_s) {
      judge_tier(tier, notes);
      judged = Clock::now();
    }
    if (since(told) > 1) {
      told = Clock::now();
      p.step = tier.step;
      p.loss = loss;
      p.held_out_loss = tier.held_out;
      p.best_loss = tier.best < 1e9 ? tier.best : 0;
      p.elapsed_s = tier.spent_s;
      p.steps_a_second = double(tier.step) / std::max(1e-3, tier.spent_s);
      p.left_s = p.done > 0 ? tier.spent_s / p.done * (1 - p.done) : 0;
      progress(p);
    }
    if (since(saved) > 60 * spec_.checkpoint_minutes) {
      save();
      saved = Clock::now();
    }
  }
  tier.spent_s = spent_before + since(began);
  if (!stop) {
    judge_tier(tier, notes);
    tier.done = true;
  }
}

void Trainer::run(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress) {
  notes_->train();
  if (!note_tier_.done) {
    train(
        note_tier_, true, spec_.minutes * kNoteShare, note_optimiser_,
        [&] {
          const NoteBatch b = note_batch(draw(true), spec_.note_crop);
          const auto logits = notes_->forward(b.x, b.technique, b.interval, b.length);
          return kEasyTechnique * cross_entropy(logits.technique, b.technique, b.weight) +
                 cross_entropy(logits.interval, b.interval, b.weight) +
                 cross_entropy(logits.length, b.length, b.weight) +
                 cross_entropy(logits.gap, b.gap, b.weight);
        },
        stop, progress);
  }
  if (!stop && !frame_tier_.done) {
    train(
        frame_tier_, false, spec_.minutes * (1 - kNoteShare), frame_optimiser_,
        [&] {
          const FrameBatch b = frame_batch(draw(false), spec_.frame_crop, true);
          const auto logits = frames_->forward(b.x, b.chosen);
          return binary_entropy(logits.voiced, b.voiced, b.weight) +
                 cross_entropy(logits.deviation, b.deviation, b.weight * b.voiced) +
                 cross_entropy(logits.level, b.level, b.weight);
        },
        stop, progress);
  }
  save();
}

namespace {

template <class Network>
void put(torch::serialize::OutputArchive& archive, const std::string& name, const Network& network) {
  torch::serialize::OutputArchive part;
  network->save(part);
  archive.write(name, part);
}

template <class Network>
void take(torch::serialize::InputArchive& archive, const std::string& name, Network& network) {
  torch::serialize::InputArchive part;
  archive.read(name, part);
  // LibTorch takes tensors of any size over, so sizes are compared here.
  std::vector<std::vector<int64_t>> sizes;
  for (const auto& weights : network->parameters()) sizes.push_back(weights.sizes().vec());
  network->load(part);
  const auto loaded = network->parameters();
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (loaded[i].sizes().vec() != sizes[i])
      throw std::runtime_error("a network of another --hidden or --channels");
  }
}

Tensor to_tensor(const Trainer::Tier& tier) {
  return torch::tensor(
      {double(tier.step), tier.spent_s, tier.best, tier.held_out, double(tier.worse), tier.done ? 1.0 : 0.0},
      torch::kFloat64);
}

Trainer::Tier tier_from(const Tensor& t) {
  const double* v = t.data_ptr<double>();
  return {static_cast<int64_t>(v[0]), v[1], v[2], v[3], static_cast<int>(v[4]), v[5] > 0.5};
}

}  // namespace

void Trainer::save() {
  if (checkpoint_.empty()) return;
  torch::serialize::OutputArchive archive, note_state, frame_state;
  put(archive, "notes", notes_);
  put(archive, "best_notes", best_notes_);
  put(archive, "frames", frames_);
  put(archive, "best_frames", best_frames_);
  note_optimiser_.save(note_state);
  frame_optimiser_.save(frame_state);
  archive.write("note_optimiser", note_state);
  archive.write("frame_optimiser", frame_state);
  archive.write("note_tier", to_tensor(note_tier_));
  archive.write("frame_tier", to_tensor(frame_tier_));
  archive.write("random", torch::tensor({static_cast<int64_t>(random_() >> 1)}));
  const std::filesystem::path part = checkpoint_.string() + ".part";
  std::filesystem::create_directories(checkpoint_.parent_path());
  archive.save_to(part.string());
  std::filesystem::rename(part, checkpoint_);
}

void Trainer::load() {
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error(checkpoint_.string() + ": is no checkpoint of this training (" + why +
                             "); train anew without --resume");
  };
  try {
    torch::serialize::InputArchive archive, note_state, frame_state;
    archive.load_from(checkpoint_.string());
    take(archive, "notes", notes_);
    take(archive, "best_notes", best_notes_);
    take(archive, "frames", frames_);
    take(archive, "best_frames", best_frames_);
    archive.read("note_optimiser", note_state);
    archive.read("frame_optimiser", frame_state);
    note_optimiser_.load(note_state);
    frame_optimiser_.load(frame_state);
    Tensor t;
    archive.read("note_tier", t);
    note_tier_ = tier_from(t);
    archive.read("frame_tier", t);
    frame_tier_ = tier_from(t);
    Tensor drawn = torch::zeros({1}, torch::kInt64);
    archive.read("random", drawn);
    random_.seed(static_cast<uint64_t>(drawn.data_ptr<int64_t>()[0]));
  } catch (const c10::Error& error) {
    refuse(error.what_without_backtrace());
  } catch (const std::runtime_error& error) {
    refuse(error.what());
  }
}

}  // namespace continuo::song
