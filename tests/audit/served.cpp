/* served.cpp: what C++ programs do, in several threads: std::atomic of each kind, shared_ptr. It
 * fails if a result is wrong.
 */
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

struct pair {
    long a, b;
};
struct large {
    long a[5];
};

static std::atomic<int> count{0};
static std::atomic<double> real{0};
static std::atomic<pair> both{pair{1, 1}};
static std::atomic<large> whole{large{}};
static std::atomic_flag flag = ATOMIC_FLAG_INIT;
static std::shared_ptr<int> shared = std::make_shared<int>(3);

static void work()
{
    for (int i = 0; i < 1000; i++) {
        std::shared_ptr<int> mine = shared;
        count += *mine;
        pair old = both.load(), next;
        do
            next = pair{old.a + 1, old.b + 1};
        while (!both.compare_exchange_weak(old, next));
        real.store(real.load() + 1);
    }
}

int main()
{
    std::vector<std::thread> threads;
    large last{};

    for (int i = 0; i < 4; i++)
        threads.emplace_back(work);
    for (std::thread &thread : threads)
        thread.join();
    flag.test_and_set();
    last.a[4] = count;
    whole.store(last);
    return count.load() == 12000 && both.load().a == 4001 && both.load().b == 4001 &&
                   whole.load().a[4] == 12000 && shared.use_count() == 1 && real.load() >= 1000
               ? 0
               : 1;
}
