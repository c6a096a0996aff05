/* select.c: see select.h. Every wait of a channel is a select, most of one case.
 *
 * First each case is tried, in an order drawn by lot. If none can be done, the thread joins the
 * line of each, all with one word, and sleeps on it until it is signalled for one of them; but if a
 * case turns out to be ready as it joins, it gives up, leaves the lines and tries again. No wake-up
 * is lost: the looking as it joins is one half of the pair in waiters.h, and what makes a case
 * ready the other. None is stolen: the word changes once, so the thread is signalled for one case
 * or has given up, and who wants to signal it for another case, or later, takes the next in the
 * line. The case that it was signalled for is tried first; if that finds nothing, there is nothing
 * that another thread would have to be woken for. (That it may not have been the first in its line
 * that was ready is the affair of those who make it ready: see channel_ring.c.)
 *
 * A rendezvous is different: the signal says that the message has been handed over.
 */
#include "ordo/select.h"

#include <errno.h>

#include "channel_parts.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

static struct channel *channel_of(const struct ordo_select_case *one)
{
    return (struct channel *)(one->sender != NULL ? (void *)one->sender : (void *)one->receiver);
}

static enum side side_of(const struct ordo_select_case *one)
{
    return one->sender != NULL ? sending : receiving;
}

/* ---- Trying ---------------------------------------------------------------------------------- */

/* splitmix64 (Steele, Lea, Flood 2014). Two threads may draw the same numbers: no harm done. */
static uint64_t draw(void)
{
    static ordo_atomic_u64 state;
    uint64_t word = ordo_load(&state, ordo_relaxed) + 0x9e3779b97f4a7c15;

    ordo_store(&state, word, ordo_relaxed);
    word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
    word = (word ^ word >> 27) * 0x94d049bb133111eb;
    return word ^ word >> 31;
}

/* Draws the order of trying: each is as likely (Durstenfeld's shuffle, 1964). */
static void shuffle(struct ordo_select_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t other = i == 0 ? 0 : draw() % (i + 1);

        cases[i].order = cases[other].order;
        cases[other].order = (uint32_t)i;
    }
}

/* Whether the case was done. */
static bool try_case(struct ordo_select_case *one, bool waits)
{
    size_t moved;

    one->error = ordo_channel_try(channel_of(one), side_of(one), one->message, 1, &moved, waits);
    return one->error != EAGAIN && one->error != EBUSY;
}

static size_t try_cases(struct ordo_select_case *cases, size_t count, bool waits)
{
    bool is_busy = false;

    for (size_t i = 0; i < count; i++) {
        const uint32_t chosen = cases[i].order;

        if (try_case(&cases[chosen], waits))
            return chosen;
        is_busy = is_busy || cases[chosen].error == EBUSY;
    }
    return is_busy ? ORDO_SELECT_BUSY : ORDO_SELECT_NONE;
}

static void prepare(struct ordo_select_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((cases[i].sender == NULL) == (cases[i].receiver == NULL))
            ordo_misuse("select.c: a case with both handles or none");
    shuffle(cases, count);
}

size_t ordo_try_select(struct ordo_select_case *cases, size_t count)
{
    prepare(cases, count);
    return try_cases(cases, count, false);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

/* Joins the lines until a case turns out to be ready; returns how many it has joined. */
static size_t join(struct ordo_select_case *cases, size_t count, ordo_atomic_u32 *word,
                   bool *is_ready)
{
    size_t joined = 0;

    for (*is_ready = false; joined < count && !*is_ready; joined++) {
        struct ordo_select_case *const one = &cases[joined];

        one->waiter = (struct ordo_waiter){
            .word = word, .message = one->message, .signal = waiter_signal + (uint32_t)joined};
        *is_ready = !ordo_channel_join(channel_of(one), side_of(one), &one->waiter);
    }
    return joined;
}

/* Sleeps until it is signalled for a case, whose index it returns; ORDO_SELECT_BUSY if one was
 * ready before it slept, ORDO_SELECT_NONE after the deadline. */
static size_t sleep_until(struct ordo_select_case *cases, size_t count, uint64_t deadline)
{
    ordo_atomic_u32 word = ORDO_ATOMIC_INIT(waiter_waiting);
    bool is_ready;
    const size_t joined = join(cases, count, &word, &is_ready);
    const uint32_t signal = is_ready && ordo_waiter_give_up(&word) ? waiter_gave_up
                                                              : ordo_waiter_wait(&word, deadline);

    for (size_t i = 0; i < joined; i++)
        ordo_waiters_leave(&channel_of(&cases[i])->waiters, side_of(&cases[i]), &cases[i].waiter);
    return signal >= waiter_signal ? signal - waiter_signal
           : is_ready              ? ORDO_SELECT_BUSY
                                   : ORDO_SELECT_NONE;
}

size_t ordo_select_until(struct ordo_select_case *cases, size_t count, uint64_t deadline)
{
    prepare(cases, count);
    for (unsigned int turn = 0;; turn++) {
        size_t chosen = try_cases(cases, count, true);

        if (chosen != ORDO_SELECT_NONE)
            return chosen;
        if (turn < ordo_spin_limit) {
            ordo_spin_hint();
            continue;
        }
        chosen = sleep_until(cases, count, deadline);
        if (chosen == ORDO_SELECT_NONE)
            return ORDO_SELECT_NONE;
        if (chosen == ORDO_SELECT_BUSY)
            continue;
        if (cases[chosen].waiter.done) {
            cases[chosen].error = 0;
            return chosen;
        }
        if (try_case(&cases[chosen], true))
            return chosen;
    }
}

size_t ordo_select(struct ordo_select_case *cases, size_t count)
{
    return ordo_select_until(cases, count, ORDO_NEVER);
}

__attribute__((cold, noinline)) int ordo_channel_wait(struct channel *channel, enum side side,
                                                      void *message, uint64_t deadline)
{
    struct ordo_select_case one = {.message = message};

    if (side == sending)
        one.sender = (ordo_channel_sender *)(void *)channel;
    else
        one.receiver = (ordo_channel_receiver *)(void *)channel;
    return ordo_select_until(&one, 1, deadline) == ORDO_SELECT_NONE ? ETIMEDOUT : one.error;
}
