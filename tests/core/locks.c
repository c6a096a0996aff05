/* locks.c: what every lock promises: try_lock's answers, exclusion of several threads, and that it
 * may be freed right after the last unlock. */
#include "locks.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "has_futex.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(locks, .timeout = 60);

/* Functions of the right type: a void * is no ordo_mutex *. */
#define KIND(kind)                                                                                 \
    static void kind##_do_lock(void *lock) { ordo_##kind##_lock(lock); }                           \
    static bool kind##_do_try_lock(void *lock) { return ordo_##kind##_try_lock(lock); }            \
    static void kind##_do_unlock(void *lock) { ordo_##kind##_unlock(lock); }

KIND(spin_lock)
KIND(ticket_lock)
KIND(mutex)
KIND(process_shared_mutex)
KIND(recursive_mutex)
KIND(pi_mutex)
KIND(byte_mutex)

static void error_checking_mutex_do_lock(void *lock)
{
    if (ordo_error_checking_mutex_lock(lock) != 0)
        abort();
}

static bool error_checking_mutex_do_try_lock(void *lock)
{
    return ordo_error_checking_mutex_try_lock(lock) == 0;
}

static void error_checking_mutex_do_unlock(void *lock)
{
    if (ordo_error_checking_mutex_unlock(lock) != 0)
        abort();
}

static void poison_mutex_do_lock(void *lock)
{
    if (ordo_poison_mutex_lock(lock) != 0)
        abort();
}

static bool poison_mutex_do_try_lock(void *lock)
{
    return ordo_poison_mutex_try_lock(lock) == 0;
}

static void poison_mutex_do_unlock(void *lock)
{
    ordo_poison_mutex_unlock(lock);
}

/* The lock and the node of its owner, which goes with the unlock. */
struct mcs {
    ordo_mcs_lock lock;
    struct ordo_mcs_node *owner;
};

static struct ordo_mcs_node *new_node(void)
{
    struct ordo_mcs_node *const node = malloc(sizeof *node);

    if (node == NULL)
        abort();
    return node;
}

static void mcs_lock_do_lock(void *lock)
{
    struct ordo_mcs_node *const node = new_node();
    struct mcs *const mcs = lock;

    ordo_mcs_lock_lock(&mcs->lock, node);
    mcs->owner = node;
}

static bool mcs_lock_do_try_lock(void *lock)
{
    struct ordo_mcs_node *const node = new_node();
    struct mcs *const mcs = lock;
    const bool locked = ordo_mcs_lock_try_lock(&mcs->lock, node);

    if (locked)
        mcs->owner = node;
    else
        free(node);
    return locked;
}

static void mcs_lock_do_unlock(void *lock)
{
    struct mcs *const mcs = lock;
    struct ordo_mcs_node *const node = mcs->owner;

    mcs->owner = NULL;
    ordo_mcs_lock_unlock(&mcs->lock, node);
    free(node);
}

static void lock_until_never(void *lock)
{
    if (ordo_mutex_lock_until(lock, UINT64_MAX) != 0)
        abort();
}

/* The write side, with the policy of zero bytes; the others are in reader_writer_lock.c. */
#define WRITE_SIDE(type)                                                                           \
    static void type##_do_lock(void *lock)                                                         \
    {                                                                                              \
        ordo_##type##_write_lock(lock);                                                            \
    }                                                                                              \
    static bool type##_do_try_lock(void *lock)                                                     \
    {                                                                                              \
        return ordo_##type##_try_write_lock(lock);                                                 \
    }                                                                                              \
    static void type##_do_unlock(void *lock)                                            \
    {                                                                                              \
        ordo_##type##_write_unlock(lock);                                                          \
    }

WRITE_SIDE(reader_writer_lock)
WRITE_SIDE(process_shared_reader_writer_lock)
WRITE_SIDE(slim_reader_writer_lock)

#define LOCK(kind, ...)                                                                            \
    {.name = #kind, .lock = kind##_do_lock, .try_lock = kind##_do_try_lock,                        \
     .unlock = kind##_do_unlock, __VA_ARGS__}

/* The order is that of the tests at the end of this file. */
const struct lock_kind lock_kinds[] = {
    LOCK(spin_lock),
    LOCK(mutex),
    LOCK(process_shared_mutex, .needs_futex = true),
    LOCK(error_checking_mutex),
    LOCK(recursive_mutex, .is_recursive = true),
    LOCK(poison_mutex, .leaves_traces = true),
    LOCK(pi_mutex, .needs_futex = true),
    LOCK(reader_writer_lock),
    LOCK(process_shared_reader_writer_lock, .needs_futex = true),
    LOCK(ticket_lock, .leaves_traces = true, .is_handed_on = true),
    LOCK(mcs_lock, .is_handed_on = true),
    LOCK(slim_reader_writer_lock, .is_handed_on = true),
    LOCK(byte_mutex),
    {.name = "mutex, lock_until", .lock = lock_until_never, .try_lock = mutex_do_try_lock,
     .unlock = mutex_do_unlock},
};
const unsigned int lock_kind_count = sizeof lock_kinds / sizeof *lock_kinds;

static bool is_there(const struct lock_kind *kind)
{
    return !kind->needs_futex || has_futex_for(kind->name);
}

#define FOR_EACH_KIND(kind)                                                                        \
    for (const struct lock_kind *kind = lock_kinds; kind < lock_kinds + lock_kind_count; kind++)   \
        if (is_there(kind))

/* What the README and the headers say. */
Test(locks, sizes)
{
    cr_expect(sizeof(ordo_spin_lock) == 1);
    cr_expect(sizeof(ordo_byte_mutex) == 1 && sizeof(ordo_byte_condition_variable) == 1);
    cr_expect(sizeof(ordo_mutex) == 4 && sizeof(ordo_process_shared_mutex) == 4);
    cr_expect(sizeof(ordo_recursive_mutex) == 16 && sizeof(ordo_error_checking_mutex) == 16);
    cr_expect(sizeof(ordo_poison_mutex) == 48);
    cr_expect(sizeof(ordo_reader_writer_lock) == 8);
    cr_expect(sizeof(ordo_process_shared_reader_writer_lock) == 8);
    cr_expect(sizeof(ordo_ticket_lock) == 8 && sizeof(ordo_mcs_lock) == 8);
    cr_expect(sizeof(struct ordo_mcs_node) == 16 && sizeof(ordo_slim_reader_writer_lock) == 8);
    cr_expect(sizeof(ordo_pi_mutex) == 4 && sizeof(ordo_robust_mutex) == 40);
    cr_expect(sizeof(ordo_condition_variable) == 16);
    cr_expect(sizeof(ordo_process_shared_condition_variable) == 8);
    cr_expect(sizeof(ordo_pi_condition_variable) == 8);
    cr_expect(sizeof(ordo_semaphore) == 8 && sizeof(ordo_process_shared_semaphore) == 8);
    cr_expect(sizeof(ordo_binary_semaphore) == 4 && sizeof(ordo_barrier) == 24);
    cr_expect(sizeof(ordo_latch) == 4 && sizeof(ordo_once) == 4);
    cr_expect(sizeof(ordo_auto_reset_event) == 4 && sizeof(ordo_manual_reset_event) == 8);
}

Test(locks, try_lock)
{
    FOR_EACH_KIND (kind) {
        uint64_t lock[8] = {0};
        static const uint64_t zero[8];

        cr_expect(kind->try_lock(lock), "%s: zero bytes are unlocked", kind->name);
        cr_expect(kind->is_recursive || !kind->try_lock(lock), "%s: locked", kind->name);
        kind->unlock(lock);
        kind->lock(lock);
        cr_expect(kind->is_recursive || !kind->try_lock(lock), "%s: locked", kind->name);
        kind->unlock(lock);
        cr_expect(kind->leaves_traces || memcmp(lock, zero, sizeof lock) == 0, "%s: as before",
                  kind->name);
    }
}

/* ---- Exclusion ------------------------------------------------------------------------------- */

struct sum {
    const struct lock_kind *kind;
    uint64_t lock[8];
    volatile uint64_t count; /* a plain one: not atomic */
    uint64_t tried;
    unsigned int rounds;
};

static void add(unsigned self, void *shared)
{
    struct sum *const sum = shared;

    for (unsigned int i = 0; i < sum->rounds; i++) {
        const bool tries = self == 0 && i % 4 == 0;
        if (!tries)
            sum->kind->lock(sum->lock);
        else if (!sum->kind->try_lock(sum->lock))
            continue;
        sum->tried += tries;
        sum->count++;
        if (i % 64 == 0) /* others find it locked for longer than they spin */
            ordo_thread_yield();
        sum->kind->unlock(sum->lock);
    }
}

Test(locks, sum_of_several_threads, .timeout = 300)
{
    enum { threads = 4 };

    FOR_EACH_KIND (kind) {
        struct sum sum = {.kind = kind, .rounds = test_rounds(kind->is_handed_on ? 200 : 1)};
        const unsigned int tries = (sum.rounds + 3) / 4;

        run_threads(threads, add, &sum);
        cr_expect(sum.count == threads * (uint64_t)sum.rounds - tries + sum.tried, "%s",
                  kind->name);
    }
}

/* ---- Destruction right after the last unlock ------------------------------------------------- */

/* Two threads leave an object in a page of its own; who leaves last unmaps it, while the other may
 * still be in its unlock. */
struct object {
    uint64_t lock[8];
    unsigned int users;
};

struct scene {
    const struct lock_kind *kind;
    struct object *object;
    unsigned int arrived, rounds;
};

static void leave(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->object = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                 -1, 0);
            if (scene->object == MAP_FAILED)
                abort();
            scene->object->users = 2;
        }
        meet(&scene->arrived, 4 * i + 2);
        struct object *const object = scene->object;
        scene->kind->lock(object->lock);
        const bool last = --object->users == 0;
        scene->kind->unlock(object->lock);
        if (last)
            munmap(object, 4096);
        meet(&scene->arrived, 4 * i + 4);
    }
}

static void unmapped_after_the_last_unlock(unsigned int kind)
{
    struct scene scene = {.kind = &lock_kinds[kind], .rounds = test_rounds(1)};

    if (is_there(scene.kind))
        run_threads(2, leave, &scene);
}

#define UNMAPPED(kind, number)                                                                     \
    Test(locks, unmapped_after_the_last_unlock_of_##kind, .timeout = 300)                          \
    {                                                                                              \
        cr_assert(strcmp(lock_kinds[number].name, #kind) == 0);                                    \
        unmapped_after_the_last_unlock(number);                                                    \
    }

UNMAPPED(spin_lock, 0)
UNMAPPED(mutex, 1)
UNMAPPED(process_shared_mutex, 2)
UNMAPPED(error_checking_mutex, 3)
UNMAPPED(recursive_mutex, 4)
UNMAPPED(poison_mutex, 5)
UNMAPPED(pi_mutex, 6)
UNMAPPED(reader_writer_lock, 7)
UNMAPPED(process_shared_reader_writer_lock, 8)
UNMAPPED(ticket_lock, 9)
UNMAPPED(mcs_lock, 10)
UNMAPPED(slim_reader_writer_lock, 11)
UNMAPPED(byte_mutex, 12)
