// A recorded saxophone on the input of the engine, through JACK: played at its pitch, told over OSC by the
// part's number; silence after it.
#include <atomic>
#include <cstdlib>

#include "engine/audio/device.h"
#include "tests/stage/running_engine.h"

using namespace continuo;
using namespace continuo::test;

namespace {

// Plays a sound into JACK and records beside it.
class Player final : public AudioCallback {
 public:
  Player(std::vector<float> sound, size_t frames) : sound_(std::move(sound)), heard_(frames) {}
  void process(const AudioBlock& block) noexcept override {
    for (uint32_t i = 0; i < block.frames; ++i) {
      const bool on = running_.load(std::memory_order_acquire) && at_ < heard_.size();
      block.outputs[0][i] = on && at_ < sound_.size() ? sound_[at_] : 0.f;
      if (on) heard_[at_++] = block.inputs[0][i];
    }
    done_.store(at_ == heard_.size(), std::memory_order_release);
  }
  std::vector<float> play() {
    running_.store(true, std::memory_order_release);
    REQUIRE(wait_for([&] { return done_.load(std::memory_order_acquire); }));
    return heard_;
  }

 private:
  std::vector<float> sound_, heard_;
  size_t at_ = 0;
  std::atomic<bool> running_{false}, done_{false};
};

void connect(const std::string& from, const std::string& to) {
  REQUIRE(wait_for([&] {
    int status = 1;
    waitpid(spawn({"jack_connect", from, to}), &status, 0);
    return status == 0;
  }));
}

float level_db(const std::vector<float>& x, size_t from, size_t until) {
  double sum = 1e-20;
  for (size_t i = from; i < until; ++i) sum += static_cast<double>(x[i]) * x[i];
  return static_cast<float>(10 * std::log10(sum / static_cast<double>(until - from)));
}

}  // namespace

TEST_CASE("A recorded saxophone on the input is played at its pitch, and no callback sins") {
  const char* data = std::getenv("CONTINUO_DATA");
  const fs::path file = fs::path(data == nullptr ? "../shared/data" : data) /
                        "solo-instrument/alto-sax-weresax/weresax_a3_f_rr1_cnd.flac";
  if (!fs::exists(file)) {
    WARN("skipped: no " << file.string() << " (set CONTINUO_DATA)");
    return;
  }
  std::vector<float> sax = read_sound(file, {48000, 1}).samples;
  sax.resize(std::min<size_t>(sax.size(), 96000));
  for (size_t i = 0; i < 4800; ++i) sax[sax.size() - 1 - i] *= static_cast<float>(i) / 4800;
  sax.insert(sax.begin(), 24000, 0.f);

  const Folder home;
  fs::create_directories(home.path() / "models");
  fs::copy("models/trained/alto-sax.safetensors", home.path() / "models" / "alto-sax.safetensors");
  const JackServer jack;
  RunningEngine engine(home.path(), true, 20000 + getpid() % 20000, "jack", {"--inputs", "1"});
  Client client(engine.port());
  client.send("/notify", "i", 1);
  client.send("/part/new", "sss", "ddsp", "sax", "alto-sax");
  client.send("/part/sax/send", "f", -60.f);
  client.send("/part/sax/input/auto", "i", 0);
  client.send("/part/sax/input/channel", "i", 1);
  REQUIRE(client.answered("/part/sax/input/pitch", "/part/sax/input/pitch"));
  Player player(sax, sax.size() + 48000);
  const auto device = make_device("jack");
  DeviceRequest request;
  request.api = "jack";
  request.outputs = request.inputs = 1;
  request.client = "player";
  device->open(request);
  device->start(player);
  connect("player:outport 0", "continuo:inport 0");
  connect("continuo:outport 0", "player:inport 0");
  const auto heard = player.play();
  device->stop();

  const size_t end = sax.size();
  CHECK(level_db(heard, 0, 23000) < -70);
  CHECK(level_db(heard, 36000, end - 12000) > -45);
  CHECK(level_db(heard, end + 24000, heard.size()) < -70);
  const double played = median_midi({sax.begin() + 24000, sax.end()});
  CHECK(median_midi({heard.begin() + 24000, heard.begin() + static_cast<long>(end)}) ==
        Approx(played).margin(0.2));
  CHECK(client.count("/part/2/input/onset") >= 1);
  CHECK(client.count("/part/2/input/offset") == client.count("/part/2/input/onset"));
  CHECK(client.count("/part/2/input/power") > 10);
  CHECK(engine.stop(SIGTERM) == 0);
  CHECK(engine.guard_report().find("\"violations\": 0") != std::string::npos);
}
