// The engine under test.
#include "bench/engine_process.h"

#include <algorithm>
#include <fstream>
#include <regex>

#include "bench/row.h"
#include "bench/shipped_model.h"

namespace continuo::bench {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

EngineProcess::EngineProcess(const std::map<std::string, std::string>& environment)
    : EngineProcess(environment, {}) {}

EngineProcess::EngineProcess(const std::map<std::string, std::string>& environment,
                             const ModelFiles& models, const std::vector<std::string>& options) {
  const fs::path binary = own_path().parent_path() / "continuo";
  if (!fs::exists(binary)) throw Absent(binary.string() + " is not built");
  const auto model = find_shipped_model();
  if (!model) throw Absent("models/trained/alto-sax.safetensors does not exist yet");
  fs::create_directories(home_.path() / "models");
  fs::create_symlink(*model, home_.path() / "models" / model->filename());
  for (const auto& [name, bytes] : models) {
    std::ofstream file(home_.path() / "models" / (name + ".safetensors"), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }

  std::map<std::string, std::string> variables = environment;
  variables["HOME"] = home_.path().string();
  variables["CONTINUO_HOME"] = home_.path().string();
  std::vector<std::string> command{binary.string(), "--audio", "jack", "--osc-port", "0"};
  command.insert(command.end(), options.begin(), options.end());
  process_ = std::make_unique<Process>(command, variables, home_.path() / "output.log");
  const std::regex port("UDP and TCP [0-9.]+:([0-9]+)");
  const auto end = std::chrono::steady_clock::now() + 10s;
  for (std::smatch found; osc_ == nullptr;) {
    const std::string printed = process_->output();
    if (std::regex_search(printed, found, port)) {
      osc_ = std::make_unique<OscClient>(static_cast<uint16_t>(std::stoi(found[1])));
    } else if (!process_->running() || std::chrono::steady_clock::now() > end) {
      throw Absent("continuo does not start: " + printed);
    } else {
      wait_for(2ms);
    }
  }
}

void EngineProcess::send(const std::string& message) {
  if (!process_->running()) throw Absent("continuo has ended: " + process_->output());
  osc_->send(message);
}

void EngineProcess::sync() {
  const int id = ++syncs_;
  const auto end = std::chrono::steady_clock::now() + 10s;
  send(text("/sync %d", id));
  while (std::chrono::steady_clock::now() < end) {
    const auto reply = osc_->receive("/synced", 1s);
    if (reply && !reply->numbers.empty() && static_cast<int>(reply->numbers[0]) == id) return;
  }
  throw Absent("continuo does not answer /sync: " + process_->output());
}

void EngineProcess::send_and_sync(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) send(message);
  sync();
}

void EngineProcess::wait_ready() {
  for (int i = 0; i < 500; ++i) {
    if (status()["parts"] >= 1) break;
    wait_for(5ms);
  }
  sync();  // what the disk thread was loading is there
  sync();
}

std::map<std::string, double> EngineProcess::status() {
  const auto reply = osc_->ask("/status", "/status.reply");
  if (!reply) throw Absent("continuo does not answer /status: " + process_->output());
  std::map<std::string, double> values;
  for (size_t i = 0; i + 1 < reply->texts.size(); i += 2) values[reply->texts[i]] = reply->numbers[i + 1];
  return values;
}

double EngineProcess::part_meter_db(int part) {
  const std::string address = text("/part/%d/meter", part);
  const auto reply = osc_->ask(address, address);
  return reply && !reply->numbers.empty() ? reply->numbers[0] : -120;
}

std::vector<float> EngineProcess::chord(int notes) {
  const std::vector<float> pitches{57, 60, 64, 67, 69, 72, 76, 79};
  return {pitches.begin(), pitches.begin() + std::min<int>(notes, static_cast<int>(pitches.size()))};
}

void EngineProcess::play_chord(int notes) {
  for (const float pitch : chord(notes)) send(text("/part/1/note %.1f 100.0", static_cast<double>(pitch)));
}

}  // namespace continuo::bench
