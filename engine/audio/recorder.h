// The recorder as control sees it: start, stop, and what became of it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/audio/recording.h"

namespace continuo {

// Control thread, all of it. Runs no thread of its own: `disk` runs work elsewhere, in order, and `then` on
// control with the error ("" when it went well), as session::Jobs::run does.
//
// start() -> files and rings are made on disk -> `ready(take)`: control calls take->arm(frame) and gives the
// taps to the engine -> tick() each 100 ms or so -> stop(): control takes the taps from the engine and
// reports each with tap_stopped()
// -> the rest is written -> `done`.
class Recorder {
 public:
  using Work = std::function<void()>;
  using Then = std::function<void(const std::string& error)>;
  using RunOnDisk = std::function<void(Work work, Then then)>;
  using Ready = std::function<void(const std::string& error, Recording* take)>;

  Recorder(std::filesystem::path directory, RunOnDisk disk)
      : directory_(std::move(directory)), disk_(std::move(disk)) {}

  // False: a take runs already. `fault` is called when the disk is full in the middle; the take should be
  // stopped then.
  bool start(RecordSpec spec, Ready ready, Then fault);
  void tick();
  // False: none runs. `done` gets the error, and take() is still there to be asked inside it.
  bool stop(Then done);
  // The engine gave this tap back (EventKind::kTapStopped); ignores what is not its own. In the middle of a
  // take its file is closed there.
  void tap_stopped(const void* tap);

  // A take that runs gets one more file. `ready` gets its tap; null, with the error, when it could not be
  // made; it is not called when the take has ended meanwhile.
  using Added = std::function<void(const std::string& error, RecorderTap* tap)>;
  void add(RecordTrack track, Added ready);

  [[nodiscard]] bool recording() const { return starting_ || take_ != nullptr; }
  [[nodiscard]] Recording* take() const { return take_.get(); }

 private:
  void finish_if_stopped();

  std::filesystem::path directory_;
  RunOnDisk disk_;
  std::shared_ptr<Recording> take_;
  Then fault_, done_;
  std::vector<const RecorderTap*> taps_;  // that have not come back
  int adding_ = 0;
  bool starting_ = false, stopping_ = false, draining_ = false, finishing_ = false;
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  // jobs may come back after the recorder is gone
};

}  // namespace continuo
