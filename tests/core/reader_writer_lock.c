/* reader_writer_lock.c: the reader-writer lock, each test for every policy and for both types, the
 * one of a process and the shared one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "has_futex.h"
#include "ordo/ordo.h"
#include "ordo/process_shared_reader_writer_lock.h"
#include "ordo/reader_writer_lock.h"
#include "rounds.h"
#include "threads.h"

TestSuite(reader_writer_lock, .timeout = 60);

enum { millisecond = 1000000, policies = 3 };

union lock {
    ordo_reader_writer_lock private;
    ordo_process_shared_reader_writer_lock shared;
};

struct operations {
    void (*init)(union lock *lock, enum ordo_reader_writer_policy policy);
    void (*read_lock)(union lock *lock), (*write_lock)(union lock *lock);
    bool (*try_read_lock)(union lock *lock), (*try_write_lock)(union lock *lock);
    int (*read_lock_until)(union lock *lock, uint64_t deadline);
    int (*write_lock_until)(union lock *lock, uint64_t deadline);
    void (*read_unlock)(union lock *lock), (*write_unlock)(union lock *lock);
    void (*downgrade)(union lock *lock);
    bool (*try_upgrade)(union lock *lock);
};

#define TYPE(name, type)                                                                           \
    static void name##_init(union lock *lock, enum ordo_reader_writer_policy policy)               \
    { type##_init(&lock->name, policy); }                                                          \
    static void name##_read_lock(union lock *lock) { type##_read_lock(&lock->name); }              \
    static void name##_write_lock(union lock *lock) { type##_write_lock(&lock->name); }            \
    static bool name##_try_read_lock(union lock *lock)                                             \
    { return type##_try_read_lock(&lock->name); }                                                  \
    static bool name##_try_write_lock(union lock *lock)                                            \
    { return type##_try_write_lock(&lock->name); }                                                 \
    static int name##_read_lock_until(union lock *lock, uint64_t deadline)                         \
    { return type##_read_lock_until(&lock->name, deadline); }                                      \
    static int name##_write_lock_until(union lock *lock, uint64_t deadline)                        \
    { return type##_write_lock_until(&lock->name, deadline); }                                     \
    static void name##_read_unlock(union lock *lock) { type##_read_unlock(&lock->name); }          \
    static void name##_write_unlock(union lock *lock) { type##_write_unlock(&lock->name); }        \
    static void name##_downgrade(union lock *lock) { type##_downgrade(&lock->name); }              \
    static bool name##_try_upgrade(union lock *lock) { return type##_try_upgrade(&lock->name); }   \
    static const struct operations name##_operations = {                                           \
        name##_init, name##_read_lock, name##_write_lock, name##_try_read_lock,                    \
        name##_try_write_lock, name##_read_lock_until, name##_write_lock_until,                    \
        name##_read_unlock, name##_write_unlock, name##_downgrade, name##_try_upgrade};

TYPE(private, ordo_reader_writer_lock)
TYPE(shared, ordo_process_shared_reader_writer_lock)

struct scene {
    const struct operations *call;
    union lock lock;
    enum ordo_reader_writer_policy policy;
    unsigned int rounds;
    volatile uint64_t first, second; /* equal whenever a reader looks */
    ordo_atomic_u64 written;
    ordo_atomic_bool stop;
    int result;
    char order[4]; /* of those that got in; ends with 0 */
    ordo_atomic_u32 inside;
};

static bool is_idle(struct scene *scene) /* but for the phase and the turn */
{
    return (ordo_load(&scene->lock.private.state, ordo_relaxed) & ~UINT64_C(0x50))
           == (uint64_t)scene->policy << 2;
}

static void for_each(void (*test)(struct scene *scene), unsigned int rounds)
{
    static const struct operations *const types[] = {&private_operations, &shared_operations};

    for (int type = 0; type < (has_futex_for("process_shared_reader_writer_lock") ? 2 : 1); type++)
        for (int policy = 0; policy < policies; policy++) {
            struct scene scene = {.call = types[type], .rounds = rounds,
                                  .policy = (enum ordo_reader_writer_policy)policy};
            scene.call->init(&scene.lock, scene.policy);
            test(&scene);
            cr_expect(is_idle(&scene), "type %d, policy %d", type, policy);
        }
}

static void answers(struct scene *scene)
{
    const struct operations *const call = scene->call;
    union lock *const lock = &scene->lock;

    cr_expect(call->try_read_lock(lock) && call->try_read_lock(lock));
    cr_expect(!call->try_write_lock(lock));
    cr_expect(call->write_lock_until(lock, 0) == ETIMEDOUT);
    cr_expect(!call->try_upgrade(lock), "two readers");
    call->read_unlock(lock);
    cr_expect(call->try_upgrade(lock));
    cr_expect(!call->try_read_lock(lock) && call->read_lock_until(lock, 0) == ETIMEDOUT);
    call->downgrade(lock);
    cr_expect(call->read_lock_until(lock, 0) == 0);
    call->read_unlock(lock);
    call->read_unlock(lock);
    cr_expect(call->write_lock_until(lock, 0) == 0 && !call->try_write_lock(lock));
    const uint64_t deadline = ordo_clock_now() + 2 * millisecond;
    cr_expect(call->read_lock_until(lock, deadline) == ETIMEDOUT && ordo_clock_now() >= deadline);
    call->write_unlock(lock);
}

Test(reader_writer_lock, answers)
{
    for_each(answers, 1);
}

static void mix(unsigned self, void *shared)
{
    struct scene *const scene = shared;
    const struct operations *const call = scene->call;
    union lock *const lock = &scene->lock;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        const unsigned int kind = (i * 7 + self) % 8;
        const uint64_t soon = kind == 1 || kind == 2 ? ordo_clock_now() + i % 50 * 1000 : 0;
        bool reads = false, writes = false;

        if (kind == 0)
            reads = call->try_read_lock(lock);
        else if (kind == 1)
            reads = call->read_lock_until(lock, soon) == 0;
        else if (kind == 2)
            writes = call->write_lock_until(lock, soon) == 0;
        else if (kind == 3)
            writes = call->try_write_lock(lock);
        else if (kind < 6)
            call->read_lock(lock), reads = true;
        else
            call->write_lock(lock), writes = true;

        if (reads) {
            if (scene->first != scene->second)
                abort();
            if (kind == 5 && call->try_upgrade(lock))
                reads = false, writes = true;
        }
        if (writes) {
            const uint64_t mine = ++scene->first;
            if (i % 32 == 0)
                ordo_thread_yield();
            scene->second++;
            ordo_fetch_add(&scene->written, 1, ordo_relaxed);
            if (kind == 6) {
                call->downgrade(lock);
                if (scene->first != mine || scene->second != mine)
                    abort();
                reads = true;
            } else {
                call->write_unlock(lock);
            }
        }
        if (reads)
            call->read_unlock(lock);
    }
}

static void mixed(struct scene *scene)
{
    run_threads(4, mix, scene);
    cr_expect(scene->first == ordo_load(&scene->written, ordo_relaxed));
}

/* Blocking, try and timed lockers, upgrades and downgrades. */
Test(reader_writer_lock, mixed)
{
    for_each(mixed, test_rounds(10));
}

/* Eight readers in a tight loop, and a writer that has to get in between. */
static void read_on(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    (void)self;
    while (!ordo_load(&scene->stop, ordo_relaxed)) {
        scene->call->read_lock(&scene->lock);
        ordo_thread_yield();
        scene->call->read_unlock(&scene->lock);
        if (scene->policy == ordo_readers_first)
            usleep(2000); /* which promises a writer nothing */
    }
}

static void *write_often(void *shared)
{
    struct scene *const scene = shared;

    for (int i = 0; i < 20; i++) {
        scene->call->write_lock(&scene->lock);
        scene->call->write_unlock(&scene->lock);
    }
    ordo_store(&scene->stop, true, ordo_relaxed);
    return NULL;
}

static void writer_gets_in(struct scene *scene)
{
    ordo_thread *writer;

    cr_assert(ordo_thread_spawn(&writer, write_often, scene) == 0);
    run_threads(max_test_threads, read_on, scene);
    ordo_thread_join(writer);
}

Test(reader_writer_lock, writer_gets_in)
{
    for_each(writer_gets_in, 1);
}

/* ---- Order ----------------------------------------------------------------------------------- */

static void await_reader(struct scene *scene)
{
    while (ordo_load(&scene->lock.private.state, ordo_relaxed) >> 48 == 0)
        usleep(100);
}

static unsigned int waiting_writers(struct scene *scene)
{
    const uint64_t state = ordo_load(&scene->lock.private.state, ordo_relaxed);
    return (unsigned int)((state >> 7 & 0xfff) + (state >> 19 & 0xfff));
}

static void await_writers(struct scene *scene, unsigned int count)
{
    while (waiting_writers(scene) < count)
        usleep(100);
}

static void enter(struct scene *scene, char who)
{
    scene->order[ordo_fetch_add(&scene->inside, 1, ordo_relaxed)] = who;
}

static void *enter_reading(void *shared)
{
    struct scene *const scene = shared;

    scene->call->read_lock(&scene->lock);
    enter(scene, 'r');
    scene->call->read_unlock(&scene->lock);
    return NULL;
}

static void *enter_writing(void *shared)
{
    struct scene *const scene = shared;

    scene->call->write_lock(&scene->lock);
    enter(scene, 'w');
    scene->call->write_unlock(&scene->lock);
    return NULL;
}

/* A writer has it; a reader, then two writers wait. */
static void order_behind_writer(struct scene *scene)
{
    static const char *const expected[policies] = {"wwr", "rww", "rww"};
    ordo_thread *threads[3];

    scene->call->write_lock(&scene->lock);
    cr_assert(ordo_thread_spawn(&threads[0], enter_reading, scene) == 0);
    await_reader(scene);
    cr_assert(ordo_thread_spawn(&threads[1], enter_writing, scene) == 0);
    cr_assert(ordo_thread_spawn(&threads[2], enter_writing, scene) == 0);
    await_writers(scene, 2);
    scene->call->write_unlock(&scene->lock);
    for (int i = 0; i < 3; i++)
        ordo_thread_join(threads[i]);
    cr_expect_str_eq(scene->order, expected[scene->policy]);
}

/* A reader has it; two writers, then a reader wait: phase-fair, it waits for one writer only. */
static void order_behind_reader(struct scene *scene)
{
    static const char *const expected[policies] = {"wwr", "rww", "wrw"};
    ordo_thread *threads[3];

    scene->call->read_lock(&scene->lock);
    cr_assert(ordo_thread_spawn(&threads[0], enter_writing, scene) == 0);
    cr_assert(ordo_thread_spawn(&threads[1], enter_writing, scene) == 0);
    await_writers(scene, 2);
    cr_assert(ordo_thread_spawn(&threads[2], enter_reading, scene) == 0);
    if (scene->policy == ordo_readers_first)
        while (ordo_load(&scene->inside, ordo_relaxed) == 0)
            usleep(100);
    else
        await_reader(scene);
    scene->call->read_unlock(&scene->lock);
    for (int i = 0; i < 3; i++)
        ordo_thread_join(threads[i]);
    cr_expect_str_eq(scene->order, expected[scene->policy]);
}

/* Writes until another writer waits. */
static void *write_until_the_next(void *shared)
{
    struct scene *const scene = shared;

    scene->call->write_lock(&scene->lock);
    enter(scene, 'w');
    await_writers(scene, 1);
    scene->call->write_unlock(&scene->lock);
    return NULL;
}

/* A writer has it; a reader, then a writer wait, and later another writer, which is not before the
 * reader again: that one was overtaken once. */
static void order_behind_batch(struct scene *scene)
{
    static const char *const expected[policies] = {"wrw", "rww", "rww"};
    ordo_thread *threads[3];

    scene->call->write_lock(&scene->lock);
    cr_assert(ordo_thread_spawn(&threads[0], enter_reading, scene) == 0);
    await_reader(scene);
    cr_assert(ordo_thread_spawn(&threads[1], write_until_the_next, scene) == 0);
    await_writers(scene, 1);
    scene->call->write_unlock(&scene->lock);
    while (ordo_load(&scene->inside, ordo_relaxed)
           < (scene->policy == ordo_writers_first ? 1 : 2)) /* the first writer */
        usleep(100);
    cr_assert(ordo_thread_spawn(&threads[2], enter_writing, scene) == 0);
    for (int i = 0; i < 3; i++)
        ordo_thread_join(threads[i]);
    cr_expect_str_eq(scene->order, expected[scene->policy]);
}

Test(reader_writer_lock, order_of_admission)
{
    for_each(order_behind_writer, 1);
    for_each(order_behind_reader, 1);
    for_each(order_behind_batch, 1);
}

/* Writers hand it to each other without end: each leaves when another one waits. */
static void *write_on(void *shared)
{
    struct scene *const scene = shared;

    while (!ordo_load(&scene->stop, ordo_relaxed)) {
        scene->call->write_lock(&scene->lock);
        while (waiting_writers(scene) == 0 && !ordo_load(&scene->stop, ordo_relaxed))
            usleep(100);
        scene->call->write_unlock(&scene->lock);
    }
    return NULL;
}

static void reader_gets_in(struct scene *scene)
{
    ordo_thread *writers[3];

    for (int i = 0; i < 3; i++)
        cr_assert(ordo_thread_spawn(&writers[i], write_on, scene) == 0);
    await_writers(scene, 1);
    for (int i = 0; i < 10; i++) {
        scene->call->read_lock(&scene->lock);
        scene->call->read_unlock(&scene->lock);
    }
    ordo_store(&scene->stop, true, ordo_relaxed);
    for (int i = 0; i < 3; i++)
        ordo_thread_join(writers[i]);
}

Test(reader_writer_lock, reader_gets_in)
{
    for_each(reader_gets_in, 1);
}

/* The lock is granted to one that waits: nobody comes by it. */
static void no_barging(struct scene *scene)
{
    const uint64_t granted = (uint64_t)scene->policy << 2 | 3 | UINT64_C(1) << 7;

    ordo_store(&scene->lock.private.state, granted, ordo_relaxed);
    cr_expect(!scene->call->try_write_lock(&scene->lock));
    cr_expect(!scene->call->try_read_lock(&scene->lock));
    cr_expect(scene->call->write_lock_until(&scene->lock, 0) == ETIMEDOUT);
    cr_expect(scene->call->read_lock_until(&scene->lock, 0) == ETIMEDOUT);
    cr_expect(ordo_load(&scene->lock.private.state, ordo_relaxed) == granted);
    scene->call->init(&scene->lock, scene->policy);
}

Test(reader_writer_lock, no_barging)
{
    for_each(no_barging, 1);
}

/* Reading again while a writer waits. */
static void read_again(struct scene *scene)
{
    const bool allowed = scene->policy == ordo_readers_first;
    ordo_thread *writer;

    scene->call->read_lock(&scene->lock);
    cr_assert(ordo_thread_spawn(&writer, enter_writing, scene) == 0);
    await_writers(scene, 1);
    if (scene->call->try_read_lock(&scene->lock)) {
        cr_expect(allowed);
        scene->call->read_unlock(&scene->lock);
    } else {
        cr_expect(!allowed);
    }
    const uint64_t deadline = ordo_clock_now() + 2 * millisecond;
    const int error = scene->call->read_lock_until(&scene->lock, deadline);
    cr_expect(error == (allowed ? 0 : ETIMEDOUT));
    if (error == 0)
        scene->call->read_unlock(&scene->lock);
    scene->call->read_unlock(&scene->lock);
    ordo_thread_join(writer);
}

Test(reader_writer_lock, read_again)
{
    for_each(read_again, 1);
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

static void wake_all(void *lock)
{
    const ordo_atomic_u32 *const word = lock;

    ordo_futex_wake_bitset(word, UINT32_MAX, ORDO_FUTEX_ANY, ordo_futex_private);
    ordo_futex_wake_bitset(word, UINT32_MAX, ORDO_FUTEX_ANY, ordo_futex_shared);
}

static void disturbed_deadlines(struct scene *scene)
{
    struct disturber disturber;

    scene->call->write_lock(&scene->lock);
    disturber_start(&disturber, wake_all, &scene->lock);
    for (int reads = 0; reads < 2; reads++) {
        const uint64_t deadline = ordo_clock_now() + 20 * millisecond;
        cr_expect((reads ? scene->call->read_lock_until : scene->call->write_lock_until)(
                      &scene->lock, deadline) == ETIMEDOUT);
        cr_expect(has_just_passed(deadline));
    }
    disturber_stop(&disturber);
    scene->call->write_unlock(&scene->lock);
}

Test(reader_writer_lock, disturbed_deadlines)
{
    for_each(disturbed_deadlines, 1);
}

static const uint64_t far_deadlines[] = {ORDO_NEVER, ORDO_NEVER - 1, INT64_MAX,
                                         UINT64_C(1) << 62};

static void *write_far(void *shared)
{
    struct scene *const scene = shared;

    for (size_t i = 0; i < sizeof far_deadlines / sizeof *far_deadlines; i++) {
        scene->result |= scene->call->write_lock_until(&scene->lock, far_deadlines[i]);
        scene->call->write_unlock(&scene->lock);
        scene->result |= scene->call->read_lock_until(&scene->lock, far_deadlines[i]);
        scene->call->read_unlock(&scene->lock);
    }
    return NULL;
}

static void deadlines(struct scene *scene)
{
    const uint64_t past[] = {0, 1, ordo_clock_now() - 1};
    ordo_thread *thread;

    for (size_t i = 0; i < sizeof past / sizeof *past; i++) {
        cr_expect(scene->call->write_lock_until(&scene->lock, past[i]) == 0, "it is free");
        cr_expect(scene->call->write_lock_until(&scene->lock, past[i]) == ETIMEDOUT);
        cr_expect(scene->call->read_lock_until(&scene->lock, past[i]) == ETIMEDOUT);
        scene->call->write_unlock(&scene->lock);
        cr_expect(scene->call->read_lock_until(&scene->lock, past[i]) == 0, "it is free");
        scene->call->read_unlock(&scene->lock);
    }
    scene->call->write_lock(&scene->lock);
    cr_assert(ordo_thread_spawn(&thread, write_far, scene) == 0);
    await_writers(scene, 1);
    for (int i = 0; i < 8; i++) {
        scene->call->write_unlock(&scene->lock);
        scene->call->write_lock(&scene->lock);
    }
    scene->call->write_unlock(&scene->lock);
    ordo_thread_join(thread);
    cr_expect(scene->result == 0);
}

Test(reader_writer_lock, deadlines)
{
    for_each(deadlines, 1);
}

/* ---- Giving up ------------------------------------------------------------------------------- */

static void *read_behind(void *shared)
{
    struct scene *const scene = shared;

    scene->call->read_lock(&scene->lock);
    scene->call->read_unlock(&scene->lock);
    return NULL;
}

static void *write_in_vain(void *shared)
{
    struct scene *const scene = shared;

    scene->result = scene->call->write_lock_until(&scene->lock,
                                                  ordo_clock_now() + 20 * millisecond);
    return NULL;
}

static void writer_gives_up(struct scene *scene)
{
    ordo_thread *writer, *reader;

    scene->call->read_lock(&scene->lock);
    cr_assert(ordo_thread_spawn(&writer, write_in_vain, scene) == 0);
    usleep(5000);
    cr_assert(ordo_thread_spawn(&reader, read_behind, scene) == 0);
    ordo_thread_join(writer);
    ordo_thread_join(reader); /* though this thread still reads */
    cr_expect(scene->result == ETIMEDOUT);
    scene->call->read_unlock(&scene->lock);
}

Test(reader_writer_lock, writer_gives_up)
{
    for_each(writer_gives_up, 1);
}

/* The unlock falls about where the writer's time ends, with a reader behind it. */
static void give_up_at_unlock(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        const uint64_t soon = ordo_clock_now() + (self + i) % 64 * 1000;
        if (self == 1) {
            if (scene->call->write_lock_until(&scene->lock, soon) == 0)
                scene->call->write_unlock(&scene->lock);
            continue;
        }
        scene->call->read_lock(&scene->lock);
        while (self == 0 && ordo_clock_now() < soon)
            ordo_thread_yield();
        scene->call->read_unlock(&scene->lock);
    }
}

static void given_up_at_unlock(struct scene *scene)
{
    run_threads(3, give_up_at_unlock, scene);
}

Test(reader_writer_lock, gives_up_at_unlock)
{
    for_each(given_up_at_unlock, test_rounds(100));
}

/* ---- Limits ---------------------------------------------------------------------------------- */

static void limit(struct scene *scene)
{
    const uint64_t policy = (uint64_t)scene->policy << 2;
    union lock *const lock = &scene->lock;

    ordo_store(&lock->private.state, policy | UINT64_C(0xfffd) << 32, ordo_relaxed);
    cr_expect(scene->call->try_read_lock(lock));
    cr_expect(!scene->call->try_read_lock(lock));
    cr_expect(scene->call->read_lock_until(lock, 0) == EAGAIN);
    ordo_store(&lock->private.state, policy | 1 | UINT64_C(0xffe) << 7 | UINT64_C(1) << 19,
               ordo_relaxed);
    cr_expect(scene->call->write_lock_until(lock, 0) == EAGAIN);

    /* As many wait to read as may, and the writer becomes one more. */
    ordo_store(&lock->private.state, policy | 1 | UINT64_C(0xfffe) << 48, ordo_relaxed);
    cr_expect(scene->call->read_lock_until(lock, 0) == EAGAIN);
    scene->call->downgrade(lock);
    cr_expect(ordo_load(&lock->private.state, ordo_relaxed) >> 32 == 0xffff);
    cr_expect(!scene->call->try_read_lock(lock));
    ordo_store(&lock->private.state, policy, ordo_relaxed);
}

Test(reader_writer_lock, limit)
{
    for_each(limit, 1);
}

/* ---- Destruction ----------------------------------------------------------------------------- */

/* One thread leaves; the other unmaps the lock once it has got it after that, while the first may
 * still be in its unlock. */
struct last {
    union lock *page;
    unsigned int arrived;
    enum ordo_reader_writer_policy policy;
    bool after_reader, left;
};

static void leave(unsigned self, void *shared)
{
    struct last *const last = shared;
    const unsigned int rounds = test_rounds(1);
    const bool has_shared = has_futex_for("process_shared_reader_writer_lock");

    for (unsigned int i = 0; i < rounds; i++) {
        const struct operations *const call = has_shared && i % 2 != 0 ? &shared_operations
                                                                       : &private_operations;
        const bool reads = last->after_reader == (self == 0) && (self == 0 || i % 4 < 2);
        if (self == 0) {
            last->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                              0);
            if (last->page == MAP_FAILED)
                abort();
            call->init(last->page, last->policy);
            last->left = false;
        }
        meet(&last->arrived, 4 * i + 2);
        union lock *const lock = last->page;
        if (self == 0) {
            (reads ? call->read_lock : call->write_lock)(lock);
            last->left = true;
            (reads ? call->read_unlock : call->write_unlock)(lock);
        } else {
            for (bool left = false; !left;) {
                (reads ? call->read_lock : call->write_lock)(lock);
                left = last->left;
                (reads ? call->read_unlock : call->write_unlock)(lock);
                if (!left)
                    ordo_thread_yield();
            }
            munmap(lock, 4096);
        }
        meet(&last->arrived, 4 * i + 4);
    }
}

TestSuite(reader_writer_lock_destruction, .timeout = 300);

#define UNMAPPED_AFTER(kind, after_reader, policy)                                                 \
    Test(reader_writer_lock_destruction, policy##_##kind)                                          \
    {                                                                                              \
        struct last last = {NULL, 0, ordo_##policy, after_reader, false};                          \
        run_threads(2, leave, &last);                                                              \
    }

UNMAPPED_AFTER(last_reader, true, writers_first)
UNMAPPED_AFTER(last_reader, true, readers_first)
UNMAPPED_AFTER(last_reader, true, phase_fair)
UNMAPPED_AFTER(last_writer, false, writers_first)
UNMAPPED_AFTER(last_writer, false, readers_first)
UNMAPPED_AFTER(last_writer, false, phase_fair)

/* ---- Processes ------------------------------------------------------------------------------- */

struct common {
    ordo_process_shared_reader_writer_lock lock;
    volatile unsigned int count, checked;
};

static void count_in(struct common *common, unsigned int rounds)
{
    for (unsigned int i = 0; i < rounds; i++) {
        ordo_process_shared_reader_writer_lock_write_lock(&common->lock);
        common->count++;
        if (i % 16 == 0)
            ordo_thread_yield();
        common->checked++;
        ordo_process_shared_reader_writer_lock_write_unlock(&common->lock);
        ordo_process_shared_reader_writer_lock_read_lock(&common->lock);
        if (common->count != common->checked)
            abort();
        ordo_process_shared_reader_writer_lock_read_unlock(&common->lock);
    }
}

/* The parent and two children; those that wait are woken across processes. */
Test(reader_writer_lock, several_processes)
{
    const unsigned int rounds = test_rounds(100);

    if (!has_futex_for("process_shared_reader_writer_lock"))
        return;
    for (int policy = 0; policy < policies; policy++) {
        struct common *const common = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pid_t children[2];

        cr_assert(common != MAP_FAILED);
        ordo_process_shared_reader_writer_lock_init(&common->lock,
                                                    (enum ordo_reader_writer_policy)policy);
        ordo_process_shared_reader_writer_lock_write_lock(&common->lock); /* both have to wait */
        for (int i = 0; i < 2; i++) {
            children[i] = fork();
            cr_assert(children[i] >= 0);
            if (children[i] == 0) {
                alarm(60);
                count_in(common, rounds);
                _exit(0);
            }
        }
        usleep(5 * 1000);
        ordo_process_shared_reader_writer_lock_write_unlock(&common->lock);
        count_in(common, rounds);
        for (int i = 0; i < 2; i++) {
            int status;
            cr_expect(waitpid(children[i], &status, 0) == children[i] && status == 0);
        }
        cr_expect(common->count == 3 * rounds && common->checked == 3 * rounds);
        munmap(common, 4096);
    }
}

/* A fork while another thread waits for the lock: the child has a free one. */
Test(reader_writer_lock, fork_helpers)
{
    static struct scene scene = {.call = &private_operations, .policy = ordo_phase_fair};
    ordo_reader_writer_lock *const lock = &scene.lock.private;
    ordo_thread *threads[2];
    int status;

    ordo_reader_writer_lock_init(lock, scene.policy);
    ordo_reader_writer_lock_fork_prepare(lock);
    cr_assert(ordo_thread_spawn(&threads[0], enter_reading, &scene) == 0);
    cr_assert(ordo_thread_spawn(&threads[1], enter_writing, &scene) == 0);
    await_writers(&scene, 1);
    await_reader(&scene);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        ordo_reader_writer_lock_fork_child(lock);
        ordo_reader_writer_lock_write_lock(lock);
        ordo_reader_writer_lock_write_unlock(lock);
        ordo_reader_writer_lock_read_lock(lock);
        ordo_reader_writer_lock_read_unlock(lock);
        _exit(is_idle(&scene) ? 0 : 1);
    }
    ordo_reader_writer_lock_fork_parent(lock);
    cr_expect(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    for (int i = 0; i < 2; i++)
        ordo_thread_join(threads[i]);
    cr_expect(is_idle(&scene));
}

/* ---- Guards, data, misuse -------------------------------------------------------------------- */

static ORDO_READER_WRITER_LOCK(int) owned = {ORDO_READER_WRITER_LOCK_PHASE_FAIR_INIT, 5};

static int owned_by_return(void)
{
    ORDO_READER_WRITER_LOCK_READ_SCOPE (value, &owned)
        return *value;
    return -1;
}

Test(reader_writer_lock, guards_and_data)
{
    static ordo_reader_writer_lock lock = ORDO_READER_WRITER_LOCK_INIT;

    cr_expect(sizeof lock == 8 && sizeof(ordo_process_shared_reader_writer_lock) == 8);
    {
        ORDO_READER_WRITER_LOCK_READ_GUARD(&lock);
        ORDO_READER_WRITER_LOCK_READ_GUARD(&lock);
        cr_expect(!ordo_reader_writer_lock_try_write_lock(&lock));
    }
    {
        ORDO_READER_WRITER_LOCK_WRITE_GUARD(&lock);
        cr_expect(!ordo_reader_writer_lock_try_read_lock(&lock));
    }
    cr_expect(ordo_load(&lock.state, ordo_relaxed) == 0);
    ORDO_READER_WRITER_LOCK_WRITE_SCOPE (value, &owned) {
        *value += 1;
        break;
    }
    cr_expect(owned_by_return() == 6);
    cr_expect((ordo_load(&owned.lock.state, ordo_relaxed) & ~UINT64_C(0x50)) == 8);
}

static ordo_reader_writer_lock misused;

static void unlock_read(void) { ordo_reader_writer_lock_read_unlock(&misused); }
static void unlock_write(void) { ordo_reader_writer_lock_write_unlock(&misused); }
static void upgrade(void) { (void)!ordo_reader_writer_lock_try_upgrade(&misused); }

static void read_too_often(void)
{
    ordo_store(&misused.state, UINT64_C(0xffff) << 32, ordo_relaxed);
    ordo_reader_writer_lock_read_lock(&misused);
}

static void write_too_often(void)
{
    ordo_store(&misused.state, 1 | UINT64_C(0xfff) << 19, ordo_relaxed);
    ordo_reader_writer_lock_write_lock(&misused);
}

static void init_by_chance(void)
{
    ordo_reader_writer_lock_init(&misused, (enum ordo_reader_writer_policy)3);
}

static void downgrade_read(void)
{
    ordo_reader_writer_lock_read_lock(&misused);
    ordo_reader_writer_lock_downgrade(&misused);
}

Test(reader_writer_lock, misuse_aborts)
{
    static const char not_read[] =
        "ordo: reader_writer_lock.c: unlock of a lock that is not read\n";
    static const char not_written[] =
        "ordo: reader_writer_lock.c: unlock of a lock that is not written\n";

    cr_expect(child_aborts(unlock_read, not_read));
    cr_expect(child_aborts(unlock_write, not_written));
    cr_expect(child_aborts(upgrade,
                           "ordo: reader_writer_lock.c: upgrade of a lock that is not read\n"));
    cr_expect(child_aborts(init_by_chance, "ordo: reader_writer_lock.c: no such policy\n"));
    cr_expect(child_aborts(read_too_often, "ordo: reader_writer_lock.c: too many readers\n"));
    cr_expect(child_aborts(write_too_often, "ordo: reader_writer_lock.c: too many writers\n"));
    cr_expect(child_aborts(downgrade_read, not_written));
    ordo_reader_writer_lock_write_lock(&misused);
    cr_expect(child_aborts(unlock_read, not_read));
    ordo_reader_writer_lock_write_unlock(&misused);
}
