// Keeps the engine running whatever happens to the device.
#pragma once

#include <memory>
#include <string>

#include "engine/audio/device.h"

namespace continuo {

// What control is told, in order.
struct DeviceEvent {
  enum class Kind {
    kLost,      // the device is gone; the timed null device goes on at the same rate
    kReturned,  // a device runs again; its block and latency may be others than before
    kWaiting,   // it can't be had back, for a new reason (another rate, no server): text says which
  };
  Kind kind;
  DeviceInfo info;   // of what runs now
  std::string text;  // one line for a person
};

// Opens the wished device, and runs it. When it goes away (server killed, block size changed, cable pulled,
// no callback for 100 ms) the null device takes over at once, with the same rate and channels; the device is
// tried again each second and comes back by itself. A changed block is accepted; a changed rate is not (the
// engine is prepared for one): it waits on the null device until the rate fits. All of it happens on the
// keeper's own thread, where RtAudio may block; one thread at a time is inside the callback.
class DeviceKeeper {
 public:
  DeviceKeeper();
  ~DeviceKeeper();  // stop()
  DeviceKeeper(const DeviceKeeper&) = delete;
  DeviceKeeper& operator=(const DeviceKeeper&) = delete;

  // Control thread, once. Opening begins beside the caller (JACK takes 70 ms).
  void begin(const DeviceRequest& request);
  // Waits for begin(); what was got. No device: the null device, and info.note says why.
  DeviceInfo wait_open();
  // begin() and wait_open().
  DeviceInfo open(const DeviceRequest& request);
  // Callbacks come soon, and until stop(). `callback` must take any number of frames up to kMaxBlockFrames.
  void start(AudioCallback& callback);
  // After it no callback runs. At most 4 s, whatever RtAudio does.
  void stop();

  // One consumer: the control thread.
  bool poll(DeviceEvent& event);
  // Any thread.
  [[nodiscard]] bool on_null_device() const noexcept;

 private:
  struct State;
  std::shared_ptr<State>
      state_;  // shared with the keeper's thread, which may be left behind when RtAudio hangs
};

}  // namespace continuo
