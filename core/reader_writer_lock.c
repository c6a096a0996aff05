/* reader_writer_lock.c: see reader_writer_lock.h.
 *
 * One 64-bit word. Its low half is what waiters sleep on:
 *
 *     bit 0          written: a writer has the lock, or it is granted to one
 *     bit 1          granted: no writer has claimed it yet
 *     bits 2 and 3   the policy
 *     bit 4          phase: flips when the waiting readers are admitted, all of them
 *     bit 5          open: the waiting readers may admit themselves
 *     bit 6          turn: flips when the gathered writers become the batch, all of them
 *     bits 7 to 18   how many writers are in the batch, whose members are served next
 *     bits 19 to 30  how many writers gather behind it
 *     bit 31         overtaken: readers waited when the batch was made
 *     bits 32 to 47  how many readers have the lock
 *     bits 48 to 63  how many readers wait
 *
 * Readers change the high half alone until they are admitted, so they do not disturb who is about
 * to sleep.
 *
 * Who makes the lock available to those that wait gives it away in the same read-modify-write.
 * Between any two of those:
 *     - if readers have the lock, it is not written;
 *     - if the lock is free, nobody waits;
 *     - if readers have the lock and others wait to read, a writer waits, or it is open;
 *     - granted implies written, and a writer in the batch;
 *     - open implies that a reader waits, that no writer does, and that readers have the lock;
 *     - overtaken implies that a reader waits.
 *
 * A waiting reader counts itself and remembers the phase. When the phase is another one, it was
 * moved to the readers that have the lock. The phase does not flip back before it looks: it flips
 * only when no reader has the lock, and this one has it. Therefore a last waiting writer that gives
 * up while readers have the lock does not flip it, but opens; a writer that comes closes again.
 *
 * A waiting writer counts itself among those that gather and remembers the turn. When the turn is
 * another one, it was moved to the batch. The turn does not flip back before it has left the batch:
 * it flips only at a grant that finds the batch empty. A grant is for any one of the batch, and
 * wakes one of those that sleep with the batch's bit of the two; the writer that clears `granted`
 * has the lock. It need not be the one that was woken, which then sleeps again, and stays in the
 * batch. One that comes after the grant is not in the batch: it takes nobody's turn, nor a wake, as
 * its bit is the other one. So a writer has at most the batch and those before it that gathered
 * with it to wait for.
 *
 * With writers first, a writer that leaves grants the lock to the batch, and when that is used up
 * makes another one; but it admits the readers if they were overtaken by that batch already. So a
 * reader waits for the rest of the batch that it meets, and one more.
 *
 * No wake-up is lost: a reader sleeps on the old phase and `open` clear, a writer on a low half
 * that has no grant for it. Who changes that changes the low half, and wakes after the change. A
 * waiter that gives up takes its own count back in a compare-exchange, which fails if the state
 * changed since it saw that it was given nothing; a writer that is granted the lock takes it even
 * when its time is over, so a wake is not lost with one that was woken and gives up.
 *
 * Nothing is touched after a release: what follows is a wake of the bare address, decided by what
 * that compare-exchange wrote. (The book's lock has a counter of wakes for writers in a second
 * word. It is changed after the release, when the next owner may have freed the lock already.)
 *
 * Acquire pairs with the releases of all earlier owners: every change of the word is a
 * read-modify-write, so each release heads a sequence that reaches to the value that was read. (A
 * reader that finds it open acquires again as it admits itself: the state may be another one that
 * looks the same, after a writer that downgraded.)
 * Giving up and being counted order nothing.
 */
#include "ordo/reader_writer_lock.h"

#include <errno.h>

#include "low_half.h"
#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"
#include "reader_writer_lock_word.h"

#define WRITTEN        UINT64_C(1)
#define GRANTED        UINT64_C(2)
#define POLICY         UINT64_C(12)
#define WRITERS_FIRST  UINT64_C(0)
#define READERS_FIRST  UINT64_C(4)
#define PHASE          UINT64_C(16)
#define OPEN           UINT64_C(32)
#define TURN           UINT64_C(64)
#define BATCHED        (UINT64_C(1) << 7)
#define GATHERED       (UINT64_C(1) << 19)
#define OVERTAKEN      (UINT64_C(1) << 31)
#define READER         (UINT64_C(1) << 32)
#define WAITING_READER (UINT64_C(1) << 48)

#define COUNTED_READERS ((UINT64_C(1) << 16) - 1) /* a field's range */
#define MAX_READERS     (COUNTED_READERS - 1)     /* that come; one more may, by a downgrade */
#define MAX_WRITERS     ((UINT64_C(1) << 12) - 1) /* that wait */

static uint64_t readers(uint64_t state)
{
    return state / READER & COUNTED_READERS;
}

static uint64_t waiting_readers(uint64_t state)
{
    return state / WAITING_READER;
}

static uint64_t batch(uint64_t state)
{
    return state / BATCHED & MAX_WRITERS;
}

static uint64_t gathered(uint64_t state)
{
    return state / GATHERED & MAX_WRITERS;
}

static uint64_t waiting_writers(uint64_t state)
{
    return batch(state) + gathered(state);
}

static bool readable(uint64_t state)
{
    return (state & WRITTEN) == 0
           && ((state & POLICY) == READERS_FIRST || waiting_writers(state) == 0);
}

static bool readers_full(uint64_t state)
{
    return readers(state) + waiting_readers(state) >= MAX_READERS;
}

static bool writable(uint64_t state)
{
    return (state & WRITTEN) == 0 && readers(state) == 0;
}

static bool change(ordo_atomic_u64 *word, uint64_t *seen, uint64_t next, enum ordo_order order)
{
    return ordo_compare_exchange_weak(word, seen, next, order, ordo_relaxed);
}

enum { reader_bit = 1 }; /* of the futex */

/* Of the writers that gathered in `turn`. */
static uint32_t writer_bit(uint64_t turn)
{
    return turn == 0 ? 2 : 4;
}

static int sleep_on(const ordo_atomic_u64 *word, uint64_t state, uint64_t deadline, uint32_t bit,
                    unsigned int flags)
{
    return ordo_futex_wait_bitset(low_half(word), (uint32_t)state, deadline, bit, flags);
}

/* ---- Giving the lock away -------------------------------------------------------------------- */

/* All that wait to read, have the lock. */
static uint64_t admit(uint64_t state)
{
    const uint64_t count = waiting_readers(state);

    return count == 0 ? state
                      : ((state & ~(OPEN | OVERTAKEN)) ^ PHASE) + count * READER
                            - count * WAITING_READER;
}

/* One of the batch has the lock; those that gathered are the batch if there is none. */
static uint64_t grant(uint64_t state)
{
    if (batch(state) == 0) {
        state = (state ^ TURN) + gathered(state) * BATCHED - gathered(state) * GATHERED;
        if (waiting_readers(state) != 0)
            state |= OVERTAKEN;
    }
    return state | WRITTEN | GRANTED;
}

/* Whether the readers are next when a writer leaves. */
static bool readers_turn(uint64_t state)
{
    return (state & POLICY) != WRITERS_FIRST || ((state & OVERTAKEN) != 0 && batch(state) == 0);
}

/* What a state that nobody has the lock in becomes. */
static uint64_t give(uint64_t state, bool to_readers)
{
    if (waiting_writers(state) == 0 || (to_readers && waiting_readers(state) != 0))
        return admit(state);
    return grant(state);
}

static void wake(const ordo_atomic_u64 *word, uint64_t before, uint64_t after, unsigned int flags)
{
    const uint64_t changed = before ^ after;

    if ((changed & PHASE) != 0 || (changed & after & OPEN) != 0)
        ordo_futex_wake_bitset(low_half(word), UINT32_MAX, reader_bit, flags);
    else if ((changed & after & GRANTED) != 0)
        ordo_futex_wake_bitset(low_half(word), 1, writer_bit(~after & TURN), flags);
}

/* ---- Readers --------------------------------------------------------------------------------- */

bool ordo_reader_writer_word_try_read_lock(ordo_atomic_u64 *word)
{
    uint64_t state = ordo_load(word, ordo_relaxed);

    while (readable(state) && !readers_full(state))
        if (change(word, &state, state + READER, ordo_acquire))
            return true;
    return false;
}

/* One waiting reader less. */
static uint64_t without_waiter(uint64_t state)
{
    state -= WAITING_READER;
    return waiting_readers(state) == 0 ? state & ~(OPEN | OVERTAKEN) : state;
}

__attribute__((cold, noinline)) static int wait_to_read(ordo_atomic_u64 *word, uint64_t deadline,
                                                        unsigned int flags)
{
    uint64_t state = ordo_load(word, ordo_relaxed);
    int error = 0;

    for (unsigned int turn = 0; turn < ordo_spin_limit && !readable(state); turn++) {
        ordo_spin_hint();
        state = ordo_load(word, ordo_relaxed);
    }
    for (;;) {
        if (readers_full(state))
            return EAGAIN;
        const bool now = readable(state);
        if (change(word, &state, state + (now ? READER : WAITING_READER), ordo_acquire)) {
            if (now)
                return 0;
            break;
        }
    }

    const uint64_t phase = state & PHASE;
    state = ordo_load(word, ordo_acquire);
    while ((state & PHASE) == phase) {
        if ((state & OPEN) != 0) {
            if (change(word, &state, without_waiter(state) + READER, ordo_acquire))
                return 0;
        } else if (error == ETIMEDOUT) {
            if (change(word, &state, without_waiter(state), ordo_relaxed))
                return ETIMEDOUT;
        } else {
            error = sleep_on(word, state, deadline, reader_bit, flags);
        }
        state = ordo_load(word, ordo_acquire);
    }
    return 0;
}

int ordo_reader_writer_word_read_lock_until(ordo_atomic_u64 *word, uint64_t deadline,
                                            unsigned int flags)
{
    return ordo_reader_writer_word_try_read_lock(word) ? 0 : wait_to_read(word, deadline, flags);
}

void ordo_reader_writer_word_read_lock(ordo_atomic_u64 *word, unsigned int flags)
{
    if (ordo_reader_writer_word_read_lock_until(word, ORDO_NEVER, flags) != 0)
        ordo_misuse("reader_writer_lock.c: too many readers");
}

void ordo_reader_writer_word_read_unlock(ordo_atomic_u64 *word, unsigned int flags)
{
    uint64_t state = ordo_load(word, ordo_relaxed);
    uint64_t next;

    do {
        if (readers(state) == 0)
            ordo_misuse("reader_writer_lock.c: unlock of a lock that is not read");
        next = state - READER;
        if (readers(next) == 0)
            next = give(next, false);
    } while (!change(word, &state, next, ordo_release)); /* pairs with the next writer's acquire */
    wake(word, state, next, flags);
}

/* ---- Writers --------------------------------------------------------------------------------- */

bool ordo_reader_writer_word_try_write_lock(ordo_atomic_u64 *word)
{
    uint64_t state = ordo_load(word, ordo_relaxed);

    while (writable(state))
        if (change(word, &state, state | WRITTEN, ordo_acquire))
            return true;
    return false;
}

__attribute__((cold, noinline)) static int wait_to_write(ordo_atomic_u64 *word, uint64_t deadline,
                                                         unsigned int flags)
{
    uint64_t state = ordo_load(word, ordo_relaxed);
    int error = 0;

    for (unsigned int turn = 0;
         turn < ordo_spin_limit && !writable(state) && waiting_writers(state) == 0; turn++) {
        ordo_spin_hint();
        state = ordo_load(word, ordo_relaxed);
    }
    for (;;) {
        if (waiting_writers(state) >= MAX_WRITERS)
            return EAGAIN;
        const bool now = writable(state);
        if (change(word, &state, now ? state | WRITTEN : (state & ~OPEN) + GATHERED,
                   ordo_acquire)) {
            if (now)
                return 0;
            break;
        }
    }

    const uint64_t turn = state & TURN;
    for (;;) {
        state = ordo_load(word, ordo_relaxed);
        const bool batched = (state & TURN) != turn;
        if (batched && (state & GRANTED) != 0) {
            if (change(word, &state, (state & ~GRANTED) - BATCHED, ordo_acquire))
                return 0;
        } else if (error == ETIMEDOUT) {
            uint64_t next = state - (batched ? BATCHED : GATHERED);
            /* Those that waited for this writer alone may read. */
            if (readable(next) && waiting_readers(next) != 0)
                next |= OPEN;
            if (change(word, &state, next, ordo_relaxed)) {
                wake(word, state, next, flags);
                return ETIMEDOUT;
            }
        } else {
            error = sleep_on(word, state, deadline, writer_bit(turn), flags);
        }
    }
}

int ordo_reader_writer_word_write_lock_until(ordo_atomic_u64 *word, uint64_t deadline,
                                             unsigned int flags)
{
    return ordo_reader_writer_word_try_write_lock(word) ? 0 : wait_to_write(word, deadline, flags);
}

void ordo_reader_writer_word_write_lock(ordo_atomic_u64 *word, unsigned int flags)
{
    if (ordo_reader_writer_word_write_lock_until(word, ORDO_NEVER, flags) != 0)
        ordo_misuse("reader_writer_lock.c: too many writers");
}

/* The writer's lock becomes that of `kept` readers, 0 or 1, and of those that it is given to. */
static void end_writing(ordo_atomic_u64 *word, uint64_t kept, unsigned int flags)
{
    uint64_t state = ordo_load(word, ordo_relaxed);
    uint64_t next;

    do {
        if ((state & (WRITTEN | GRANTED)) != WRITTEN)
            ordo_misuse("reader_writer_lock.c: unlock of a lock that is not written");
        next = state & ~WRITTEN;
        if (kept == 0)
            next = give(next, readers_turn(state));
        else if (readers_turn(state) || waiting_writers(next) == 0)
            next = admit(next);
        next += kept * READER;
    } while (!change(word, &state, next, ordo_release)); /* pairs with the next owner's acquire */
    wake(word, state, next, flags);
}

void ordo_reader_writer_word_write_unlock(ordo_atomic_u64 *word, unsigned int flags)
{
    end_writing(word, 0, flags);
}

void ordo_reader_writer_word_downgrade(ordo_atomic_u64 *word, unsigned int flags)
{
    end_writing(word, 1, flags);
}

bool ordo_reader_writer_word_try_upgrade(ordo_atomic_u64 *word)
{
    uint64_t state = ordo_load(word, ordo_relaxed);

    if (readers(state) == 0)
        ordo_misuse("reader_writer_lock.c: upgrade of a lock that is not read");
    while (readers(state) == 1)
        if (change(word, &state, ((state - READER) & ~OPEN) | WRITTEN, ordo_acquire))
            return true;
    return false;
}

void ordo_reader_writer_word_fork_child(ordo_atomic_u64 *word)
{
    ordo_store(word, ordo_load(word, ordo_relaxed) & POLICY, ordo_relaxed);
}

void ordo_reader_writer_word_init(ordo_atomic_u64 *word, enum ordo_reader_writer_policy policy)
{
    if ((unsigned int)policy > ordo_phase_fair)
        ordo_misuse("reader_writer_lock.c: no such policy");
    ordo_store(word, (uint64_t)policy << 2, ordo_relaxed);
}

/* ---- The lock of one process ----------------------------------------------------------------- */

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_init(ordo_reader_writer_lock *lock,
    enum ordo_reader_writer_policy policy)
{
    ordo_reader_writer_word_init(&lock->state, policy);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_read_lock(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_read_lock(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
bool ordo_reader_writer_lock_try_read_lock(ordo_reader_writer_lock *lock)
{
    return ordo_reader_writer_word_try_read_lock(&lock->state);
}

ORDO_NOT_ANALYSED
int ordo_reader_writer_lock_read_lock_until(ordo_reader_writer_lock *lock, uint64_t deadline)
{
    return ordo_reader_writer_word_read_lock_until(&lock->state, deadline, ordo_futex_private);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_read_unlock(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_read_unlock(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_write_lock(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_write_lock(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
bool ordo_reader_writer_lock_try_write_lock(ordo_reader_writer_lock *lock)
{
    return ordo_reader_writer_word_try_write_lock(&lock->state);
}

ORDO_NOT_ANALYSED
int ordo_reader_writer_lock_write_lock_until(ordo_reader_writer_lock *lock, uint64_t deadline)
{
    return ordo_reader_writer_word_write_lock_until(&lock->state, deadline, ordo_futex_private);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_write_unlock(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_write_unlock(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_downgrade(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_downgrade(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
bool ordo_reader_writer_lock_try_upgrade(ordo_reader_writer_lock *lock)
{
    return ordo_reader_writer_word_try_upgrade(&lock->state);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_fork_prepare(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_write_lock(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_fork_parent(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_write_unlock(&lock->state, ordo_futex_private);
}

ORDO_NOT_ANALYSED
void ordo_reader_writer_lock_fork_child(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_word_fork_child(&lock->state);
}
