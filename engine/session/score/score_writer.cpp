// Lines are made on control (a microsecond each), written on disk.
#include "engine/session/score/score_writer.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "engine/audio/names.h"
#include "engine/audio/send_reverb.h"
#include "engine/session/score/score.h"

namespace continuo::session {

namespace fs = std::filesystem;

struct ScoreWriter::File {
  std::FILE* stream = nullptr;
  std::string name;
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (stream != nullptr) std::fclose(stream);
  }
  void create(const fs::path& directory, const std::string& wished) {
    if (const std::string fault = name_fault(wished); !fault.empty()) throw std::runtime_error(fault);
    std::error_code ignored;  // fopen says why
    fs::create_directories(directory, ignored);
    name = wished;
    for (int n = 2;; ++n) {
      const fs::path path = directory / (name + ".txt");
      stream = std::fopen(path.string().c_str(), "wx");
      if (stream != nullptr) return;
      if (errno != EEXIST)
        throw std::runtime_error("can't write " + path.string() + ": " + std::strerror(errno));
      name = wished + "-" + std::to_string(n);
    }
  }
  void write(const std::string& text) {
    if (stream == nullptr) return;
    if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0) {
      throw std::runtime_error("can't write the score " + name + ": " + std::strerror(errno));
    }
  }
};

ScoreWriter::ScoreWriter(fs::path directory, double rate, RunOnDisk disk)
    : directory_(std::move(directory)), rate_(rate), disk_(std::move(disk)) {}

void ScoreWriter::start(const std::string& name, uint64_t first_frame, uint32_t lead_frames, Then then) {
  if (!name_.empty()) return then("the score " + name_ + " is being written; /record/score/stop ends it");
  name_ = name;
  first_ = first_frame;
  any_ = false;
  fault_.clear();
  char header[96];
  std::snprintf(header, sizeof(header), "# continuo score\nrate %.10g\ngrid %u\nlead %u\n", rate_,
                static_cast<unsigned>(first_frame % SendReverb::kGridFrames), lead_frames);
  pending_ = header;
  file_ = std::make_shared<File>();
  const std::weak_ptr<bool> alive = alive_;
  disk_([file = file_, directory = directory_, name] { file->create(directory, name); },
        [this, alive, file = file_, then = std::move(then)](const std::string& error) {
          if (alive.expired()) return;
          if (file == file_) {
            name_ = error.empty() ? file->name : "";
            if (!error.empty()) file_.reset();
          }
          if (then) then(error);
        });
}

void ScoreWriter::message(uint64_t frame, std::span<const std::byte> message, bool with_previous) {
  if (!file_) return;
  const std::string line = score_line(frame > first_ ? frame - first_ : 0, message, with_previous && any_);
  any_ = any_ || !line.empty();
  pending_ += line;
}

void ScoreWriter::tick() {
  if (!file_ || pending_.empty()) return;
  const std::weak_ptr<bool> alive = alive_;
  disk_([file = file_, text = std::exchange(pending_, {})] { file->write(text); },
        [this, alive](const std::string& error) {
          if (!alive.expired() && !error.empty()) fault_ = error;
        });
}

void ScoreWriter::stop(uint64_t frame, Then then) {
  if (!file_) return then("no score is being written");
  pending_ += "end @" + std::to_string(frame > first_ ? frame - first_ : 0) + "\n";
  disk_(
      [file = std::exchange(file_, {}), text = std::exchange(pending_, {})] {
        file->write(text);
        if (std::FILE* stream = std::exchange(file->stream, nullptr);
            stream != nullptr && std::fclose(stream) != 0) {
          throw std::runtime_error("can't close the score " + file->name + ": " + std::strerror(errno));
        }
      },
      std::move(then));
  name_.clear();
}

}  // namespace continuo::session
