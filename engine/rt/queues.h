// The queues between threads, all of them moodycamel's.
#pragma once

#ifdef __SANITIZE_THREAD__
// gcc's ThreadSanitizer does not see fences, and moodycamel tells of its own only to clang's.
namespace continuo::rt {
inline int fences_for_tsan;
}
extern "C" void AnnotateHappensBefore(const char* file, int line, void* address);
extern "C" void AnnotateHappensAfter(const char* file, int line, void* address);
#define AE_TSAN_ANNOTATE_RELEASE() AnnotateHappensBefore(__FILE__, __LINE__, &::continuo::rt::fences_for_tsan)
#define AE_TSAN_ANNOTATE_ACQUIRE() AnnotateHappensAfter(__FILE__, __LINE__, &::continuo::rt::fences_for_tsan)
#endif
#include <readerwriterqueue/readerwriterqueue.h>

#if __has_include(<concurrentqueue/concurrentqueue.h>)
#include <concurrentqueue/concurrentqueue.h>
#else
#include <concurrentqueue/moodycamel/concurrentqueue.h>
#endif

namespace continuo::rt {

// One producer thread, one consumer thread; wait-free. try_enqueue never allocates. The only queue that the
// audio thread touches.
template <typename T>
using SpscQueue = moodycamel::ReaderWriterQueue<T>;

// Many producers (each with a ProducerToken), one consumer; lock-free, may allocate. Never on the audio
// thread.
template <typename T>
using MpscQueue = moodycamel::ConcurrentQueue<T>;

}  // namespace continuo::rt
