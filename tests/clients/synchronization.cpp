// synchronization.cpp: libstdc++'s latch, barrier and counting_semaphore, which are templates
// over atomic wait and notify. Phases must not overlap, tokens must not multiply, a critical
// section has one thread in it.
#include "client.hpp"
#include <algorithm>
#include <barrier>
#include <latch>
#include <semaphore>
#include <stop_token>

constexpr unsigned threads = 4;

// What each thread wrote before the latch is there for everybody after it.
void latches() {
    const unsigned each = client::rounds(500);
    long long missed[threads] = {};
    for (unsigned n = 0; n < each / 10; n++) {
        std::latch all_wrote(threads), all_read(threads);
        unsigned plain[threads] = {};
        client::in_threads(threads, [&](unsigned i) {
            plain[i] = n + 1;
            if (i & 1) {
                all_wrote.arrive_and_wait();
            } else {
                all_wrote.count_down();
                all_wrote.wait();
            }
            for (const unsigned value : plain) missed[i] += value != n + 1;
            all_read.arrive_and_wait();
            missed[i] += !all_read.try_wait();
        });
    }
    for (const long long count : missed) CHECK_EQUAL(count, 0);
}

// In phase n all write n, cross the barrier, and read n from all; the completion runs once a
// phase.
void barriers() {
    const unsigned phases = client::rounds(2000);
    unsigned plain[threads] = {}, completed = 0;
    long long missed[threads] = {};
    auto completion = [&completed]() noexcept { completed++; };
    std::barrier barrier(threads, completion);
    client::in_threads(threads, [&](unsigned i) {
        for (unsigned n = 1; n <= phases; n++) {
            plain[i] = n;
            barrier.arrive_and_wait();
            missed[i] += completed != 2 * n - 1;
            for (const unsigned value : plain) missed[i] += value != n;
            barrier.wait(barrier.arrive());
        }
    });
    for (const long long count : missed) CHECK_EQUAL(count, 0);
    CHECK_EQUAL(completed, 2 * phases);

    // Threads leave one after the other; the others go on.
    std::barrier<> shrinking(threads);
    client::in_threads(threads, [&](unsigned i) {
        for (unsigned n = 0; n < i * 100; n++) shrinking.arrive_and_wait();
        shrinking.arrive_and_drop();
    });
    client::checks++; // that it ended
}

// A ring of 8 slots with two semaphores and a binary one as the lock: items are conserved, in
// order.
void semaphores() {
    const unsigned each = client::rounds(20000);
    std::counting_semaphore<8> room(8), filled(0);
    std::binary_semaphore lock(1);
    std::uint64_t ring[8];
    unsigned head = 0, tail = 0;
    std::vector<client::Ledger> ledgers(2, client::Ledger(2, each));
    client::in_threads(4, [&](unsigned i) {
        for (unsigned n = 1; n <= each; n++) {
            (i < 2 ? room : filled).acquire();
            lock.acquire();
            if (i < 2) {
                ring[tail++ % 8] = client::Ledger::item(i, n);
            } else {
                ledgers[i - 2].take(ring[head++ % 8]);
            }
            lock.release();
            (i < 2 ? filled : room).release();
        }
    });
    ledgers[0].add(ledgers[1]);
    ledgers[0].check(__LINE__);
    CHECK_EQUAL(filled.try_acquire(), false);
    for (int n = 0; n < 8; n++) CHECK_EQUAL(room.try_acquire(), true);
    CHECK_EQUAL(room.try_acquire(), false);
    CHECK_EQUAL(room.try_acquire_for(std::chrono::milliseconds(1)), false);
    room.release(3);
    CHECK_EQUAL(room.try_acquire_for(std::chrono::seconds(60)), true);
}

// stop_source: the request is made once, and the callback runs once.
void stops() {
    for (unsigned n = 0; n < 50; n++) {
        std::stop_source source;
        unsigned called = 0;
        bool made[threads] = {};
        std::stop_callback callback(source.get_token(), [&called] { called++; });
        client::in_threads(threads, [&](unsigned i) { made[i] = source.request_stop(); });
        const auto requests = std::count(std::begin(made), std::end(made), true);
        if (called != 1 || requests != 1) client::failures++;
    }
    client::checks++;
}

int main() {
    latches();
    barriers();
    semaphores();
    stops();
    return client::report();
}
