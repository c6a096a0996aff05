/* together.c: programs of several threads, written as a user of atomic.h would: sums, message
 * passing, unique identifiers, a lock, a snapshot of shared bytes. Each is wrong if an operation
 * were not atomic or, on a machine that reorders, not ordered. No loop waits for another thread
 * without giving way. */
#include <criterion/criterion.h>
#include <sched.h>

#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

enum { threads = 2 };

struct sums {
    ordo_atomic_u8 u8;
    ordo_atomic_i16 i16;
    ordo_atomic_u32 u32, updated, limited;
    ordo_atomic_isize isize;
    ordo_atomic_u128 u128;
    ordo_atomic_ptr pointer;
    ordo_atomic_u64 highest;
    unsigned rounds;
};

static void add_everywhere(unsigned self, void *shared)
{
    struct sums *sums = shared;
    for (unsigned i = 0; i < sums->rounds; i++) {
        ordo_fetch_add(&sums->u8, 1, ordo_relaxed);
        ordo_fetch_sub(&sums->i16, 1, ordo_acquire);
        ordo_add(&sums->u32, 3, ordo_release);
        ordo_add_fetch(&sums->isize, -2, ordo_acq_rel);
        ordo_fetch_add(&sums->u128, (ordo_u128)1 << 64 | 1, ordo_seq_cst);
        ordo_fetch_add(&sums->pointer, 1, ordo_full);
        ordo_fetch_max(&sums->highest, (uint64_t)i * threads + self, ordo_relaxed);
        ordo_fetch_update(&sums->updated, ordo_relaxed, ordo_relaxed, old, old + 5);
        uint32_t seen;
        ordo_fetch_update_if(&sums->limited, ordo_relaxed, ordo_relaxed, old, old < sums->rounds,
                             old + 1, &seen);
    }
}

Test(together, sums, .timeout = 120)
{
    static struct sums sums;
    sums.rounds = test_rounds(4);
    run_threads(threads, add_everywhere, &sums);
    const uint32_t total = threads * sums.rounds;
    cr_expect(ordo_load(&sums.u8, ordo_relaxed) == (uint8_t)total);
    cr_expect(ordo_load(&sums.i16, ordo_relaxed) == (int16_t)(0 - total));
    cr_expect(ordo_load(&sums.u32, ordo_relaxed) == 3 * total);
    cr_expect(ordo_load(&sums.isize, ordo_relaxed) == -2 * (ptrdiff_t)total);
    cr_expect(ordo_load(&sums.u128, ordo_relaxed) == ((ordo_u128)total << 64 | total));
    cr_expect(ordo_load(&sums.pointer, ordo_relaxed) == (void *)(uintptr_t)total);
    cr_expect(ordo_load(&sums.highest, ordo_relaxed) == (uint64_t)total - 1);
    cr_expect(ordo_load(&sums.updated, ordo_relaxed) == 5 * total);
    cr_expect(ordo_load(&sums.limited, ordo_relaxed) == sums.rounds);
}

/* One thread writes plain data and publishes it, the other takes it and hands the turn back. */
struct mailbox {
    unsigned message;
    ordo_atomic_bool full;
    unsigned rounds, wrong;
};

static void pass_messages(unsigned self, void *shared)
{
    struct mailbox *mailbox = shared;
    const bool taking = self == 1;
    for (unsigned i = 0; i < mailbox->rounds; i++) {
        while (ordo_load(&mailbox->full, ordo_acquire) != taking) /* pairs with the release below */
            if (!ordo_wait_for_change(&mailbox->full, !taking, 1000))
                sched_yield();
        if (taking)
            mailbox->wrong += mailbox->message != i;
        else
            mailbox->message = i;
        ordo_store(&mailbox->full, !taking, ordo_release);
    }
}

Test(together, messages_arrive_whole, .timeout = 120)
{
    static struct mailbox mailbox;
    mailbox.rounds = test_rounds(20);
    run_threads(2, pass_messages, &mailbox);
    cr_assert(mailbox.wrong == 0, "%u wrong messages", mailbox.wrong);
    cr_assert(!ordo_load(&mailbox.full, ordo_relaxed));
}

/* Each number is given out once: every taker marks its own, and none finds a mark. */
struct numbers {
    ordo_atomic_u32 next;
    ordo_atomic_u64 *marks;
    ordo_atomic_u32 twice;
    unsigned rounds;
};

static void take_numbers(unsigned self, void *shared)
{
    struct numbers *numbers = shared;
    (void)self;
    for (unsigned i = 0; i < numbers->rounds; i++) {
        const uint32_t mine = ordo_fetch_add(&numbers->next, 1, ordo_relaxed);
        if (ordo_bit_test_and_set(&numbers->marks[mine / 64], mine, ordo_relaxed))
            ordo_add(&numbers->twice, 1, ordo_relaxed);
    }
}

Test(together, identifiers_are_unique, .timeout = 120)
{
    static struct numbers numbers;
    numbers.rounds = test_rounds(2);
    numbers.marks = calloc(threads * numbers.rounds / 64 + 1, sizeof *numbers.marks);
    cr_assert(numbers.marks != NULL);
    run_threads(threads, take_numbers, &numbers);
    cr_assert(ordo_load(&numbers.twice, ordo_relaxed) == 0);
    for (uint32_t i = 0; i < threads * numbers.rounds; i++)
        cr_assert(ordo_bit_test_and_reset(&numbers.marks[i / 64], i, ordo_relaxed), "lost: %u", i);
    free(numbers.marks);
}

/* A lock of one bool, around a plain counter. */
struct locked {
    ordo_atomic_bool taken;
    unsigned counter, rounds;
};

static void count_locked(unsigned self, void *shared)
{
    struct locked *locked = shared;
    (void)self;
    for (unsigned i = 0; i < locked->rounds; i++) {
        while (ordo_exchange(&locked->taken, true, ordo_acquire)) /* pairs with the release below */
            sched_yield();
        locked->counter++;
        ordo_store(&locked->taken, false, ordo_release);
    }
}

Test(together, a_lock_excludes, .timeout = 120)
{
    static struct locked locked;
    locked.rounds = test_rounds(10);
    run_threads(threads, count_locked, &locked);
    cr_assert(locked.counter == threads * locked.rounds);
}

/* A sequence lock: the writer makes the number odd while it copies; a reader that saw the same even
 * number before and after has a whole copy. */
struct sequence {
    ordo_atomic_u32 number, done;
    unsigned char data[27]; /* neither begins nor ends at a word */
    unsigned rounds, snapshots, torn;
};

static void write_or_read(unsigned self, void *shared)
{
    struct sequence *sequence = shared;
    unsigned char copy[20];
    if (self == 0) {
        for (unsigned i = 1; i <= sequence->rounds; i++) {
            __builtin_memset(copy, (int)(i % 256), sizeof copy);
            ordo_store(&sequence->number, 2 * i - 1, ordo_relaxed);
            ordo_store_bytes(sequence->data + 3, copy, sizeof copy, ordo_release);
            ordo_store(&sequence->number, 2 * i, ordo_release);
        }
        ordo_store(&sequence->done, 1, ordo_release);
        return;
    }
    bool last;
    do {
        last = ordo_load(&sequence->done, ordo_acquire) != 0;
        const uint32_t before = ordo_load(&sequence->number, ordo_acquire);
        ordo_load_bytes(copy, sequence->data + 3, sizeof copy, ordo_acquire);
        const uint32_t after = ordo_load(&sequence->number, ordo_relaxed);
        if (before % 2 == 1 || before != after) {
            sched_yield();
            continue;
        }
        sequence->snapshots++;
        for (size_t i = 0; i < sizeof copy; i++)
            sequence->torn += copy[i] != before / 2 % 256;
    } while (!last);
}

Test(together, snapshots_are_whole, .timeout = 120)
{
    static struct sequence sequence;
    sequence.rounds = test_rounds(4);
    run_threads(2, write_or_read, &sequence);
    cr_assert(sequence.snapshots > 0);
    cr_assert(sequence.torn == 0, "%u torn bytes", sequence.torn);
}
