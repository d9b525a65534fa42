// What is to come.
#include "engine/rt/schedule.h"

#include <utility>

namespace continuo::rt {

bool Schedule::push(const Command& command) noexcept {
  if (size_ == kCapacity) return false;
  uint32_t child = size_++;
  const Entry entry{command, arrivals_++};
  while (child > 0) {
    const uint32_t parent = (child - 1) / 2;
    if (!earlier(entry, heap_[parent])) break;
    heap_[child] = heap_[parent];
    child = parent;
  }
  heap_[child] = entry;
  return true;
}

Command Schedule::pop() noexcept {
  const Command first = heap_[0].command;
  heap_[0] = heap_[--size_];
  sift_down(0);
  return first;
}

void Schedule::sift_down(uint32_t hole) noexcept {
  const Entry entry = heap_[hole];
  for (;;) {
    uint32_t child = 2 * hole + 1;
    if (child >= size_) break;
    if (child + 1 < size_ && earlier(heap_[child + 1], heap_[child])) ++child;
    if (!earlier(heap_[child], entry)) break;
    heap_[hole] = heap_[child];
    hole = child;
  }
  heap_[hole] = entry;
}

}  // namespace continuo::rt
