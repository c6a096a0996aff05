// readerwriterqueue.cpp: moodycamel's ReaderWriterQueue and circular buffer
// (libreaderwriterqueue-dev), for one producer and one consumer. Its weak_atomic is a std::atomic
// with relaxed accesses; the order comes from fences, which the compiler emits in the program
// itself. So the fences are the program's, the loads and stores are ordo's.
#include "client.hpp"
#include <readerwriterqueue/readerwritercircularbuffer.h>
#include <readerwriterqueue/readerwriterqueue.h>

int main() {
    const unsigned each = client::rounds(200000);
    {
        moodycamel::ReaderWriterQueue<std::uint64_t> queue(64);
        client::conserve(
            1, 1, each, true, [&](std::uint64_t item) { return queue.enqueue(item); },
            [&](std::uint64_t &item) { return queue.try_dequeue(item); }, __LINE__);
        CHECK_EQUAL(queue.size_approx(), 0);
    }
    {
        // A queue that may not grow: try_enqueue refuses when it is full.
        moodycamel::ReaderWriterQueue<std::uint64_t> queue(15);
        client::conserve(
            1, 1, each, true, [&](std::uint64_t item) { return queue.try_enqueue(item); },
            [&](std::uint64_t &item) { return queue.try_dequeue(item); }, __LINE__);
    }
    {
        moodycamel::BlockingReaderWriterCircularBuffer<std::uint64_t> buffer(32);
        client::Ledger ledger(1, each / 4, true);
        client::in_threads(2, [&](unsigned i) {
            if (i == 0) {
                for (unsigned n = 1; n <= each / 4; n++)
                    buffer.wait_enqueue(client::Ledger::item(0, n));
                return;
            }
            for (unsigned n = 1; n <= each / 4; n++) {
                std::uint64_t item;
                buffer.wait_dequeue(item);
                ledger.take(item);
            }
        });
        ledger.check(__LINE__);
        CHECK_EQUAL(buffer.size_approx(), 0);
    }
    return client::report();
}
