#include "models/musicrnn/trainer.h"

#include <chrono>
#include <cmath>
#include <stdexcept>

namespace continuo::musicrnn {
namespace {

namespace fs = std::filesystem;

constexpr int kJudgeEvery = 60;       // steps
constexpr std::int64_t kJudged = 32;  // sequences at once
constexpr double kBeginnings = 0.3;   // of the crops begin where the tune does

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void copy_weights(const Network& from, Network& to) {
  torch::NoGradGuard guard;
  const auto source = from->parameters();
  auto target = to->parameters();
  for (std::size_t i = 0; i < source.size(); ++i) target[i].copy_(source[i]);
}

}  // namespace

double Figures::perplexity() const {
  return std::exp(nats);
}

Trainer::Trainer(const Representation& representation, const TrainSpec& spec, std::vector<Tune> train,
                 std::vector<Tune> held_out)
    : representation_(representation),
      spec_(spec),
      train_(std::move(train)),
      held_out_(std::move(held_out)),
      network_(representation.inputs(), spec.cells, representation.labels()),
      averaged_(representation.inputs(), spec.cells, representation.labels()),
      best_(representation.inputs(), spec.cells, representation.labels()),
      optimiser_(network_->parameters(),
                 torch::optim::AdamWOptions(spec.rate).weight_decay(spec.weight_decay)),
      random_(spec.seed) {
  if (train_.size() < 2)
    throw std::runtime_error("there are " + std::to_string(train_.size()) +
                             " sequences to learn from; 2 are the least, 50 a beginning");
  if (held_out_.empty())
    throw std::runtime_error("nothing is held out: make the set with validation examples");
  network_->dropout = spec.dropout;
  copy_weights(network_, averaged_);
  copy_weights(network_, best_);
  progress_.best_loss = 1e9;
}

Trainer::Batch Trainer::empty(std::int64_t length, std::int64_t count) const {
  return {torch::zeros({length, count, representation_.inputs()}),
          torch::full({length, count}, -1, torch::kInt64), torch::zeros({length, count})};
}

// The sequence from event `from` on, which is the first that it sees.
void Trainer::fill(Batch& batch, std::int64_t n, const std::vector<int>& events, std::int64_t from,
                   double forgotten) {
  Stream stream(representation_);
  std::vector<Active> active(static_cast<std::size_t>(representation_.most_active()));
  std::uniform_real_distribution<double> uniform(0, 1);
  auto x = batch.x.accessor<float, 3>();
  auto labels = batch.labels.accessor<std::int64_t, 2>();
  auto is_event = batch.events.accessor<float, 2>();
  const std::int64_t length = batch.x.size(0);
  for (std::int64_t i = 0; i + 1 < static_cast<std::int64_t>(events.size()) && i < from + length; ++i) {
    const Event next(events[static_cast<std::size_t>(i) + 1]);
    stream.push(Event(events[static_cast<std::size_t>(i)]));
    const std::int64_t t = i - from;
    if (t < 0) continue;
    if (forgotten == 0 || uniform(random_) >= forgotten) {
      const std::size_t count = stream.input(active);
      for (std::size_t a = 0; a < count; ++a) x[t][n][active[a].index] += active[a].value;
    }
    labels[t][n] = stream.label(next);
    is_event[t][n] = next == representation_.default_event() ? 0.f : 1.f;
  }
}

Trainer::Batch Trainer::draw() {
  Batch batch = empty(spec_.length, spec_.batch);
  std::uniform_int_distribution<std::size_t> which(0, train_.size() - 1);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::int64_t n = 0; n < spec_.batch; ++n) {
    const Tune& tune = train_[which(random_)];
    const int move = std::uniform_int_distribution<int>(tune.moves[0], tune.moves[1])(random_);
    const auto room =
        std::max<std::int64_t>(0, static_cast<std::int64_t>(tune.events.size()) - 1 - spec_.length);
    const std::int64_t from =
        uniform(random_) < kBeginnings ? 0 : std::uniform_int_distribution<std::int64_t>(0, room)(random_);
    fill(batch, n, move == 0 ? tune.events : moved(tune.events, move, representation_), from,
         spec_.input_dropout);
  }
  return batch;
}

Figures Trainer::judge(Network& network, const std::vector<Tune>& tunes) {
  torch::NoGradGuard guard;
  network->eval();
  Figures figures;
  double right = 0, events_right = 0, events = 0;
  for (std::size_t begin = 0; begin < tunes.size(); begin += kJudged) {
    const std::size_t end = std::min(tunes.size(), begin + kJudged);
    std::int64_t longest = 1;
    for (std::size_t i = begin; i < end; ++i)
      longest = std::max(longest, static_cast<std::int64_t>(tunes[i].events.size()) - 1);
    Batch batch = empty(longest, static_cast<std::int64_t>(end - begin));
    for (std::size_t i = begin; i < end; ++i)
      fill(batch, static_cast<std::int64_t>(i - begin), tunes[i].events, 0, 0);
    const auto logits = network->forward(batch.x);
    const auto there = batch.labels >= 0;
    const auto nats = torch::nn::functional::cross_entropy(
        logits.flatten(0, 1), batch.labels.flatten(),
        torch::nn::functional::CrossEntropyFuncOptions().ignore_index(-1).reduction(torch::kSum));
    const auto hits = (logits.argmax(2) == batch.labels) & there;
    figures.nats += nats.item<double>();
    figures.steps += there.sum().item<std::int64_t>();
    right += hits.sum().item<double>();
    const auto of_events = (batch.events > 0) & there;
    events_right += (hits & of_events).sum().item<double>();
    events += of_events.sum().item<double>();
  }
  const double steps = std::max<double>(1, static_cast<double>(figures.steps));
  figures.nats /= steps;
  figures.accuracy = right / steps;
  figures.event_accuracy = events_right / std::max(1.0, events);
  network->train();
  return figures;
}

void Trainer::average() {
  torch::NoGradGuard guard;
  // Young averages are short.
  const double keep = std::min(spec_.average, (1.0 + static_cast<double>(progress_.step)) /
                                                  (10.0 + static_cast<double>(progress_.step)));
  const auto now = network_->parameters();
  auto mean = averaged_->parameters();
  for (std::size_t i = 0; i < now.size(); ++i) mean[i].mul_(keep).add_(now[i], 1 - keep);
}

void Trainer::judge_now() {
  progress_.held_out_loss = judge(averaged_, held_out_).nats;
  if (progress_.held_out_loss < progress_.best_loss - 1e-4) {
    progress_.best_loss = progress_.held_out_loss;
    copy_weights(averaged_, best_);
    worse_ = 0;
  } else {
    ++worse_;
  }
}

void Trainer::run(const std::atomic<bool>& stop, const std::function<void(const Progress&)>& progress) {
  const double began_s = now_s() - spent_s_;
  const std::int64_t first = progress_.step;
  const double resumed_s = now_s();
  double told_s = now_s(), saved_s = now_s(), loss = 0;
  network_->train();
  for (; !stop && worse_ < spec_.patience; ++progress_.step) {
    spent_s_ = now_s() - began_s;
    const double by_time = spent_s_ / (60 * spec_.minutes);
    const double by_steps =
        spec_.steps > 0 ? static_cast<double>(progress_.step) / static_cast<double>(spec_.steps) : 0;
    progress_.done = std::max(by_time, by_steps);
    if (progress_.done >= 1) break;
    progress_.rate = spec_.rate * (0.02 + 0.98 * 0.5 * (1 + std::cos(M_PI * progress_.done)));
    for (auto& group : optimiser_.param_groups())
      static_cast<torch::optim::AdamWOptions&>(group.options()).lr(progress_.rate);
    const Batch batch = draw();
    optimiser_.zero_grad();
    const auto nats = torch::nn::functional::cross_entropy(
        network_->forward(batch.x).flatten(0, 1), batch.labels.flatten(),
        torch::nn::functional::CrossEntropyFuncOptions().ignore_index(-1));
    nats.backward();
    torch::nn::utils::clip_grad_norm_(network_->parameters(), spec_.clip);
    optimiser_.step();
    average();
    const auto now = nats.item<double>();
    loss = progress_.step == first ? now : 0.95 * loss + 0.05 * now;
    if (progress_.step % kJudgeEvery == kJudgeEvery - 1) judge_now();
    if (now_s() - saved_s > 60 * spec_.checkpoint_minutes) save(), saved_s = now_s();
    if (now_s() - told_s < 1) continue;
    told_s = now_s();
    progress_.loss = loss;
    progress_.elapsed_s = spent_s_;
    progress_.steps_a_second =
        static_cast<double>(progress_.step + 1 - first) / std::max(1e-9, now_s() - resumed_s);
    progress_.left_s = progress_.done > 0 ? spent_s_ * (1 / progress_.done - 1) : 0;
    progress(progress_);
  }
  judge_now();
  save();
}

void Trainer::save() {
  if (checkpoint_.empty()) return;
  fs::create_directories(checkpoint_.parent_path());
  torch::serialize::OutputArchive archive, network, averaged, best, optimiser;
  network_->save(network), averaged_->save(averaged), best_->save(best), optimiser_.save(optimiser);
  archive.write("network", network), archive.write("averaged", averaged), archive.write("best", best);
  archive.write("optimiser", optimiser);
  archive.write("counters", torch::tensor({static_cast<double>(progress_.step), spent_s_, progress_.best_loss,
                                           static_cast<double>(worse_)},
                                          torch::kFloat64));
  const fs::path part = checkpoint_.string() + ".part";
  archive.save_to(part.string());
  fs::rename(part, checkpoint_);
}

void Trainer::load() {
  try {
    torch::serialize::InputArchive archive, network, averaged, best, optimiser;
    archive.load_from(checkpoint_.string());
    archive.read("network", network), archive.read("averaged", averaged), archive.read("best", best);
    archive.read("optimiser", optimiser);
    network_->load(network), averaged_->load(averaged), best_->load(best), optimiser_.load(optimiser);
    torch::Tensor counters;
    archive.read("counters", counters);
    const auto* c = counters.data_ptr<double>();
    progress_.step = static_cast<std::int64_t>(c[0]);
    spent_s_ = c[1], progress_.best_loss = c[2], worse_ = static_cast<int>(c[3]);
  } catch (const c10::Error& error) {
    throw std::runtime_error(checkpoint_.string() +
                             ": not a checkpoint of this shape: " + error.what_without_backtrace());
  }
}

}  // namespace continuo::musicrnn
