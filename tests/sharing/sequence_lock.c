/* sequence_lock.c: whole copies beside writers, in one process and from read-only memory of another,
 * deadlines, the wrap of the number, misuse, and memory that is gone after the last unlock. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(sequence_lock, .timeout = 60);

enum { millisecond = 1000000, words = 6 };

/* Whole if all words are equal. */
struct record {
    uint64_t word[words];
};

typedef ORDO_SEQUENCE_LOCK(struct record) record_lock;

static record_lock shared;

static struct record record(uint64_t number)
{
    return (struct record){{number, number, number, number, number, number}};
}

static bool is_record(const struct record *it, uint64_t number)
{
    const struct record wanted = record(number);
    return memcmp(it, &wanted, sizeof wanted) == 0;
}

/* ---- One thread ------------------------------------------------------------------------------ */

Test(sequence_lock, set_and_get)
{
    struct record out = record(5), in;

    cr_expect(sizeof(ordo_sequence_lock) == 16);
    cr_expect(ordo_sequence_lock_try_get(&shared, &in) && is_record(&in, 0), "zero bytes");
    ordo_sequence_lock_set(&shared, &out);
    ordo_sequence_lock_get(&shared, &in);
    cr_expect(is_record(&in, 5));
    out = record(6);
    ordo_sequence_lock_set(&shared, &out);
    cr_expect(ordo_sequence_lock_get_until(&shared, &in, 0) == 0 && is_record(&in, 6));
    cr_expect(ordo_sequence_lock_try_get(&shared, &in) && is_record(&in, 6));
}

/* Any size at any address, and nothing beside it. */
Test(sequence_lock, sizes_and_addresses)
{
    static ordo_sequence_lock lock = ORDO_SEQUENCE_LOCK_INIT;
    _Alignas(8) unsigned char data[64], out[64], in[64];

    for (size_t start = 0; start < 16; start++)
        for (size_t size = 0; size + start < 48; size++) {
            memset(data, 0xee, sizeof data);
            memset(in, 0xcc, sizeof in);
            for (size_t i = 0; i < sizeof out; i++)
                out[i] = (unsigned char)(start + size + i);
            ordo_sequence_lock_store(&lock, data + start, out, size);
            cr_assert(ordo_sequence_lock_try_read(&lock, data + start, in, size));
            cr_assert(memcmp(in, out, size) == 0 && in[size] == 0xcc);
            for (size_t i = 0; i < sizeof data; i++)
                cr_assert(i >= start && i < start + size ? data[i] == out[i - start]
                                                         : data[i] == 0xee);
        }
}

static uint64_t change_and_return(void)
{
    ORDO_SEQUENCE_LOCK_SCOPE (mine, &shared) {
        mine->word[0] += 10;
        return mine->word[0];
    }
    return 0;
}

/* Readers see the data as they were until the end of the scope, however it is left. */
Test(sequence_lock, scope)
{
    struct record in;
    unsigned int turns = 0;

    ORDO_SEQUENCE_LOCK_SCOPE (mine, &shared) {
        *mine = record(3);
        cr_expect(ordo_sequence_lock_try_get(&shared, &in) && is_record(&in, 0));
        cr_expect(!ordo_sequence_lock_try_lock(&shared.lock));
        turns++;
    }
    cr_expect(turns == 1 && ordo_sequence_lock_try_get(&shared, &in) && is_record(&in, 3));
    ORDO_SEQUENCE_LOCK_SCOPE (mine, &shared) {
        mine->word[1] = 4;
        if (mine->word[0] == 3)
            break;
        mine->word[1] = 5;
    }
    ordo_sequence_lock_get(&shared, &in);
    cr_expect(in.word[0] == 3 && in.word[1] == 4);
    cr_expect(change_and_return() == 13);
    ordo_sequence_lock_get(&shared, &in);
    cr_expect(in.word[0] == 13);
    cr_assert(ordo_sequence_lock_try_lock(&shared.lock), "it was unlocked");
    ordo_sequence_lock_unlock(&shared.lock);
}

/* Several writes under one lock are several changes. */
Test(sequence_lock, lock_and_write)
{
    struct record out, in;

    ordo_sequence_lock_lock(&shared.lock);
    for (uint64_t i = 1; i < 4; i++) {
        out = record(i);
        ordo_sequence_lock_write(&shared.lock, &shared.data, &out, sizeof out);
        cr_expect(ordo_sequence_lock_try_get(&shared, &in) && is_record(&in, i));
        cr_expect(shared.data.word[0] == i, "the owner may look");
    }
    ordo_sequence_lock_unlock(&shared.lock);
    cr_expect(ordo_sequence_lock_lock_until(&shared.lock, 0) == 0, "it is free");
    ordo_sequence_lock_unlock(&shared.lock);
}

/* The number goes from its last value to 0. */
Test(sequence_lock, wrap)
{
    struct record in;

    ordo_store(&shared.lock.sequence, UINT64_MAX - 3, ordo_relaxed);
    for (uint64_t i = 0; i < 4; i++) {
        const struct record out = record(i);
        ordo_sequence_lock_set(&shared, &out);
        cr_expect(ordo_sequence_lock_try_get(&shared, &in) && is_record(&in, i));
    }
    cr_expect(ordo_load(&shared.lock.sequence, ordo_relaxed) == 4);
}

/* ---- Readers and writers at once ------------------------------------------------------------- */

enum { writers = 2, readers = 2 };

struct crowd {
    record_lock *lock;
    unsigned int rounds, arrived;
    unsigned int tries, refused; /* of the readers */
};

static void read_or_write(unsigned int self, void *argument)
{
    struct crowd *const crowd = argument;
    uint64_t last = 0;

    for (unsigned int i = 0; i < crowd->rounds; i++) {
        struct record in;

        if (self < writers) {
            ORDO_SEQUENCE_LOCK_SCOPE (mine, crowd->lock)
                for (int k = 0; k < words; k++)
                    mine->word[k]++;
            continue;
        }
        if (i % 2 == 0) {
            ordo_sequence_lock_get(crowd->lock, &in);
        } else {
            __atomic_fetch_add(&crowd->tries, 1, __ATOMIC_RELAXED);
            if (!ordo_sequence_lock_try_get(crowd->lock, &in)) {
                __atomic_fetch_add(&crowd->refused, 1, __ATOMIC_RELAXED);
                continue;
            }
        }
        if (!is_record(&in, in.word[0]) || in.word[0] < last)
            abort();
        last = in.word[0];
    }
}

Test(sequence_lock, whole_copies_of_several_threads)
{
    struct crowd crowd = {.lock = &shared, .rounds = test_rounds(1)};
    struct record in;

    run_threads(writers + readers, read_or_write, &crowd);
    ordo_sequence_lock_get(&shared, &in);
    cr_expect(is_record(&in, (uint64_t)writers * crowd.rounds));
    cr_expect(crowd.refused < crowd.tries);
}

/* ---- Between processes ----------------------------------------------------------------------- */

static record_lock *map(int file, int protection)
{
    record_lock *const at = mmap(NULL, 4096, protection, MAP_SHARED, file, 0);

    cr_assert(at != MAP_FAILED);
    return at;
}

static void increment(record_lock *lock, unsigned int rounds)
{
    for (unsigned int i = 0; i < rounds; i++)
        ORDO_SEQUENCE_LOCK_SCOPE (mine, lock)
            for (int k = 0; k < words; k++)
                mine->word[k]++;
}

/* Reads until the last write is there. */
static void watch(const record_lock *lock, uint64_t end)
{
    struct record in = record(0);

    for (uint64_t last = 0; last != end; last = in.word[0]) {
        ordo_sequence_lock_get(lock, &in);
        if (!is_record(&in, in.word[0]) || in.word[0] < last)
            abort();
        if (in.word[0] == last)
            ordo_thread_yield();
    }
}

/* Two processes write, a third one, which has the memory read-only, reads; each at another place. */
Test(sequence_lock, readers_of_read_only_memory)
{
    const unsigned int rounds = test_rounds(4);
    const int file = memfd_create("sequence_lock", 0);
    pid_t children[2];

    cr_assert(file >= 0 && ftruncate(file, 4096) == 0);
    record_lock *const here = map(file, PROT_READ | PROT_WRITE);
    record_lock *const there = map(file, PROT_READ | PROT_WRITE);
    const record_lock *const to_read = map(file, PROT_READ);
    for (int i = 0; i < 2; i++)
        if ((children[i] = fork()) == 0) {
            alarm(50); /* a failure must not leave it behind */
            if (i == 0)
                increment(there, rounds);
            else
                watch(to_read, 2 * (uint64_t)rounds);
            _exit(0);
        }
    increment(here, rounds);
    for (int i = 0; i < 2; i++) {
        int status = -1;
        cr_expect(waitpid(children[i], &status, 0) == children[i] && status == 0);
    }
    struct record in;
    cr_expect(ordo_sequence_lock_try_get(to_read, &in) && is_record(&in, 2 * (uint64_t)rounds));
    cr_expect(ordo_sequence_lock_get_until(to_read, &in, 0) == 0);
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

static void wake_all(void *word)
{
    ordo_futex_wake_bitset(word, UINT32_MAX, ORDO_FUTEX_ANY, ordo_futex_shared);
}

Test(sequence_lock, deadlines_of_writers)
{
    struct disturber disturber;

    ordo_sequence_lock_lock(&shared.lock);
    cr_expect(ordo_sequence_lock_lock_until(&shared.lock, 0) == ETIMEDOUT);
    disturber_start(&disturber, wake_all, &shared.lock.writers.state);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(ordo_sequence_lock_lock_until(&shared.lock, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    ordo_sequence_lock_unlock(&shared.lock);
    cr_expect(ordo_sequence_lock_lock_until(&shared.lock, UINT64_MAX) == 0);
    ordo_sequence_lock_unlock(&shared.lock);
}

static void *end_the_write(void *unused)
{
    usleep(20000);
    ordo_store(&shared.lock.sequence, 2, ordo_release);
    return unused;
}

/* A writer is in its copy: the number is odd. */
Test(sequence_lock, deadlines_of_readers)
{
    struct disturber disturber;
    struct record in;

    ordo_store(&shared.lock.sequence, 1, ordo_relaxed);
    cr_expect(!ordo_sequence_lock_try_get(&shared, &in));
    cr_expect(ordo_sequence_lock_get_until(&shared, &in, 0) == ETIMEDOUT);
    cr_expect(ordo_sequence_lock_get_until(&shared, &in, ordo_clock_now() - 1) == ETIMEDOUT);
    disturber_start(&disturber, NULL, NULL);
    const uint64_t deadline = ordo_clock_now() + 50 * millisecond;
    cr_expect(ordo_sequence_lock_get_until(&shared, &in, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);

    ordo_thread *thread;
    cr_assert(ordo_thread_spawn(&thread, end_the_write, NULL) == 0);
    cr_expect(ordo_sequence_lock_get_until(&shared, &in, UINT64_MAX) == 0);
    ordo_thread_join(thread);
    ordo_store(&shared.lock.sequence, 1, ordo_relaxed);
    cr_assert(ordo_thread_spawn(&thread, end_the_write, NULL) == 0);
    ordo_sequence_lock_get(&shared, &in);
    ordo_thread_join(thread);
}

/* ---- Memory that is gone after the last unlock ----------------------------------------------- */

struct scene {
    record_lock *lock; /* in a page of its own */
    unsigned int arrived, rounds;
};

static void leave(unsigned int self, void *argument)
{
    struct scene *const scene = argument;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        bool last = false;

        if (self == 0) {
            scene->lock = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                               -1, 0);
            if (scene->lock == MAP_FAILED)
                abort();
        }
        meet(&scene->arrived, 4 * i + 2);
        record_lock *const lock = scene->lock;
        ORDO_SEQUENCE_LOCK_SCOPE (mine, lock)
            last = ++mine->word[0] == 2;
        if (last)
            munmap(lock, 4096);
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(sequence_lock, unmapped_by_the_last_writer, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(2)};
    run_threads(2, leave, &scene);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void write_without_the_lock(void)
{
    const struct record out = record(1);
    ordo_sequence_lock_write(&shared.lock, &shared.data, &out, sizeof out);
}

static void write_during_a_write(void)
{
    ordo_sequence_lock_lock(&shared.lock);
    ordo_store(&shared.lock.sequence, 1, ordo_relaxed);
    write_without_the_lock();
}

static void unlock_of_unlocked(void)
{
    ordo_sequence_lock_unlock(&shared.lock);
}

Test(sequence_lock, misuse_aborts)
{
    static const char line[] = "ordo: sequence_lock.c: a write without the lock\n";

    cr_expect(child_aborts(write_without_the_lock, line));
    cr_expect(child_aborts(write_during_a_write, line));
    cr_expect(child_aborts(unlock_of_unlocked, "ordo: process_shared_mutex.c: unlock of a mutex "
                                               "that is not locked\n"));
}
