// Audio devices: what a back end hands to the engine, and how one is asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace continuo {

inline constexpr uint32_t kMaxBlockFrames = 2048;  // no callback gets more; larger device blocks are split
inline constexpr uint32_t kMaxChannels = 64;       // each way

// One call of the device: float32, one plane a channel. Planes of outputs hold nothing sensible on entry.
struct AudioBlock {
  const float* const* inputs;
  float* const* outputs;
  uint32_t input_channels, output_channels, frames;
  int64_t time_ns;    // CLOCK_MONOTONIC at the entry of the callback
  bool backend_xrun;  // the back end says that it dropped something since the last block
};

class AudioCallback {
 public:
  virtual ~AudioCallback() = default;
  // Audio thread. Writes every output sample.
  virtual void process(const AudioBlock& block) noexcept = 0;
};

struct DeviceRequest {
  std::string api;      // jack, pulse, alsa (or what list_apis() says), null; "" tries each, never null
  std::string device;   // part of its name, any case; "" is the default
  uint32_t rate = 0;    // Hz; 0 takes the device's
  uint32_t block = 64;  // frames, 32..2048; a wish: JACK decides itself
  uint32_t outputs = 2, inputs = 0;
  std::string client = "continuo";  // the name that JACK shows
};

// What was got.
struct DeviceInfo {
  std::string api, device;
  uint32_t rate = 0, block = 0, outputs = 0, inputs = 0;
  // As the back end reports it: JACK the latency of the connected port (its own buffers included), ALSA the
  // filled buffer, PulseAudio nothing. Of a duplex stream RtAudio only tells the sum: half each.
  uint32_t output_latency_frames = 0, input_latency_frames = 0;
  std::string note;  // one line for a person, e.g. channels that nobody is connected to; often empty

  [[nodiscard]] double total_latency_ms() const {
    return rate == 0 ? 0.0 : 1000.0 * (block + output_latency_frames) / rate;
  }
};

// A device that can't be had, and why: "JACK runs at 44100 Hz, asked for 48000 Hz: ...".
struct DeviceError : std::runtime_error {
  enum class Kind { kNotThere, kRate, kOther };
  DeviceError(Kind k, const std::string& what) : std::runtime_error(what), kind(k) {}
  Kind kind;
};

// One open stream. All calls from one thread, none of them the audio thread; they may block for long.
class Device {
 public:
  virtual ~Device() = default;
  // Throws DeviceError. Nothing sounds yet.
  virtual DeviceInfo open(const DeviceRequest& request) = 0;
  // From now on `callback.process` runs on the device's thread; it must outlive stop(). Throws DeviceError.
  virtual void start(AudioCallback& callback) = 0;
  // After it no callback runs any more.
  virtual void stop() noexcept = 0;
  // False once the stream has ended by itself (server gone, block changed, cable pulled). Any thread.
  [[nodiscard]] virtual bool running() const noexcept = 0;
};

// The device of request.api ("" is not allowed here); not opened yet.
std::unique_ptr<Device> make_device(const std::string& api);

struct DeviceListing {
  std::string api, name;
  uint32_t outputs = 0, inputs = 0;
  std::vector<uint32_t> rates;
  bool default_output = false, default_input = false;
};

// APIs that are compiled in, in the order in which "" tries them: jack first.
std::vector<std::string> list_apis();
// Off stage, may take seconds. api "" lists all.
std::vector<DeviceListing> list_devices(const std::string& api = {});
// The listing as text for `continuo devices`; says plainly when there is none.
std::string describe_devices(const std::vector<DeviceListing>& devices);

}  // namespace continuo
