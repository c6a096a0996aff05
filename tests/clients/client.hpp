// client.hpp: what the client programs share: a check that counts, and threads that start
// together.
//
// A client is a program on somebody else's unmodified header. Nothing here may use an atomic
// operation that the client under test could hide behind: threads, locks and the start together
// are the C library's, and results are plain variables that are read after the join.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sched.h>
#include <vector>

namespace client {

inline unsigned checks, failures;

// From the main thread only.
#define CHECK_EQUAL(got, wanted)                                                           \
    client::check_equal(static_cast<long long>(got), static_cast<long long>(wanted), #got, \
                        __LINE__)

[[gnu::noinline]] inline void check_equal(long long got, long long wanted, const char *what,
                                          int line) {
    checks++;
    if (got == wanted) return;
    failures++;
    std::printf("line %d: %s is %lld, not %lld\n", line, what, got, wanted);
}

// The program's last line and its exit status.
inline int report() {
    std::printf("%u checks, %u failed\n", checks, failures);
    return failures != 0;
}

// ORDO_SLOW divides the work where a thread costs more: under an emulator.
inline unsigned rounds(unsigned native) {
    const char *slow = std::getenv("ORDO_SLOW");
    return slow ? native / static_cast<unsigned>(std::atoi(slow)) : native;
}

// Runs work(0) ... work(count - 1) in a thread each, and returns when all have returned.
template <typename Work> void in_threads(unsigned count, Work work) {
    struct Shared {
        Work &work;
        pthread_barrier_t start;
    } shared{work, {}};
    struct Thread {
        Shared *shared;
        unsigned number;
        pthread_t handle;
    };
    pthread_barrier_init(&shared.start, nullptr, count);
    std::vector<Thread> threads(count);
    for (unsigned i = 0; i < count; i++) {
        threads[i] = {&shared, i, {}};
        const auto body = [](void *argument) -> void * {
            auto *thread = static_cast<Thread *>(argument);
            pthread_barrier_wait(&thread->shared->start);
            thread->shared->work(thread->number);
            return nullptr;
        };
        if (pthread_create(&threads[i].handle, nullptr, body, &threads[i]) != 0) {
            std::puts("cannot start a thread");
            std::exit(2);
        }
    }
    for (auto &thread : threads) pthread_join(thread.handle, nullptr);
    pthread_barrier_destroy(&shared.start);
}

// What consumers saw of `producers` producers that each sent 1, 2, ... `each`: every value once,
// and those of one producer in their order, as each consumer sees them.
class Ledger {
  public:
    Ledger(unsigned producers, unsigned each, bool ordered = true)
        : each_(each), ordered_(ordered), last_(producers), seen_(producers * (each + 1)) {}

    static std::uint64_t item(unsigned producer, unsigned number) {
        return std::uint64_t{producer} << 32 | number;
    }

    // One consumer's own ledger: no other thread may call it.
    void take(std::uint64_t item) {
        const auto producer = static_cast<unsigned>(item >> 32);
        const auto number = static_cast<unsigned>(item);
        if (producer >= last_.size() || number == 0 || number > each_) {
            strange_++;
            return;
        }
        if (ordered_ && number <= last_[producer]) disorder_++;
        last_[producer] = number;
        seen_[producer * (each_ + 1) + number]++;
    }

    void add(const Ledger &other) {
        strange_ += other.strange_;
        disorder_ += other.disorder_;
        for (std::size_t i = 0; i < seen_.size(); i++) seen_[i] += other.seen_[i];
    }

    void check(int line) const {
        long long lost = 0, twice = 0;
        for (std::size_t i = 0; i < seen_.size(); i++) {
            if (i % (each_ + 1) == 0) continue;
            lost += seen_[i] == 0;
            twice += seen_[i] > 1;
        }
        check_equal(lost, 0, "number of lost items", line);
        check_equal(twice, 0, "number of items taken twice", line);
        check_equal(strange_, 0, "number of items that nobody sent", line);
        check_equal(disorder_, 0, "number of items out of order", line);
    }

  private:
    unsigned each_;
    bool ordered_;
    long long strange_ = 0, disorder_ = 0;
    std::vector<unsigned> last_, seen_;
};

// Producers push(item) -> bool, and try again while it is false; consumers pop(item) -> bool
// until one finds nothing after all producers were done, so that a loss ends the run too. `each`
// items a producer.
template <typename Push, typename Pop>
void conserve(unsigned producers, unsigned consumers, unsigned each, bool ordered, Push push,
              Pop pop, int line) {
    std::vector<Ledger> ledgers(consumers, Ledger(producers, each, ordered));
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    unsigned done = 0;
    in_threads(producers + consumers, [&](unsigned i) {
        if (i < producers) {
            for (unsigned number = 1; number <= each; number++)
                while (!push(Ledger::item(i, number))) sched_yield();
            pthread_mutex_lock(&mutex);
            done++;
            pthread_mutex_unlock(&mutex);
            return;
        }
        for (bool last = false;;) {
            std::uint64_t item;
            if (pop(item)) {
                ledgers[i - producers].take(item);
            } else if (last) {
                return;
            } else {
                sched_yield();
                pthread_mutex_lock(&mutex);
                last = done == producers;
                pthread_mutex_unlock(&mutex);
            }
        }
    });
    for (unsigned i = 1; i < consumers; i++) ledgers[0].add(ledgers[i]);
    ledgers[0].check(line);
}

} // namespace client
