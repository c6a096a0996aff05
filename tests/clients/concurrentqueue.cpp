// concurrentqueue.cpp: moodycamel's ConcurrentQueue (libconcurrentqueue-dev), whose blocks, free
// lists and producer hash are built of std::atomic. Items are conserved through tokens, in bulk,
// by way of the blocking queue's semaphore, and in the order of each producer, which the queue
// promises.
#include "client.hpp"
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>

int main() {
    const unsigned each = client::rounds(60000);
    {
        moodycamel::ConcurrentQueue<std::uint64_t> queue;
        client::conserve(
            3, 2, each, true, [&](std::uint64_t item) { return queue.enqueue(item); },
            [&](std::uint64_t &item) { return queue.try_dequeue(item); }, __LINE__);
        CHECK_EQUAL(queue.size_approx(), 0);
    }
    {
        moodycamel::ConcurrentQueue<std::uint64_t> queue;
        client::Ledger ledger(4, each, false);
        client::in_threads(4, [&](unsigned i) {
            moodycamel::ProducerToken token(queue);
            std::uint64_t bulk[10];
            for (unsigned number = 1; number <= each; number += 10) {
                for (unsigned k = 0; k < 10; k++) bulk[k] = client::Ledger::item(i, number + k);
                queue.enqueue_bulk(token, bulk, 10);
            }
        });
        std::uint64_t bulk[64];
        while (const std::size_t count = queue.try_dequeue_bulk(bulk, 64))
            for (std::size_t k = 0; k < count; k++) ledger.take(bulk[k]);
        ledger.check(__LINE__);
    }
    {
        // One blocking consumer gets exactly what three producers send; the wait is its
        // semaphore's.
        moodycamel::BlockingConcurrentQueue<std::uint64_t> queue;
        client::Ledger ledger(3, each, true);
        client::in_threads(4, [&](unsigned i) {
            if (i < 3) {
                for (unsigned n = 1; n <= each; n++) queue.enqueue(client::Ledger::item(i, n));
                return;
            }
            for (unsigned taken = 0; taken < 3 * each; taken++) {
                std::uint64_t item;
                queue.wait_dequeue(item);
                ledger.take(item);
            }
        });
        ledger.check(__LINE__);
    }
    return client::report();
}
