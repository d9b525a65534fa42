// What the system grants a thread: name, priority, locked memory. The platform's calls stay in thread_*.cpp.
#pragma once

#include <cstdint>
#include <string>

namespace continuo::rt {

// SCHED_FIFO priorities, audio above workers above control.
enum class Priority { kAudio = 70, kWorker = 60, kControl = 50, kNormal = 0, kIdle = -1 };

// The calling thread. False: the system's limits do not allow it (it runs on with what it had).
bool set_priority(Priority priority) noexcept;
void set_name(const char* name) noexcept;
// Touches `bytes` of this thread's stack, so that its pages are there before they are needed.
void touch_stack(uint32_t bytes = 256 * 1024) noexcept;

// Processor time of the calling thread; a system call, so not for the audio thread.
int64_t thread_cpu_ns() noexcept;

// The process. Keeps all pages in memory, now and later. Empty on success, else what to edit.
std::string lock_memory();
// What a person can do when priorities are refused: one line that names the file to edit.
std::string priority_advice();

}  // namespace continuo::rt
