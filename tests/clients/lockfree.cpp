// lockfree.cpp: Boost.Lockfree (libboost-dev): queue, stack and spsc_queue. detail/atomic.hpp
// takes std::atomic where the compiler has it, so nothing of Boost.Atomic's assembly gets in. The
// heads are compressed 8-byte pointers with tags where nodes are allocated; with a fixed size,
// 4-byte indices with tags.
#include "client.hpp"
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <boost/lockfree/stack.hpp>

namespace lockfree = boost::lockfree;

template <typename Structure>
void conserve(Structure &structure, unsigned threads, unsigned each, bool ordered, int line) {
    client::conserve(
        threads, threads, each, ordered, [&](std::uint64_t item) { return structure.push(item); },
        [&](std::uint64_t &item) { return structure.pop(item); }, line);
    CHECK_EQUAL(structure.empty(), true);
}

int main() {
    const unsigned each = client::rounds(60000);
    {
        lockfree::queue<std::uint64_t> queue(128);
        CHECK_EQUAL(queue.is_lock_free(), true);
        conserve(queue, 2, each, true, __LINE__);
    }
    {
        lockfree::queue<std::uint64_t, lockfree::capacity<100>> queue;
        conserve(queue, 2, each, true, __LINE__);
    }
    {
        lockfree::stack<std::uint64_t> stack(128);
        conserve(stack, 2, each, false, __LINE__);
    }
    {
        lockfree::stack<std::uint64_t, lockfree::capacity<100>> stack;
        conserve(stack, 2, each, false, __LINE__);
    }
    {
        // One ring, one producer, one consumer.
        lockfree::spsc_queue<std::uint64_t, lockfree::capacity<61>> ring;
        client::conserve(
            1, 1, 2 * each, true, [&](std::uint64_t item) { return ring.push(item); },
            [&](std::uint64_t &item) { return ring.pop(item); }, __LINE__);
        CHECK_EQUAL(ring.read_available(), 0);
    }
    return client::report();
}
