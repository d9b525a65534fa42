// The queues between threads, all of them moodycamel's.
#pragma once

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
