// A recording's stretches.
#include "models/data/audio/stretch_reader.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace continuo::data {

namespace {

constexpr std::size_t kBlock = 8192;

}  // namespace

StretchReader::StretchReader(const std::filesystem::path& file, const Survey& survey, double gain,
                             int sample_rate)
    : file_(file),
      channel_(survey.channel),
      sample_rate_(sample_rate),
      dc_(static_cast<float>(survey.dc)),
      gain_(static_cast<float>(gain)),
      frames_(kBlock * file_.channels()),
      mono_(kBlock) {
  if (file_.sample_rate() == sample_rate) return;
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  soxr_error_t error = nullptr;
  resampler_.reset(soxr_create(file_.sample_rate(), sample_rate, 1, &error, nullptr, &quality, nullptr));
  if (error) throw std::runtime_error(file.string() + ": can't be resampled: " + soxr_strerror(error));
  resampled_.resize(kBlock * static_cast<std::size_t>(sample_rate) /
                        static_cast<std::size_t>(file_.sample_rate()) +
                    kBlock);
}

std::vector<float> StretchReader::read(const Stretch& stretch) {
  const auto from = static_cast<std::size_t>(std::llround(std::max(0.0, stretch.begin_s) * sample_rate_));
  const auto to = static_cast<std::size_t>(std::llround(std::max(0.0, stretch.end_s) * sample_rate_));
  while (held_from_ + held_.size() < to && more()) {
    if (held_from_ + held_.size() <= from) {
      held_from_ += held_.size();
      held_.clear();
    }
  }
  const std::size_t skip = std::min(from - std::min(from, held_from_), held_.size());
  held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(skip));
  held_from_ += skip;
  const std::size_t count = std::min(to - from, held_.size());
  return {held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(count)};
}

bool StretchReader::more() {
  if (ended_) return false;
  const std::size_t channels = file_.channels(), count = file_.read(frames_);
  for (std::size_t i = 0; i < count; ++i) {
    const float* frame = &frames_[i * channels];
    float x = channel_ == kMixed ? 0.f : frame[channel_];
    if (channel_ == kMixed) {
      for (std::size_t c = 0; c < channels; ++c) x += frame[c];
      x /= static_cast<float>(channels);
    }
    mono_[i] = gain_ * (x - dc_);
  }
  ended_ = count == 0;
  if (!resampler_) {
    append(std::span(mono_).first(count));
    return !ended_;
  }
  // A block in; then, at the end, until nothing comes out any more.
  std::size_t made = 0;
  do {
    const soxr_error_t error = soxr_process(resampler_.get(), ended_ ? nullptr : mono_.data(), count, nullptr,
                                            resampled_.data(), resampled_.size(), &made);
    if (error) throw std::runtime_error(std::string("resampling failed: ") + soxr_strerror(error));
    append(std::span(resampled_).first(made));
  } while (ended_ && made > 0);
  return true;
}

void StretchReader::append(std::span<const float> audio) {
  const std::size_t before = held_.size();
  for (const float v : audio) held_.push_back(std::clamp(v, -1.f, 1.f));
  if (listener_) listener_(std::span(held_).subspan(before));
}

}  // namespace continuo::data
