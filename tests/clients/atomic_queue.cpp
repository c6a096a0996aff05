// atomic_queue.cpp: Maxim Egorushkin's AtomicQueue (libatomic-queue-dev): rings whose slots are
// atomics (a nil value is "empty") or are guarded by an atomic state, with a capacity of the type
// or of the object. Of inline assembly it has a pause.
#include "client.hpp"
#include <atomic_queue/atomic_queue.h>

// Where several producers have claimed the same slot for different laps, any of them may be first
// to fill it: with more than one the queue promises no order.
template <typename Queue> void conserve(Queue &queue, unsigned threads, unsigned each, int line) {
    client::conserve(
        threads, threads, each, threads == 1,
        [&](std::uint64_t item) { return queue.try_push(item); },
        [&](std::uint64_t &item) { return queue.try_pop(item); }, line);
    CHECK_EQUAL(queue.was_empty(), true);
}

int main() {
    const unsigned each = client::rounds(40000);
    // 0 is nil, and item 1 of producer 0 is not 0.
    {
        atomic_queue::AtomicQueue<std::uint64_t, 64> queue;
        conserve(queue, 2, each, __LINE__);
    }
    {
        atomic_queue::AtomicQueue2<std::uint64_t, 64> queue;
        conserve(queue, 2, each, __LINE__);
    }
    {
        atomic_queue::AtomicQueueB<std::uint64_t> queue(100);
        conserve(queue, 2, each, __LINE__);
    }
    {
        atomic_queue::AtomicQueueB2<std::uint64_t> queue(100);
        conserve(queue, 2, each, __LINE__);
    }
    {
        atomic_queue::AtomicQueue<std::uint64_t, 64, 0, true, true, false, true> one_to_one;
        conserve(one_to_one, 1, each, __LINE__);
    }
    return client::report();
}
