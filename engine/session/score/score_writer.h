// Writes what is played into a score file, message by message.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace continuo::session {

// Control thread, all of it; the file is the disk thread's. `disk` runs work there, in order, and `then` on
// control with the error ("" when it went well). A crash loses what came since the last tick(): call it twice
// a second or more.
class ScoreWriter {
 public:
  using Then = std::function<void(const std::string& error)>;
  using RunOnDisk = std::function<void(std::function<void()> work, Then then)>;

  ScoreWriter(std::filesystem::path directory, double rate, RunOnDisk disk);

  // NAME.txt; NAME-2.txt when there is one. Messages are kept from now on, their frames counted from
  // `first_frame`; `lead_frames` is the worker's. `then` gets the error when the file can't be made, or when
  // one is being written already.
  void start(const std::string& name, uint64_t first_frame, uint32_t lead_frames, Then then);
  // One OSC message that acts at `frame` (earlier than the first: at the first). `with_previous`: of the same
  // bundle as the one before. Nothing without start().
  void message(uint64_t frame, std::span<const std::byte> message, bool with_previous = false);
  // Posts what has come. A full disk shows in fault().
  void tick();
  // The end of the rendering.
  void stop(uint64_t frame, Then then);
  // The name with its -2, once the file is there; before that the wished one. Empty: none.
  [[nodiscard]] const std::string& writing() const { return name_; }
  // Why the last write failed; empty when it went well.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  struct File;
  std::filesystem::path directory_;
  double rate_;
  RunOnDisk disk_;
  std::shared_ptr<File> file_;  // touched on the disk thread alone
  std::string name_, pending_, fault_;
  uint64_t first_ = 0;
  bool any_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace continuo::session
