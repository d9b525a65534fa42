// Taps to WAV files with libsndfile.
#include "engine/audio/recording.h"

#include <sndfile.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "engine/audio/names.h"

namespace continuo {

namespace fs = std::filesystem;

void RecorderTap::push(uint64_t frame, const float* const* planes, uint32_t count, uint32_t frames) noexcept {
  const uint64_t start = start_.load(std::memory_order_acquire), end = end_.load(std::memory_order_acquire);
  const uint64_t from = std::max(frame, start), to = std::min(frame + frames, end);
  if (from >= to) return;
  const auto length = static_cast<uint32_t>(to - from);
  if (!ring_.push(from, planes, count, channels_, static_cast<uint32_t>(from - frame), length)) {
    dropped_.store(dropped_.load(std::memory_order_relaxed) + length, std::memory_order_relaxed);
  }
}

struct Recording::Track {
  Track(uint32_t channel_count, uint64_t ring_samples)
      : channels(channel_count), tap(channel_count, ring_samples) {}
  uint32_t channels;
  RecorderTap tap;
  SNDFILE* file = nullptr;
  uint64_t written = 0, header_at = 0;  // frames in the file; frames that its header tells
  std::vector<float> block;
};

struct Recording::Body {
  RecordSpec spec;
  std::string name;
  std::vector<std::unique_ptr<Track>> tracks;
  std::vector<fs::path> paths;
  bool failed = false;

  void write(Track& track, const float* samples, uint64_t frames, const fs::path& path);
  uint64_t silence(Track& track, uint64_t frames, const fs::path& path);
  bool drain(Track& track, const fs::path& path);
};

namespace {

// Creates an empty file; false when there is one. Throws when it can't be.
bool create_new(const fs::path& path) {
  if (std::FILE* file = std::fopen(path.string().c_str(), "wx")) {
    std::fclose(file);
    return true;
  }
  if (errno == EEXIST) return false;
  throw std::runtime_error("can't record to " + path.string() + ": " + std::strerror(errno));
}

std::string file_name(const std::string& take, const RecordTrack& track) {
  return take + (track.label.empty() ? "" : "-" + track.label) + ".wav";
}

// The files of one take, all new; empty when one of them exists.
std::vector<fs::path> claim(const fs::path& directory, const std::string& take, const RecordSpec& spec) {
  std::vector<fs::path> paths;
  for (const RecordTrack& track : spec.tracks) {
    const fs::path path = directory / file_name(take, track);
    bool made = false;
    try {
      made = create_new(path);
    } catch (...) {
      for (const fs::path& mine : paths) fs::remove(mine);
      throw;
    }
    if (!made) {
      for (const fs::path& mine : paths) fs::remove(mine);
      return {};
    }
    paths.push_back(path);
  }
  return paths;
}

}  // namespace

void Recording::Body::write(Track& track, const float* samples, uint64_t frames, const fs::path& path) {
  if (failed) return;
  const auto wanted = static_cast<sf_count_t>(frames);
  if (sf_writef_float(track.file, samples, wanted) != wanted) {
    failed = true;
    throw std::runtime_error("recording stopped: can't write " + path.string() + ": " +
                             sf_strerror(track.file));
  }
  track.written += frames;
  if (track.written - track.header_at >= spec.rate) {
    sf_command(track.file, SFC_UPDATE_HEADER_NOW, nullptr, 0);
    track.header_at = track.written;
  }
}

// At most a block of silence; how much it was.
uint64_t Recording::Body::silence(Track& track, uint64_t frames, const fs::path& path) {
  const uint64_t now = std::min<uint64_t>(frames, spec.rate);
  track.block.assign(now * track.channels, 0.0f);
  write(track, track.block.data(), now, path);
  return now;
}

bool Recording::Body::drain(Track& track, const fs::path& path) {
  SampleRing::Header header{};
  const uint64_t start = track.tap.start_.load(std::memory_order_acquire);
  for (uint64_t budget = spec.rate; track.tap.ring_.peek(header);) {
    if (budget < header.frames) return true;
    const uint64_t at = header.frame - start;
    if (!failed && at > track.written) {
      budget -= std::min(budget, silence(track, at - track.written, path));
      continue;
    }
    track.block.resize(size_t{header.frames} * track.channels);
    track.tap.ring_.pop(header, track.channels, track.block.data());
    budget -= header.frames;
    write(track, track.block.data(), header.frames, path);
  }
  return false;
}

Recording::Recording(std::unique_ptr<Body> body) : body_(std::move(body)) {}

Recording::~Recording() {
  for (auto& track : body_->tracks) {
    if (track->file != nullptr) sf_close(track->file);
  }
}

std::shared_ptr<Recording> Recording::create(const fs::path& directory, const RecordSpec& spec) {
  if (const std::string fault = name_fault(spec.name); !fault.empty()) throw std::runtime_error(fault);
  if (spec.tracks.empty()) throw std::runtime_error("nothing to record: no tracks");
  for (const RecordTrack& track : spec.tracks) {
    if (!track.label.empty() && !name_fault(track.label).empty())
      throw std::runtime_error(name_fault(track.label));
    if (track.channels == 0 || track.channels > 64) throw std::runtime_error("a track has 1 to 64 channels");
  }
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) throw std::runtime_error("can't make the folder " + directory.string() + ": " + error.message());

  auto body = std::make_unique<Body>();
  body->spec = spec;
  body->name = spec.name;
  for (int n = 2; (body->paths = claim(directory, body->name, spec)).empty(); ++n) {
    body->name = spec.name + "-" + std::to_string(n);
  }
  auto recording = std::shared_ptr<Recording>(new Recording(std::move(body)));
  Body& made = *recording->body_;
  for (size_t i = 0; i < spec.tracks.size(); ++i) {
    const uint32_t channels = spec.tracks[i].channels;
    // Blocks are 32 frames or more on the whole: their headers take less than a fifth.
    const auto samples = static_cast<uint64_t>(spec.ring_seconds * spec.rate * (channels + 0.2)) + 4096;
    made.tracks.push_back(std::make_unique<Track>(channels, samples));
    SF_INFO info{};
    info.samplerate = static_cast<int>(spec.rate);
    info.channels = static_cast<int>(channels);
    info.format = SF_FORMAT_RF64 | (spec.pcm24 ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT);
    SNDFILE* file = sf_open(made.paths[i].string().c_str(), SFM_WRITE, &info);
    if (file == nullptr) {
      throw std::runtime_error("can't record to " + made.paths[i].string() + ": " + sf_strerror(nullptr));
    }
    made.tracks[i]->file = file;
    sf_command(file, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);  // plain WAV up to 4 GB
    sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
    sf_command(file, SFC_UPDATE_HEADER_NOW, nullptr, 0);
  }
  return recording;
}

void Recording::arm(uint64_t start) noexcept {
  for (auto& track : body_->tracks) track->tap.start_.store(start, std::memory_order_release);
}

void Recording::end_at(uint64_t end) noexcept {
  for (auto& track : body_->tracks) track->tap.end_.store(end, std::memory_order_release);
}

RecorderTap& Recording::tap(size_t track) noexcept {
  return body_->tracks[track]->tap;
}
size_t Recording::track_count() const noexcept {
  return body_->tracks.size();
}
const std::string& Recording::name() const noexcept {
  return body_->name;
}
const std::vector<fs::path>& Recording::paths() const noexcept {
  return body_->paths;
}

uint64_t Recording::dropped_frames() const noexcept {
  uint64_t dropped = 0;
  for (const auto& track : body_->tracks) dropped += track->tap.dropped_frames();
  return dropped;
}

bool Recording::drain() {
  bool more = false;
  for (size_t i = 0; i < body_->tracks.size(); ++i) more |= body_->drain(*body_->tracks[i], body_->paths[i]);
  return more;
}

void Recording::finish() {
  while (drain()) {
  }
  Body& body = *body_;
  const uint64_t start = body.tracks[0]->tap.start_.load(), end = body.tracks[0]->tap.end_.load();
  uint64_t length = UINT64_MAX;
  if (end != RecorderTap::kNever && start != RecorderTap::kNever) {
    length = end > start ? end - start : 0;
  } else {
    for (const auto& track : body.tracks) length = std::min(length, track->written);
  }
  for (size_t i = 0; i < body.tracks.size() && !body.failed; ++i) {
    Track& track = *body.tracks[i];
    while (track.written < length) body.silence(track, length - track.written, body.paths[i]);
    auto frames = static_cast<sf_count_t>(length);
    if (track.written > length) sf_command(track.file, SFC_FILE_TRUNCATE, &frames, sizeof(frames));
  }
  for (size_t i = 0; i < body.tracks.size(); ++i) {
    Track& track = *body.tracks[i];
    sf_write_sync(track.file);
    const int fault = sf_close(track.file);
    track.file = nullptr;
    if (fault != 0)
      throw std::runtime_error("can't close " + body.paths[i].string() + ": " + sf_error_number(fault));
  }
}

}  // namespace continuo
