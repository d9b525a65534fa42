// A device without sound: a timer calls the engine at the pace of the wished rate.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "engine/audio/device.h"

namespace continuo {

// After a stall of more than two blocks it goes on from now: no burst of callbacks; the next block says so
// (backend_xrun).
class NullDevice : public Device {
 public:
  NullDevice();
  ~NullDevice() override;
  DeviceInfo open(const DeviceRequest& request) override;
  void start(AudioCallback& callback) override;
  void stop() noexcept override;
  [[nodiscard]] bool running() const noexcept override { return running_.load(std::memory_order_acquire); }

 private:
  struct Planes;
  void run(AudioCallback& callback) noexcept;

  DeviceInfo info_;
  std::unique_ptr<Planes> planes_;
  std::thread thread_;
  std::atomic<bool> running_{false}, quit_{false};
};

}  // namespace continuo
