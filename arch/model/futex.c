/* futex.c: include/ordo/futex.h for the model checker. Each address has a hidden location, the
 * queue of its waiters, on which every wait that sleeps and every wake is a read-modify-write:
 * their order is the lock of the queue. The value of the queue is the waiters' tickets, one byte
 * each, those that came first in the lowest bytes.
 *
 * wait: reads the word, relaxed; another value than expected ends it. Otherwise it puts its ticket
 * on the queue. As it does so inside the lock, the word cannot be a store which a call that had the
 * lock before knows to be overwritten (graph.c, word_is_stale). Then it waits for the store that
 * takes its ticket off, and reads that one. Nothing of this enters happens-before: returning from a
 * wait shows no more than the word's own loads do.
 *
 * A wait that ends for another reason was never seen in the queue, so it is one that returns after
 * reading the word. (A wait that finds another value in the word is not ordered with earlier wakes
 * either: at worst one return too many, which every caller has to bear.)
 *
 * wake: never looks at the word, so it may name freed memory.
 */
#include <errno.h>

#include "engine.h"
#include "ordo/clock.h"
#include "ordo/futex.h"

static struct step queue_step(enum event_kind kind, uint16_t queue, const char *name,
                              const void *site)
{
    return (struct step){.kind = (uint8_t)kind, .order = ordo_relaxed, .rmw = RMW_ALWAYS,
                         .hidden = true, .size = 16, .location = queue, .word = NONE,
                         .name = name, .site = site};
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static bool is_in(ordo_u128 queue, unsigned int ticket)
{
    for (; queue != 0; queue >>= 8)
        if ((uint8_t)queue == ticket)
            return true;
    return false;
}

static ordo_u128 append(ordo_u128 queue, unsigned int ticket)
{
    unsigned int place = 0;

    while ((queue >> (8 * place)) != 0)
        place++;
    return queue | (ordo_u128)ticket << (8 * place);
}

event_id futex_waker(unsigned int thread, uint16_t queue)
{
    unsigned int index = graph.length[thread];

    while (graph.events[graph.at[thread][index]].step.kind != EVENT_WRITE
           || graph.events[graph.at[thread][index]].step.location != queue)
        index--; /* back to where the thread put its ticket on the queue */
    event_id id = graph.events[graph.at[thread][index]].mo_next;
    while (id != NONE && is_in(graph.events[id].value, thread + 1))
        id = graph.events[id].mo_next;
    return id;
}

struct step futex_sleep(const struct step *lock, ordo_u128 waiters, unsigned int thread)
{
    struct step step = queue_step(EVENT_WRITE, lock->location, "futex sleep", lock->site);
    step.value = append(waiters, thread + 1); /* its ticket; 0 is none */
    return step;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static int wait(const ordo_atomic_u32 *word, uint32_t expected, const uint64_t *deadline,
                const void *site)
{
    const uint16_t location = memory_location(word, sizeof word->plain, site);
    const uint16_t queue = memory_hidden_location(word);

    const struct event *const seen = model_step(&(struct step){
        .kind = EVENT_READ, .order = ordo_relaxed, .location = location, .word = NONE,
        .size = sizeof word->plain, .name = "futex wait", .site = site});
    if (seen->value != expected)
        return EAGAIN;
    const event_id word_read = (event_id)(seen - graph.events);

    if (deadline != NULL && *deadline <= ordo_clock_now())
        return ETIMEDOUT;
    if (model_take(CHOICE_SPURIOUS, 2, "spurious return", site) != 0)
        return 0;
    if (model_take(CHOICE_INTERRUPT, 2, "interrupt", site) != 0)
        return EINTR;
    if (deadline != NULL && model_take(CHOICE_TIMEOUT, 2, "timeout", site) != 0) {
        clock_pass(*deadline);
        return ETIMEDOUT;
    }

    struct step step = queue_step(EVENT_READ, queue, "futex lock", site);
    step.word = word_read;
    const ordo_u128 waiters = model_step(&step)->value;
    step = futex_sleep(&step, waiters, model_current);
    model_step(&step);

    step = queue_step(EVENT_READ, queue, "futex sleep ends", site);
    step.rmw = RMW_NO;
    step.woken = true;
    step.count = deadline != NULL && model_bound(CHOICE_TIMEOUT) > 0; /* might end by itself */
    model_step(&step);
    return 0;
}

int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected)
{
    return wait(word, expected, NULL, __builtin_return_address(0));
}

int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline)
{
    return wait(word, expected, deadline == ORDO_NEVER ? NULL : &deadline,
                __builtin_return_address(0));
}

uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count)
{
    const void *const site = __builtin_return_address(0);
    const uint16_t queue = memory_hidden_location(word);
    struct step step = queue_step(EVENT_READ, queue, "futex lock", site);
    ordo_u128 waiters = model_step(&step)->value;
    uint32_t woken = 0;

    for (; woken < count && waiters != 0; woken++)
        waiters >>= 8;
    step = queue_step(EVENT_WRITE, queue, "futex wake", site);
    step.value = waiters;
    model_step(&step);
    return woken;
}
