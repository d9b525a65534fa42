// What is to come: a fixed heap of commands, ordered by frame, then by arrival.
#pragma once

#include <array>
#include <cstdint>

#include "engine/rt/command.h"
#include "engine/rt/realtime.h"

namespace continuo::rt {

// Audio thread (or a worker): never allocates.
class Schedule {
 public:
  static constexpr uint32_t kCapacity = 4096;

  // False: full; the command was not taken.
  [[nodiscard]] CONTINUO_REALTIME bool push(const Command& command) noexcept;
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] uint32_t size() const noexcept { return size_; }
  // The frame of the earliest command; UINT64_MAX when there is none.
  [[nodiscard]] uint64_t next_frame() const noexcept { return size_ ? heap_[0].command.frame : UINT64_MAX; }
  // The earliest command, which stays. Not to be called when empty.
  [[nodiscard]] const Command& next() const noexcept { return heap_[0].command; }
  // Takes the earliest command. Not to be called when empty.
  CONTINUO_REALTIME Command pop() noexcept;
  // Drops every command that a time tag scheduled, telling each to `dropped`; returns how many.
  template <typename Dropped>
  CONTINUO_REALTIME uint32_t clear_scheduled(Dropped dropped) noexcept {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < size_; ++i) {
      if (heap_[i].command.scheduled) {
        dropped(heap_[i].command);
      } else {
        heap_[kept++] = heap_[i];
      }
    }
    const uint32_t count = size_ - kept;
    size_ = kept;
    for (uint32_t i = size_ / 2; i-- > 0;) sift_down(i);
    return count;
  }

 private:
  struct Entry {
    Command command;
    uint64_t order;
  };
  static bool earlier(const Entry& a, const Entry& b) noexcept {
    return a.command.frame != b.command.frame ? a.command.frame < b.command.frame : a.order < b.order;
  }
  void sift_down(uint32_t hole) noexcept;

  std::array<Entry, kCapacity> heap_;
  uint32_t size_ = 0;
  uint64_t arrivals_ = 0;
};

}  // namespace continuo::rt
