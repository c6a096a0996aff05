// structs.cpp: a C++ program as anyone writes it, of std::atomic<struct> in many sizes: what
// threads put in by exchange comes out once, loads see whole values, stores arrive. programs.sh
// runs it on GCC's library and on ours.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

constexpr unsigned threads = 4;
unsigned rounds = 5000;
unsigned failures = 0;

// All elements of a value are the same number.
template <typename Element, std::size_t count> struct Value {
    std::array<Element, count> elements;

    explicit Value(Element number = 0) { elements.fill(number); }
    Element number() const { return elements[0]; }
    bool is_whole() const
    {
        for (Element element : elements)
            if (element != number())
                return false;
        return true;
    }
};

// Three threads exchange and compare-exchange; each counts what it put in and what it took out. One
// loads.
template <typename Element, std::size_t count> void run(const char *name)
{
    using Subject = Value<Element, count>;
    static std::atomic<Subject> object{Subject()};
    std::atomic<bool> torn{false};
    std::atomic<unsigned> waiting{threads}; // they start together
    std::array<std::uint64_t, threads> balance{};
    std::vector<std::thread> started;

    for (unsigned self = 0; self < threads; self++)
        started.emplace_back([&, self] {
            std::uint64_t sum = 0;
            for (waiting--; waiting != 0;)
                std::this_thread::yield();
            for (unsigned i = 0; i < rounds; i++) {
                Subject mine(static_cast<Element>(i * threads + self)), found;
                if (self == 0) {
                    found = object.load(std::memory_order_acquire);
                } else if (i % 2 == 0) {
                    found = object.exchange(mine, std::memory_order_acq_rel);
                    sum += mine.number() - std::uint64_t{found.number()};
                } else {
                    found = object.load(std::memory_order_relaxed);
                    while (!object.compare_exchange_strong(found, mine, std::memory_order_release,
                                                           std::memory_order_acquire)) {
                    }
                    sum += mine.number() - std::uint64_t{found.number()};
                }
                if (!found.is_whole())
                    torn = true;
            }
            balance[self] = sum;
        });
    for (std::thread &thread : started)
        thread.join();

    std::uint64_t sum = 0;
    for (std::uint64_t part : balance)
        sum += part;
    bool right = sum == object.load().number() && !torn;
    object.store(Subject(7));
    right = right && object.load().number() == 7 && object.load().is_whole();
    if (!right) {
        std::printf("structs.cpp: %s: %s\n", name,
                    torn ? "a torn value was read" : "values were lost");
        failures++;
    }
}

} // namespace

int main(int argument_count, char **arguments)
{
    if (argument_count > 1)
        rounds = static_cast<unsigned>(std::atoi(arguments[1]));
    run<std::uint8_t, 3>("3 bytes");
    run<std::uint8_t, 5>("5 bytes");
    run<std::uint16_t, 3>("6 bytes at an even address");
    run<std::uint32_t, 2>("8 bytes");
    run<std::uint32_t, 3>("12 bytes");
    run<std::uint64_t, 2>("16 bytes");
    run<std::uint8_t, 16>("16 bytes");
    run<std::uint64_t, 3>("24 bytes");
    run<std::uint64_t, 5>("40 bytes");
    run<std::uint64_t, 32>("256 bytes");
    if (failures == 0)
        std::printf("structs.cpp: 10 types, %u operations of each\n", threads * rounds);
    return failures != 0;
}
