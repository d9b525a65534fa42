// Devices through RtAudio: JACK, PulseAudio/PipeWire, ALSA, and what else it was built with.
#pragma once

#include "engine/audio/device.h"

namespace continuo {

// What RtAudio 5.2 gets wrong and this class keeps away (reference/engine.md 5.1):
// - an API is named always, a device is found by name (JACK's indices move as programs come and go);
// - its stopStream can wait for ever on JACK: streams are only closed;
// - a JACK server that dies makes RtAudio close the stream from a thread of its own: stop() waits for that
// thread, and
//   a stream that neither runs nor closes is put aside and looked at again at the next open();
// - a changed JACK buffer size, a lost ALSA card: the error callback comes from the audio thread and names no
//   stream; every open stream counts as ended then (a process has one).
class RtAudioDevice : public Device {
 public:
  explicit RtAudioDevice(std::string api);
  ~RtAudioDevice() override;
  DeviceInfo open(const DeviceRequest& request) override;
  void start(AudioCallback& callback) override;
  void stop() noexcept override;
  [[nodiscard]] bool running() const noexcept override;

  struct Stream;

 private:
  std::string api_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace continuo
