// shared_ptr.cpp: libstdc++'s shared_ptr, weak_ptr and atomic<shared_ptr>, whose counts and whose
// lock bit are atomics of the headers. Objects are counted: each is destroyed once, when the last
// reference goes, and never before.
#include "client.hpp"
#include <atomic>
#include <memory>

// Counts by the C library's lock, not by atomics.
static pthread_mutex_t census = PTHREAD_MUTEX_INITIALIZER;
static long long alive, made;

struct Object {
    explicit Object(unsigned number) : first(number), second(~number) { count(1); }
    Object(const Object &) = delete;
    ~Object() {
        first = second = 0xdeadbeef; // the halves disagree: a use after the end shows
        count(-1);
    }
    bool whole() const { return first == ~second; }
    static void count(int by) {
        pthread_mutex_lock(&census);
        alive += by;
        made += by > 0;
        pthread_mutex_unlock(&census);
    }
    unsigned first, second;
};

constexpr unsigned threads = 4;

// Each thread clones, drops, makes weak and locks again one object; the count is 1 afterwards.
void references() {
    const unsigned each = client::rounds(60000);
    auto object = std::make_shared<Object>(1);
    std::weak_ptr<Object> weak = object;
    long long broken[threads] = {};
    client::in_threads(threads, [&](unsigned i) {
        for (unsigned n = 0; n < each; n++) {
            std::shared_ptr<Object> mine = object, again = mine;
            std::weak_ptr<Object> thin = again;
            again.reset();
            const std::shared_ptr<Object> locked = thin.lock();
            broken[i] += !locked || !locked->whole();
        }
    });
    for (const long long count : broken) CHECK_EQUAL(count, 0);
    CHECK_EQUAL(object.use_count(), 1);
    CHECK_EQUAL(alive, 1);
    object.reset();
    CHECK_EQUAL(alive, 0);
    CHECK_EQUAL(weak.expired(), true);
    CHECK_EQUAL(weak.lock() == nullptr, true);
}

// Threads drop the last references of one object while others try to lock it: whoever gets it has
// it.
void last_references() {
    const unsigned each = client::rounds(4000);
    std::vector<std::shared_ptr<Object>> objects;
    for (unsigned n = 0; n < each; n++) objects.push_back(std::make_shared<Object>(n));
    std::vector<std::vector<std::shared_ptr<Object>>> copies(2, objects);
    std::vector<std::weak_ptr<Object>> weak(objects.begin(), objects.end());
    objects.clear();
    long long broken[threads] = {};
    client::in_threads(threads, [&](unsigned i) {
        for (unsigned n = 0; n < each; n++)
            if (i < 2) {
                copies[i][n].reset();
            } else if (const auto locked = weak[n].lock()) {
                broken[i] += !locked->whole() || locked->first != n;
            }
    });
    for (const long long count : broken) CHECK_EQUAL(count, 0);
    for (const auto &w : weak) client::failures += !w.expired();
    CHECK_EQUAL(alive, 0);
}

// Readers load, writers store, exchange and compare-exchange one atomic<shared_ptr>.
void atomic_pointer() {
    const unsigned each = client::rounds(6000);
    made = 0;
    std::atomic<std::shared_ptr<Object>> current{std::make_shared<Object>(0)};
    std::atomic<std::weak_ptr<Object>> thin;
    long long broken[threads] = {}, replaced[threads] = {};
    client::in_threads(threads, [&](unsigned i) {
        for (unsigned n = 1; n <= each; n++) {
            auto old = current.load();
            broken[i] += !old || !old->whole();
            if (i == 0) {
                broken[i] += !current.exchange(std::make_shared<Object>(n))->whole();
            } else if (i == 1) {
                const auto next = std::make_shared<Object>(n);
                while (!current.compare_exchange_weak(old, next)) broken[i] += !old->whole();
                replaced[i]++;
            } else {
                thin.store(old);
                if (const auto locked = thin.load().lock()) broken[i] += !locked->whole();
            }
        }
    });
    for (const long long count : broken) CHECK_EQUAL(count, 0);
    CHECK_EQUAL(replaced[1], each);
    CHECK_EQUAL(made, 1 + 2 * each);
    CHECK_EQUAL(alive, 1); // all but the last are gone
    current.store(nullptr);
    CHECK_EQUAL(alive, 0);
    CHECK_EQUAL(thin.load().expired(), true);

    // A reader waits until the pointer changes.
    std::atomic<std::shared_ptr<Object>> mailbox;
    unsigned got = 0;
    client::in_threads(2, [&](unsigned i) {
        if (i == 0) {
            mailbox.store(std::make_shared<Object>(42));
            mailbox.notify_one();
        } else {
            mailbox.wait(nullptr);
            got = mailbox.load()->first;
        }
    });
    CHECK_EQUAL(got, 42);
    mailbox.store(nullptr);
    CHECK_EQUAL(alive, 0);
}

int main() {
    references();
    last_references();
    atomic_pointer();
    return client::report();
}
