// Loading and stepping the networks of a song model, see model.h.
#include "models/song/inference/model.h"

#include <algorithm>
#include <cmath>

#include "models/nn/functions.h"

namespace continuo::song {

Model::Model(Config config, const io::Safetensors& file, nn::Isa isa)
    : config_(std::move(config)), isa_(isa) {
  const int n = config_.note_hidden, m = config_.note_dense, c = config_.channels, g = config_.hidden;
  const int t = config_.technique_count();
  const auto gru = [&](nn::Gru& into, const std::string& name, int inputs, int hidden) {
    const auto input = file.floats(name + ".weight_ih", {3 * hidden, inputs});
    const auto recurrent = file.floats(name + ".weight_hh", {3 * hidden, hidden});
    into.pack({input, recurrent, file.floats(name + ".bias_ih", {3 * hidden}),
               file.floats(name + ".bias_hh", {3 * hidden})},
              inputs, hidden, isa);
  };
  const auto dense = [&](nn::Matrix& into, const std::string& name, int rows, int columns) {
    into.pack(file.floats(name + ".weight", {rows, columns}), file.floats(name + ".bias", {rows}), rows,
              columns, isa);
  };
  gru(note_, "note.gru", note_features(t), n);
  dense(technique_, "note.technique", t, n);
  dense(interval_hidden_, "note.interval.hidden", m, n + t);
  dense(interval_, "note.interval.out", kIntervals, m);
  dense(length_hidden_, "note.length.hidden", m, n + t + kIntervals);
  dense(length_, "note.length.out", kLengths, m);
  dense(gap_hidden_, "note.gap.hidden", m, n + t + kIntervals + kLengths);
  dense(gap_, "note.gap.out", kGaps, m);
  dense(in_, "frame.in.linear", c, frame_features(t));
  in_norm_weight_ = file.floats("frame.in.norm.weight", {c});
  in_norm_bias_ = file.floats("frame.in.norm.bias", {c});
  gru(lower_, "frame.lower", c, g);
  gru(upper_, "frame.upper", g, g);
  dense(voiced_, "frame.voiced", 1, c + g);
  dense(deviation_, "frame.deviation", kDeviations, c + g);
  dense(level_, "frame.level", kLevels, c + g + 2);
}

std::shared_ptr<const Model> Model::load(const std::string& path, nn::Isa isa) {
  return from(io::Safetensors::read(path), isa);
}

std::shared_ptr<const Model> Model::from(const io::Safetensors& file, nn::Isa isa) {
  return std::shared_ptr<const Model>(new Model(read_config(file), file, isa));
}

void Networks::prepare(std::shared_ptr<const Model> model) {
  model_ = std::move(model);
  const Config& config = model_->config_;
  const int t = config.technique_count();
  const auto size = [](int n) { return static_cast<std::size_t>(n + 15) / 16 * 16; };
  note_in_.assign(size(note_features(t)), 0);
  note_state_.assign(size(config.note_hidden), 0);
  note_row_.assign(size(config.note_hidden + t + kIntervals + kLengths), 0);
  frame_in_.assign(size(frame_features(t)), 0);
  lower_state_.assign(size(config.hidden), 0);
  upper_state_.assign(size(config.hidden), 0);
  frame_row_.assign(size(config.channels + config.hidden + 2), 0);
  dense_.assign(size(config.note_dense), 0);
  logits_.assign(size(std::max({kDeviations, kLevels, kIntervals, kLengths, kMostTechniques})), 0);
  scratch_.assign(std::max({model_->note_.scratch_floats(1), model_->lower_.scratch_floats(1),
                            model_->upper_.scratch_floats(1)}),
                  0);
}

void Networks::reset_notes() noexcept {
  std::fill(note_state_.begin(), note_state_.end(), 0.f);
}

void Networks::reset_frames() noexcept {
  std::fill(lower_state_.begin(), lower_state_.end(), 0.f);
  std::fill(upper_state_.begin(), upper_state_.end(), 0.f);
}

void Networks::step(const NoteInput& input) noexcept {
  const Config& config = model_->config_;
  const auto features = static_cast<std::size_t>(note_features(config.technique_count()));
  write_features(input, config.technique_count(), {note_in_.data(), features});
  model_->note_.step(note_in_.data(), note_state_.data(), scratch_.data());
  std::fill(note_row_.begin(), note_row_.end(), 0.0f);
  std::copy_n(note_state_.begin(), config.note_hidden, note_row_.begin());
}

std::span<float> Networks::technique_logits() noexcept {
  model_->technique_.multiply(note_state_.data(), logits_.data());
  return {logits_.data(), static_cast<std::size_t>(model_->config_.technique_count())};
}

std::span<float> Networks::two_layers(const nn::Matrix& hidden, const nn::Matrix& out) noexcept {
  hidden.multiply(note_row_.data(), dense_.data());
  nn::tanh({dense_.data(), static_cast<std::size_t>(hidden.rows())}, model_->isa_);
  out.multiply(dense_.data(), logits_.data());
  return {logits_.data(), static_cast<std::size_t>(out.rows())};
}

std::span<float> Networks::interval_logits(int technique) noexcept {
  note_row_[static_cast<std::size_t>(model_->config_.note_hidden + technique)] = 1;
  return two_layers(model_->interval_hidden_, model_->interval_);
}

std::span<float> Networks::length_logits(int interval) noexcept {
  const int at = model_->config_.note_hidden + model_->config_.technique_count();
  note_row_[static_cast<std::size_t>(at + interval)] = 1;
  return two_layers(model_->length_hidden_, model_->length_);
}

std::span<float> Networks::gap_logits(int length) noexcept {
  const int at = model_->config_.note_hidden + model_->config_.technique_count() + kIntervals;
  note_row_[static_cast<std::size_t>(at + length)] = 1;
  return two_layers(model_->gap_hidden_, model_->gap_);
}

void Networks::step(const FrameInput& input) noexcept {
  const Config& config = model_->config_;
  const auto channels = static_cast<std::size_t>(config.channels);
  const auto features = static_cast<std::size_t>(frame_features(config.technique_count()));
  write_features(input, config.technique_count(), {frame_in_.data(), features});
  model_->in_.multiply(frame_in_.data(), frame_row_.data());
  nn::layer_norm_leaky_relu({frame_row_.data(), channels}, model_->in_norm_weight_, model_->in_norm_bias_,
                            0.2f, 1e-5f, model_->isa_);
  model_->lower_.step(frame_row_.data(), lower_state_.data(), scratch_.data());
  model_->upper_.step(lower_state_.data(), upper_state_.data(), scratch_.data());
  std::copy_n(upper_state_.begin(), config.hidden, frame_row_.begin() + config.channels);
}

float Networks::voiced_logit() noexcept {
  model_->voiced_.multiply(frame_row_.data(), logits_.data());
  return logits_[0];
}

std::span<float> Networks::deviation_logits() noexcept {
  model_->deviation_.multiply(frame_row_.data(), logits_.data());
  return {logits_.data(), static_cast<std::size_t>(kDeviations)};
}

std::span<float> Networks::level_logits(float deviation, float deviation_before) noexcept {
  const auto at = static_cast<std::size_t>(model_->config_.channels + model_->config_.hidden);
  const float scaled = deviation_scale(deviation);
  frame_row_[at] = 3 * scaled;
  frame_row_[at + 1] = std::clamp(10 * (scaled - deviation_scale(deviation_before)), -3.0f, 3.0f);
  model_->level_.multiply(frame_row_.data(), logits_.data());
  return {logits_.data(), static_cast<std::size_t>(kLevels)};
}

}  // namespace continuo::song
