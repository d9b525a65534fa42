// Taps to WAV files with libsndfile.
#include "engine/audio/recording.h"

#include <sndfile.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

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
  uint64_t lost = 0;  // frames, of tracks that are closed

  void write(Track& track, const float* samples, uint64_t frames, const fs::path& path);
  void silence(Track& track, uint64_t frames, const fs::path& path);
  bool drain(Track& track, const fs::path& path);
  void open(const RecordTrack& wanted, const fs::path& path);
  void close(Track& track, const fs::path& path);
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

// A hole but for its last frame, so that an hour of it takes no time and no disk.
void Recording::Body::silence(Track& track, uint64_t frames, const fs::path& path) {
  if (failed || frames == 0) return;
  if (frames > 1) {
    const auto last = static_cast<sf_count_t>(track.written + frames - 1);
    if (sf_seek(track.file, last, SEEK_SET) != last) {
      failed = true;
      throw std::runtime_error("recording stopped: can't write " + path.string() + ": " +
                               sf_strerror(track.file));
    }
    track.written += frames - 1;
  }
  track.block.assign(track.channels, 0.0f);
  write(track, track.block.data(), 1, path);
}

bool Recording::Body::drain(Track& track, const fs::path& path) {
  SampleRing::Header header{};
  const uint64_t start = track.tap.start_.load(std::memory_order_acquire);
  for (uint64_t budget = spec.rate; track.tap.ring_.peek(header);) {
    if (budget < header.frames) return true;
    const uint64_t at = header.frame - start;
    if (at > track.written) silence(track, at - track.written, path);
    track.block.resize(size_t{header.frames} * track.channels);
    track.tap.ring_.pop(header, track.channels, track.block.data());
    budget -= header.frames;
    write(track, track.block.data(), header.frames, path);
  }
  return false;
}

void Recording::Body::open(const RecordTrack& wanted, const fs::path& path) {
  // Blocks are 32 frames or more on the whole: their headers take less than a fifth.
  const auto samples = static_cast<uint64_t>(spec.ring_seconds * spec.rate * (wanted.channels + 0.2)) + 4096;
  auto track = std::make_unique<Track>(wanted.channels, samples);
  SF_INFO info{};
  info.samplerate = static_cast<int>(spec.rate);
  info.channels = static_cast<int>(wanted.channels);
  info.format = SF_FORMAT_RF64 | (spec.pcm24 ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT);
  SNDFILE* file = sf_open(path.string().c_str(), SFM_WRITE, &info);
  if (file == nullptr)
    throw std::runtime_error("can't record to " + path.string() + ": " + sf_strerror(nullptr));
  track->file = file;
  sf_command(file, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);  // plain WAV up to 4 GB
  sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
  sf_command(file, SFC_UPDATE_HEADER_NOW, nullptr, 0);
  tracks.push_back(std::move(track));
}

void Recording::Body::close(Track& track, const fs::path& path) {
  sf_write_sync(track.file);
  const int fault = sf_close(std::exchange(track.file, nullptr));
  if (fault != 0) throw std::runtime_error("can't close " + path.string() + ": " + sf_error_number(fault));
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
  for (size_t i = 0; i < spec.tracks.size(); ++i) made.open(spec.tracks[i], made.paths[i]);
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

RecorderTap* Recording::add(const RecordTrack& track) {
  Body& body = *body_;
  RecordTrack wanted = track;
  fs::path path;
  const fs::path directory = body.paths[0].parent_path();
  for (int n = 1;; ++n) {
    wanted.label = n == 1 ? track.label : track.label + "-" + std::to_string(n);
    path = directory / file_name(body.name, wanted);
    if (create_new(path)) break;
  }
  body.open(wanted, path);
  body.paths.push_back(path);
  RecorderTap& tap = body.tracks.back()->tap;
  const RecorderTap& first = body.tracks.front()->tap;
  tap.start_.store(first.start_.load(std::memory_order_acquire), std::memory_order_release);
  tap.end_.store(first.end_.load(std::memory_order_acquire), std::memory_order_release);
  return &tap;
}

void Recording::close(const RecorderTap* tap) {
  Body& body = *body_;
  for (size_t i = 0; i < body.tracks.size(); ++i) {
    if (&body.tracks[i]->tap != tap) continue;
    while (body.drain(*body.tracks[i], body.paths[i])) {
    }
    const std::unique_ptr<Track> closing = std::move(body.tracks[i]);
    const fs::path path = body.paths[i];
    body.lost += closing->tap.dropped_frames();
    body.tracks.erase(body.tracks.begin() + static_cast<std::ptrdiff_t>(i));
    body.paths.erase(body.paths.begin() + static_cast<std::ptrdiff_t>(i));
    return body.close(*closing, path);
  }
}

const std::string& Recording::name() const noexcept {
  return body_->name;
}
const std::vector<fs::path>& Recording::paths() const noexcept {
  return body_->paths;
}

uint64_t Recording::dropped_frames() const noexcept {
  uint64_t dropped = body_->lost;
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
    if (track.written < length) body.silence(track, length - track.written, body.paths[i]);
    auto frames = static_cast<sf_count_t>(length);
    if (track.written > length) sf_command(track.file, SFC_FILE_TRUNCATE, &frames, sizeof(frames));
  }
  for (size_t i = 0; i < body.tracks.size(); ++i) body.close(*body.tracks[i], body.paths[i]);
}

}  // namespace continuo
