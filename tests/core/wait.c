/* wait.c: waiting for an atomic object's value: every type, neighbours, wakes for one and all,
 * and that a notify does not touch an object that is gone. Deadlines are in waiting.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ordo/thread.h"
#include "ordo/wait.h"
#include "rounds.h"
#include "threads.h"

TestSuite(wait, .timeout = 60);

#define TYPES(X)                                                                                   \
    X(bool, false, true)                                                                           \
    X(u8, 0, 200)                                                                                  \
    X(i8, -1, 100)                                                                                 \
    X(u16, 0xff00, 0x00ff)                                                                         \
    X(i16, -1, 1)                                                                                  \
    X(u32, 0, UINT32_MAX)                                                                          \
    X(i32, INT32_MIN, 5)                                                                           \
    X(u64, 7, UINT64_C(7) << 32 | 7)                                                               \
    X(i64, INT64_MIN, INT64_MAX)                                                                   \
    X(usize, 0, UINT64_MAX)                                                                        \
    X(isize, -1, 0)                                                                                \
    X(ptr, NULL, &types_object)

static char types_object;

/* The object lies between others of its size, as in an array. */
#define TYPE(type, old, new)                                                                       \
    static ordo_atomic_##type type##s[3];                                                          \
    static void *wait_for_##type(void *unused)                                                     \
    {                                                                                              \
        ordo_atomic_##type now = {ordo_wait(&type##s[1], old, ordo_acquire)};                      \
        return now.plain == (new) ? unused : "another value";                                      \
    }                                                                                              \
    Test(wait, type)                                                                               \
    {                                                                                              \
        ordo_thread *threads[2];                                                                   \
        const volatile ordo_atomic_##type *const middle = &type##s[1];                             \
                                                                                                   \
        ordo_store(&type##s[1], old, ordo_relaxed);                                                \
        cr_expect(ordo_wait_until(middle, old, 0, ordo_relaxed) == ETIMEDOUT);                     \
        cr_expect(ordo_wait_until(middle, new, 0, ordo_seq_cst) == 0);                             \
        cr_expect(ordo_wait(middle, new, ordo_seq_cst) == ordo_load(middle, ordo_relaxed));        \
        for (int i = 0; i < 2; i++)                                                                \
            cr_assert(ordo_thread_spawn(&threads[i], wait_for_##type, NULL) == 0);                 \
        usleep(5000); /* by now they sleep */                                                      \
        ordo_store(&type##s[0], new, ordo_relaxed);                                                \
        ordo_store(&type##s[2], new, ordo_relaxed);                                                \
        ordo_notify_all(&type##s[0]);                                                              \
        ordo_notify_one(middle);                                                                   \
        ordo_store(&type##s[1], new, ordo_release);                                                \
        ordo_notify_one(middle);                                                                   \
        ordo_notify_one(middle);                                                                   \
        for (int i = 0; i < 2; i++)                                                                \
            cr_expect(ordo_thread_join(threads[i]) == NULL);                                       \
    }
TYPES(TYPE)

/* ---- One of those that wait, on every kind of object ----------------------------------------- */

/* Takes turns: whoever's turn it is passes it on to the next. All wait on one object. */
struct turns {
    ordo_atomic_u16 small;
    ordo_atomic_u32 middle;
    ordo_atomic_u64 large;
    unsigned int rounds;
    volatile uint64_t count; /* a plain one: not atomic */
};

enum { players = 3 };

#define PLAY(member, T)                                                                            \
    static void play_##member(unsigned self, void *shared)                                         \
    {                                                                                              \
        struct turns *const turns = shared;                                                        \
        for (unsigned int i = 0; i < turns->rounds; i++) {                                         \
            T now = ordo_load(&turns->member, ordo_acquire);                                       \
            while (now % players != self)                                                          \
                now = ordo_wait(&turns->member, now, ordo_acquire);                                \
            turns->count++;                                                                        \
            ordo_store(&turns->member, (T)((now + 1) % (2 * players)), ordo_release);              \
            ordo_notify_all(&turns->member);                                                       \
        }                                                                                          \
    }                                                                                              \
    Test(wait, turns_##member)                                                                     \
    {                                                                                              \
        struct turns turns = {.rounds = test_rounds(20)};                                          \
        run_threads(players, play_##member, &turns);                                               \
        cr_expect(turns.count == players * (uint64_t)turns.rounds);                                \
    }
PLAY(small, uint16_t)
PLAY(middle, uint32_t)
PLAY(large, uint64_t)

/* ---- Gone by the time of the notify ---------------------------------------------------------- */

struct scene {
    void *page;
    bool is_large;
    unsigned int arrived, rounds;
};

static void change_or_unmap(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                               -1, 0);
            if (scene->page == MAP_FAILED)
                abort();
        }
        meet(&scene->arrived, 4 * i + 2);
        ordo_atomic_u32 *const middle = scene->page;
        ordo_atomic_u64 *const large = scene->page;
        if (self == 0 && scene->is_large) {
            ordo_store(large, 1, ordo_release);
            ordo_notify_one(large);
        } else if (self == 0) {
            ordo_store(middle, 1, ordo_release);
            ordo_notify_one(middle);
        } else {
            if (scene->is_large)
                (void)ordo_wait(large, 0, ordo_acquire);
            else
                (void)ordo_wait(middle, 0, ordo_acquire);
            munmap(scene->page, 4096);
        }
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(wait, unmapped_by_the_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1)};
    run_threads(2, change_or_unmap, &scene);
    scene = (struct scene){.rounds = test_rounds(2), .is_large = true};
    run_threads(2, change_or_unmap, &scene);
}
