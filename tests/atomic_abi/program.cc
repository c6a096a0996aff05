/* program.cc: as program.c, by std::atomic of C++. */
#include <atomic>
#include <cstdio>
#include <thread>
#include <vector>

struct alignas(16) pair { long a, b; };
struct triple { long a, b, c; };
struct odd { short a, b, c; };

static std::atomic<pair> one_pair{pair{0, 0}};
static std::atomic<triple> one_triple{triple{0, 0, 0}};
static std::atomic<odd> one_odd{odd{0, 0, 0}};
static std::atomic<double> real{0};

template <class T, class F> static void update(std::atomic<T> &object, F change)
{
    T seen = object.load(std::memory_order_acquire);

    while (!object.compare_exchange_weak(seen, change(seen), std::memory_order_release,
                                         std::memory_order_acquire))
        ;
}

int main()
{
    constexpr int threads = 3, rounds = 2000;
    constexpr long n = threads * rounds;
    std::vector<std::thread> all;

    for (int i = 0; i < threads; i++)
        all.emplace_back([] {
            for (int j = 0; j < rounds; j++) {
                update(one_pair, [](pair p) { return pair{p.a + 1, p.b - 1}; });
                update(one_triple, [](triple t) { return triple{t.a + 1, t.b - 1, t.c + 2}; });
                update(one_odd, [](odd o) {
                    return odd{short(o.a + 1), short(o.b - 1), short(o.c + 2)};
                });
                update(real, [](double r) { return r + 0.5; });
            }
        });
    for (auto &thread : all)
        thread.join();

    const pair p = one_pair;
    const triple t = one_triple.exchange(triple{1, 2, 3});
    const odd o = one_odd;
    const bool right = p.a == n && p.b == -n && t.a == n && t.b == -n && t.c == 2 * n
                       && o.a == short(n) && o.b == short(-n) && o.c == short(2 * n)
                       && real == 0.5 * n && one_triple.load().c == 3 && one_pair.is_lock_free()
                       && !one_triple.is_lock_free();

    std::printf("program.cc: %s\n", right ? "right" : "WRONG");
    return right ? 0 : 1;
}
