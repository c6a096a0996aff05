/* reader_writer_lock.c: the reader-writer lock, each test for every policy and for both types, the
 * one of a process and the shared one. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
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
    union lock lock, *page;
    enum ordo_reader_writer_policy policy;
    unsigned int rounds, arrived;
    bool left;
    volatile uint64_t first, second; /* equal whenever a reader looks */
    ordo_atomic_u64 written;
    ordo_atomic_bool stop;
    int result;
};

static bool is_idle(struct scene *scene) /* but for the phase and the turn */
{
    return (ordo_load(&scene->lock.private.state, ordo_relaxed) & ~UINT64_C(0x50))
           == (uint64_t)scene->policy << 2;
}

static void for_each(void (*test)(struct scene *scene), unsigned int rounds)
{
    static const struct operations *const types[] = {&private_operations, &shared_operations};

    for (int type = 0; type < 2; type++)
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

static void read_or_write(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    if (self == 0) {
        for (int i = 0; i < 20; i++) {
            scene->call->write_lock(&scene->lock);
            scene->call->write_unlock(&scene->lock);
        }
        ordo_store(&scene->stop, true, ordo_relaxed);
    }
    while (!ordo_load(&scene->stop, ordo_relaxed)) {
        scene->call->read_lock(&scene->lock);
        ordo_thread_yield();
        scene->call->read_unlock(&scene->lock);
        if (scene->policy == ordo_readers_first)
            usleep(2000); /* which promises a writer nothing */
    }
}

static void writer_gets_in(struct scene *scene)
{
    run_threads(max_test_threads, read_or_write, scene);
}

Test(reader_writer_lock, writer_gets_in)
{
    for_each(writer_gets_in, 1);
}

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

static void limit(struct scene *scene)
{
    const uint64_t policy = (uint64_t)scene->policy << 2;
    union lock *const lock = &scene->lock;

    ordo_store(&lock->private.state, policy | UINT64_C(0xfffe) << 32, ordo_relaxed);
    cr_expect(scene->call->try_read_lock(lock));
    cr_expect(!scene->call->try_read_lock(lock));
    cr_expect(scene->call->read_lock_until(lock, 0) == EAGAIN);
    ordo_store(&lock->private.state, policy | 1 | UINT64_C(0xffe) << 7 | UINT64_C(1) << 19, ordo_relaxed);
    cr_expect(scene->call->write_lock_until(lock, 0) == EAGAIN);
    ordo_store(&lock->private.state, policy, ordo_relaxed);
}

Test(reader_writer_lock, limit)
{
    for_each(limit, 1);
}

/* ---- Destruction ----------------------------------------------------------------------------- */

/* One thread leaves; the other unmaps the lock once it has got it after that, while the first may
 * still be in its unlock. */
static void leave(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                               0);
            if (scene->page == MAP_FAILED)
                abort();
            scene->call->init(scene->page, scene->policy);
            scene->left = false;
        }
        meet(&scene->arrived, 4 * i + 2);
        union lock *const lock = scene->page;
        if (self == 0 && i % 2 == 0) {
            scene->call->read_lock(lock);
            scene->left = true;
            scene->call->read_unlock(lock);
        } else if (self == 0) {
            scene->call->write_lock(lock);
            scene->left = true;
            scene->call->write_unlock(lock);
        } else {
            for (bool left = false; !left;) {
                const bool reads = i % 4 == 1; /* after a writer */
                (reads ? scene->call->read_lock : scene->call->write_lock)(lock);
                left = scene->left;
                (reads ? scene->call->read_unlock : scene->call->write_unlock)(lock);
                if (!left)
                    ordo_thread_yield();
            }
            munmap(lock, 4096);
        }
        meet(&scene->arrived, 4 * i + 4);
    }
}

static void unmapped(struct scene *scene)
{
    run_threads(2, leave, scene);
}

TestSuite(reader_writer_lock_destruction, .timeout = 300);

Test(reader_writer_lock_destruction, unmapped_after_the_last_unlock)
{
    for_each(unmapped, test_rounds(6));
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
    cr_expect(child_aborts(read_too_often, "ordo: reader_writer_lock.c: too many readers\n"));
    ordo_reader_writer_lock_fork_prepare(&misused);
    cr_expect(child_aborts(unlock_read, not_read));
    ordo_reader_writer_lock_fork_child(&misused);
    cr_expect(ordo_reader_writer_lock_try_write_lock(&misused));
}
