// The engine under test: the shipped `continuo` beside us, on JACK, in a library folder of its own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/osc_client.h"
#include "bench/process.h"

namespace continuo::bench {

class EngineProcess {
 public:
  // Starts the default session. `environment` is added to ours. Throws Absent with the reason.
  explicit EngineProcess(const std::map<std::string, std::string>& environment = {});
  // The same with these model files (name, bytes) in its library beside the shipped one, and options of the
  // command line.
  using ModelFiles = std::map<std::string, std::vector<std::byte>>;
  EngineProcess(const std::map<std::string, std::string>& environment, const ModelFiles& models,
                const std::vector<std::string>& options = {});

  [[nodiscard]] OscClient& osc() { return *osc_; }
  [[nodiscard]] Process& process() { return *process_; }
  [[nodiscard]] const TemporaryFolder& home() const { return home_; }

  void send(const std::string& message);
  // Sends, then waits until disk and audio have done all that was asked (/sync).
  void send_and_sync(const std::vector<std::string>& messages);
  void sync();
  // Waits until part 1 plays, which is the shipped model.
  void wait_ready();
  // Number by name, of /status; throws Absent when it does not answer.
  std::map<std::string, double> status();
  // Peak of a part after its strip, dB.
  double part_meter_db(int part = 1);
  // A chord on part 1 that goes on sounding, in the middle of the instrument's range.
  static std::vector<float> chord(int notes);
  void play_chord(int notes);

 private:
  TemporaryFolder home_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<OscClient> osc_;
  int syncs_ = 0;
};

}  // namespace continuo::bench
