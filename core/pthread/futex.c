/* futex.c: see futex.h; for systems without futexes, on the parking lot. The key is the complement of
 * the address of the word, where no object is: a wake that comes late, for a word whose memory has
 * another use by now, finds nobody who parks there by another key. So in this form the lot is below this file, and POSIX threads are below the lot:
 *
 *     mutex.c, semaphore.c, ...    all that blocks
 *     futex.c                      this file
 *     parking_lot.c, bucket_lock.c
 *     pthread/parker.c             a mutex and a condition variable per sleeping thread
 *
 * A wait compares the word with the lot's queue locked, where the wakes look too: the check and the
 * going to sleep are one step with respect to them. If the wake comes first, the wait sees the
 * change that came before the wake, by the queue's lock; so the load is relaxed. The bits of a wait
 * are the token of its thread.
 *
 * A wake uses the address as a number, as Linux's does. There are no futexes between processes:
 * a wait for one returns ENOTSUP, so a wake of one finds nobody. A wait looks at the word as the
 * program would, so memory that is not there is a fault here. Nothing returns EINTR, or for no
 * reason. The queue's lock is not for signal handlers, so neither are the wakes.
 *
 * The types that stand on the kernel's own part (process-shared, priority-inheriting, robust) are
 * refused: the files of this directory that have their names.
 */
#include "ordo/futex.h"

#include <errno.h>

#include "../futex_operation.h"
#include "ordo/misuse.h"
#include "ordo/parking_lot.h"

static bool is_shared(unsigned int flags)
{
    return (flags & ordo_futex_shared) != 0;
}

static const void *key_of(const ordo_atomic_u32 *word)
{
    return (const void *)~(uintptr_t)word;
}

static bool is_aligned(const ordo_atomic_u32 *word)
{
    return (uintptr_t)word % sizeof word->plain == 0;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

struct wait {
    const ordo_atomic_u32 *word;
    uint32_t expected;
};

static bool is_expected(void *context)
{
    const struct wait *const wait = context;

    return ordo_load(wait->word, ordo_relaxed) == wait->expected;
}

int ordo_futex_wait_bitset(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                           uint32_t bits, unsigned int flags)
{
    struct wait wait = {.word = word, .expected = expected};
    const struct ordo_parking parking = {.validate = is_expected, .context = &wait, .token = bits,
                                         .flags = flags & ordo_futex_realtime};

    if (bits == 0)
        ordo_misuse("futex.c: wait without bits");
    if (!is_aligned(word))
        ordo_misuse("futex.c: wait on a word that is not aligned");
    return is_shared(flags) ? ENOTSUP
                            : ordo_parking_lot_park(key_of(word), &parking, deadline, NULL);
}

int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline)
{
    return ordo_futex_wait_bitset(word, expected, deadline, ORDO_FUTEX_ANY, ordo_futex_private);
}

int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected)
{
    return ordo_futex_wait_until(word, expected, ORDO_NEVER);
}

int ordo_futex_wait_any(const struct ordo_futex_waiter *waiters, unsigned int count,
                        uint64_t deadline, unsigned int flags, unsigned int *which)
{
    (void)waiters, (void)deadline, (void)flags, (void)which;
    return count == 0 || count > 128 ? EINVAL : ENOSYS;
}

/* ---- Waking and moving ----------------------------------------------------------------------- */

/* Wakes the first `wake` of those that have one of the bits, and moves the next `move`. */
struct demand {
    struct wait compare; /* if its word is not NULL: nothing unless that is as expected, */
    bool differed;       /* which it was not */
    uint32_t wake, move, bits;
};

static bool is_to_be_done(void *context)
{
    struct demand *const demand = context;

    demand->differed = demand->compare.word != NULL && !is_expected(&demand->compare);
    return !demand->differed;
}

static enum ordo_parking_choice choose(void *context, uintptr_t bits)
{
    struct demand *const demand = context;

    if (demand->wake == 0 && demand->move == 0)
        return ordo_parking_stop;
    if ((bits & demand->bits) == 0)
        return ordo_parking_skip;
    if (demand->wake != 0) {
        demand->wake--;
        return ordo_parking_wake;
    }
    demand->move--;
    return ordo_parking_move;
}

/* Returns how many. */
static uint32_t serve(const ordo_atomic_u32 *from, const ordo_atomic_u32 *to,
                      struct demand *demand)
{
    const struct ordo_unparking unparking = {
        .validate = is_to_be_done, .choose = choose, .context = demand};
    const struct ordo_unparked result =
        ordo_parking_lot_requeue(key_of(from), key_of(to), &unparking);

    return (uint32_t)(result.woken + result.moved);
}

static void expect_aligned(const ordo_atomic_u32 *from, const ordo_atomic_u32 *to)
{
    if (!is_aligned(from) || !is_aligned(to))
        ordo_misuse("futex.c: wake of a word that is not aligned");
}

uint32_t ordo_futex_wake_bitset(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                                unsigned int flags)
{
    struct demand demand = {.wake = count, .bits = bits};

    if (bits == 0)
        ordo_misuse("futex.c: wake without bits");
    expect_aligned(word, word);
    return is_shared(flags) ? 0 : serve(word, word, &demand);
}

uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count)
{
    return ordo_futex_wake_bitset(word, count, ORDO_FUTEX_ANY, ordo_futex_private);
}

uint32_t ordo_futex_requeue(const ordo_atomic_u32 *from, uint32_t wake, const ordo_atomic_u32 *to,
                            uint32_t move, unsigned int flags)
{
    struct demand demand = {.wake = wake, .move = move, .bits = ORDO_FUTEX_ANY};

    expect_aligned(from, to);
    return is_shared(flags) ? 0 : serve(from, to, &demand);
}

int ordo_futex_compare_requeue(const ordo_atomic_u32 *from, uint32_t expected, uint32_t wake,
                               const ordo_atomic_u32 *to, uint32_t move, unsigned int flags,
                               uint32_t *count)
{
    struct demand demand = {.compare = {from, expected}, .wake = wake, .move = move,
                            .bits = ORDO_FUTEX_ANY};

    if (!is_aligned(from))
        ordo_misuse("futex.c: requeue from or to a word that is not aligned");
    if (is_shared(flags))
        return ENOTSUP;
    const uint32_t served = serve(from, to, &demand);
    if (demand.differed)
        return EAGAIN;
    if (count != NULL)
        *count = served;
    return 0;
}

uint32_t ordo_futex_wake_op(const ordo_atomic_u32 *first, uint32_t wake, ordo_atomic_u32 *second,
                            uint32_t wake_second, uint32_t operation, unsigned int flags)
{
    /* As strong as Linux's; what the two wakes need of it is their queues' locks. */
    const uint32_t before = ordo_fetch_update(second, ordo_acq_rel, ordo_relaxed, value,
                                              futex_operation_change(value, operation));
    uint32_t woken = ordo_futex_wake_bitset(first, wake != 0 ? wake : 1, ORDO_FUTEX_ANY, flags);

    if (futex_operation_compares(before, operation))
        woken += ordo_futex_wake_bitset(second, wake_second != 0 ? wake_second : 1,
                                        ORDO_FUTEX_ANY, flags);
    return woken;
}
