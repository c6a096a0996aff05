// std_atomic.cpp: libstdc++'s std::atomic and atomic_ref: every integral type, pointers, floating
// point, enumerations, structures of 8, 16 and 24 bytes, wait and notify. Each operation once
// by its values, and sums, bits, exchanges and whole structures under contention.
#include "client.hpp"
#include <atomic>
#include <limits>

constexpr unsigned threads = 4;

// Every member function, with arguments at the ends of the type, in all orders that the call
// takes.
template <typename T> void values() {
    constexpr T low = std::numeric_limits<T>::min(), high = std::numeric_limits<T>::max();
    for (const auto order :
         {std::memory_order_relaxed, std::memory_order_acquire, std::memory_order_release,
          std::memory_order_acq_rel, std::memory_order_seq_cst}) {
        std::atomic<T> a{high};
        CHECK_EQUAL(a.fetch_add(1, order), high);
        CHECK_EQUAL(a.load(), low);
        CHECK_EQUAL(a.fetch_sub(1, order), low);
        CHECK_EQUAL(a.exchange(static_cast<T>(0x5a), order), high);
        CHECK_EQUAL(a.fetch_and(static_cast<T>(0x6c), order), 0x5a);
        CHECK_EQUAL(a.fetch_or(static_cast<T>(0x03), order), 0x48);
        CHECK_EQUAL(a.fetch_xor(static_cast<T>(0x7f), order), 0x4b);
        T expected = 0x33;
        CHECK_EQUAL(a.compare_exchange_strong(expected, high, order), false);
        CHECK_EQUAL(expected, 0x34); // what is there comes back
        CHECK_EQUAL(a.compare_exchange_strong(expected, high, order), true);
        CHECK_EQUAL(expected, 0x34);
        CHECK_EQUAL(++a, low);
        CHECK_EQUAL(a--, low);
        CHECK_EQUAL(a += 2, static_cast<T>(low + 1));
        CHECK_EQUAL(a -= 2, high);
        CHECK_EQUAL(a &= static_cast<T>(0x0f), 0x0f);
        CHECK_EQUAL(a |= static_cast<T>(0x70), 0x7f);
        CHECK_EQUAL(a ^= static_cast<T>(0x11), 0x6e);
    }
    std::atomic<T> a;
    CHECK_EQUAL(a.load(std::memory_order_relaxed), 0);
    a.store(low, std::memory_order_release);
    CHECK_EQUAL(a.load(std::memory_order_acquire), low);
    a = high;
    CHECK_EQUAL(a, high);
    CHECK_EQUAL(a.is_lock_free(), true);
}

// Neighbours of one 8-byte word: each counter gets its own additions and nobody else's.
template <typename T> void sums() {
    const unsigned each = client::rounds(20000);
    struct alignas(8) {
        std::atomic<T> up, down, by_compare, bits;
    } a{};
    // Each thread has one of the values 1 to 4, and 5 lies in between: an exchange loses none.
    std::atomic<T> between{threads + 1};
    T held[threads];
    client::in_threads(threads, [&](unsigned i) {
        held[i] = static_cast<T>(i + 1);
        for (unsigned n = 0; n < each; n++) {
            a.up.fetch_add(3);
            a.down.fetch_sub(1, std::memory_order_relaxed);
            T old = a.by_compare.load(std::memory_order_relaxed);
            while (!a.by_compare.compare_exchange_weak(old, static_cast<T>(old + 7))) {}
            a.bits.fetch_xor(static_cast<T>(1u << n % 8), std::memory_order_acq_rel);
            held[i] = between.exchange(held[i]);
        }
    });
    unsigned values = 1u << between.load();
    for (const T value : held) values |= 1u << value;
    CHECK_EQUAL(values, 0x3e);
    CHECK_EQUAL(a.up, static_cast<T>(3 * threads * each));
    CHECK_EQUAL(a.down, static_cast<T>(-static_cast<long long>(threads * each)));
    CHECK_EQUAL(a.by_compare, static_cast<T>(7 * threads * each));
    CHECK_EQUAL(a.bits, 0); // an even number of threads
}

template <typename T> void integral() {
    values<T>();
    sums<T>();
}

// N bytes whose words are always equal: a torn load, or a compare-exchange that is none, shows.
template <unsigned Words> struct Same { std::uint64_t word[Words]; };

template <unsigned Words> void structures(bool lock_free) {
    using S = Same<Words>;
    const unsigned each = client::rounds(8000);
    std::atomic<S> a{S{}};
    long long torn[threads] = {};
    client::in_threads(threads, [&](unsigned i) {
        S old = a.load();
        for (unsigned n = 0; n < each;) {
            for (unsigned k = 1; k < Words; k++) torn[i] += old.word[k] != old.word[0];
            S next = old;
            for (auto &word : next.word) word++;
            n += a.compare_exchange_weak(old, next);
            if (n % 8 == 0) old = a.load(std::memory_order_acquire);
        }
    });
    for (const long long count : torn) CHECK_EQUAL(count, 0);
    for (const auto word : a.load().word) CHECK_EQUAL(word, threads * each);

    S wrong{}, mine{};
    for (auto &word : mine.word) word = 77;
    CHECK_EQUAL(a.compare_exchange_strong(wrong, mine), false);
    CHECK_EQUAL(wrong.word[Words - 1], threads * each);
    CHECK_EQUAL(a.exchange(mine).word[Words - 1], threads * each);
    a.store(S{});
    CHECK_EQUAL(a.load().word[Words - 1], 0);
    if (lock_free) CHECK_EQUAL(a.is_lock_free(), true);
}

void pointers() {
    static int cells[1000];
    std::atomic<int *> a{cells};
    client::in_threads(threads, [&](unsigned) {
        for (unsigned n = 0; n < 250; n++) (*a.fetch_add(1))++; // every cell once
    });
    long long wrong = 0;
    for (const int cell : cells) wrong += cell != 1;
    CHECK_EQUAL(wrong, 0);
    CHECK_EQUAL(a.load() - cells, 1000);
    CHECK_EQUAL(a.fetch_sub(999) - cells, 1000);
    CHECK_EQUAL(--a - cells, 0);
    int *expected = cells + 1;
    CHECK_EQUAL(a.compare_exchange_strong(expected, nullptr), false);
    CHECK_EQUAL(expected - cells, 0);
    CHECK_EQUAL(a.exchange(nullptr) - cells, 0);
}

void others() {
    const unsigned each = client::rounds(20000);
    std::atomic<double> total{0};
    std::atomic<bool> flag{false};
    std::atomic<unsigned> turns{0};
    enum class Colour : short { red, green };
    std::atomic<Colour> colour{Colour::red};
    std::atomic_flag spin = ATOMIC_FLAG_INIT;
    unsigned guarded = 0, entered = 0;
    client::in_threads(threads, [&](unsigned) {
        for (unsigned n = 0; n < each; n++) {
            total.fetch_add(0.5);
            turns += flag.exchange(!(n & 1)) == false;
            Colour red = Colour::red;
            if (n % 16 == 0 && colour.compare_exchange_strong(red, Colour::green)) {
                entered++; // only who turned it green
                colour.store(Colour::red, std::memory_order_release);
            }
            while (spin.test_and_set(std::memory_order_acquire)) sched_yield();
            guarded++;
            spin.clear(std::memory_order_release);
        }
    });
    CHECK_EQUAL(total.load(), threads * each / 2);
    CHECK_EQUAL(guarded, threads * each);
    CHECK_EQUAL(entered > 0 && entered <= threads * each, true);
    CHECK_EQUAL(turns.load() > 0, true);
}

void references() {
    const unsigned each = client::rounds(20000);
    static std::uint8_t byte;
    static std::uint16_t half;
    static std::uint32_t word;
    static std::uint64_t doubleword;
    static float real;
    alignas(16) static Same<2> pair;
    client::in_threads(threads, [&](unsigned) {
        std::atomic_ref<Same<2>> both(pair);
        for (unsigned n = 0; n < each; n++) {
            std::atomic_ref(byte).fetch_add(1);
            ++std::atomic_ref(half);
            std::atomic_ref(word).fetch_or(1u << n % 32, std::memory_order_relaxed);
            std::atomic_ref(doubleword) += 5;
            if (n % 4 == 0) std::atomic_ref(real).fetch_add(1);
            Same<2> old = both.load();
            while (
                !both.compare_exchange_weak(old, Same<2>{{old.word[0] + 1, old.word[1] + 2}})) {}
        }
    });
    CHECK_EQUAL(byte, threads * each & 0xff);
    CHECK_EQUAL(half, threads * each & 0xffff);
    CHECK_EQUAL(word, 0xffffffff);
    CHECK_EQUAL(doubleword, 5 * threads * each);
    CHECK_EQUAL(real, threads * (each / 4));
    CHECK_EQUAL(pair.word[0], threads * each);
    CHECK_EQUAL(pair.word[1], 2 * threads * each);
}

// A token goes round a ring of threads that wait for it; then a notify_all lets all go.
template <typename T> void waiting() {
    const unsigned laps = client::rounds(400);
    std::atomic<T> turn{0}, open{0};
    unsigned order = 0, disorder = 0;
    client::in_threads(threads, [&](unsigned i) {
        for (unsigned n = 0; n < laps; n++) {
            for (T now; (now = turn.load(std::memory_order_acquire)) != static_cast<T>(i);)
                turn.wait(now);
            disorder += order++ != n * threads + i;
            turn.store(static_cast<T>((i + 1) % threads), std::memory_order_release);
            turn.notify_all();
        }
        if (i == 0) {
            open.store(1, std::memory_order_release);
            open.notify_all();
        }
        open.wait(0, std::memory_order_acquire);
    });
    CHECK_EQUAL(disorder, 0);
    CHECK_EQUAL(order, laps * threads);
}

int main() {
    integral<char>();
    integral<signed char>();
    integral<unsigned char>();
    integral<short>();
    integral<unsigned short>();
    integral<int>();
    integral<unsigned>();
    integral<long>();
    integral<unsigned long>();
    integral<long long>();
    integral<unsigned long long>();
    integral<wchar_t>();
    integral<char8_t>();
    integral<char16_t>();
    integral<char32_t>();
    structures<1>(true);
    structures<2>(true); // GCC's own libatomic says no on ARM64
    structures<3>(false);
    pointers();
    others();
    references();
    waiting<int>();
    waiting<unsigned char>();
    waiting<long>();
    return client::report();
}
