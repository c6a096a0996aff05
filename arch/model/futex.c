/* futex.c: include/ordo/futex.h for the model checker. Each word has a hidden location, the queue
 * of its waiters, on which every wait that sleeps and every wake is a read-modify-write: their
 * order is the lock of the queue. The value of the queue is the waiters' tickets, one byte each,
 * those that came first in the lowest bytes. A private and a shared word at the same address have
 * two queues, as those who name it in different ways need not meet.
 *
 * wait: reads the word, relaxed; another value than expected ends it. Otherwise it puts its ticket
 * on the queue. As it does so inside the lock, the word cannot be a store which a call that had the
 * lock before knows to be overwritten (graph.c, word_is_stale). Then it waits for the store that
 * takes its ticket off, and reads that one. Nothing of this enters happens-before: returning from a
 * wait shows no more than the word's own loads do. The word may be one half of an atomic object of
 * 8 bytes: then the object is read, and the half compared.
 *
 * A wait that ends for another reason was never seen in the queue, so it is one that returns after
 * reading the word. (A wait that finds another value in the word is not ordered with earlier wakes
 * either: at worst one return too many, which every caller has to bear.)
 *
 * wake: never looks at the word, so it may name freed memory.
 *
 * Bits: they stand in the step that put the ticket on a queue. A waker that reads the ticket in a
 * store has that step among the store's causes, and as its thread's last one: the thread went on
 * only after a store that took the ticket off, which comes later. So the clock of the causes finds
 * the step, also when the ticket was moved on to another queue.
 *
 * requeue: Linux does it with both queues locked. Here it is a read-modify-write of the first,
 * which takes tickets off, and one of the second, which puts on those that move, at once (run.c).
 * That they are one step is an axiom: the order of causes stays acyclic when the two are taken for
 * one (graph.c, divides_requeue). What the algorithm of explore.c needs of it:
 *
 *   - A part of a consistent graph is consistent: the axiom only forbids, and says nothing of a
 *     requeue whose second half is not there.
 *   - The second half can always read the newest store. If it follows the first at once, nobody has
 *     read from the first. A revisit may keep a first half for what read from it, and delete the
 *     second; they are then joined again before anything else is added. Was the newest store of the
 *     second queue made after the first half, it was also after the second half, by the axiom in
 *     the graph before the revisit, and then the revisit, which keeps causes, kept the second half.
 *   - A waiter that was moved waits for a store that takes it off the second queue; in between, for
 *     the second half. So there is still exactly one store that it can read.
 *
 * What a queue's calls know reaches later calls on the same queue, not by way of a requeue those on
 * the other: futex.h promises no more. compare_requeue looks at the word as a wait does.
 *
 * wake_op: a release read-modify-write, then the two wakes. Linux has both queues locked meanwhile,
 * of which nobody can see more than that the change comes before the wakes.
 *
 * Not here: a moved waiter that gives up on its second queue; wait_any, which is ENOSYS.
 */
#include <errno.h>

#include "../../core/futex_operation.h"
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

/* Words are aligned, so the addresses in between are free for the shared ones. */
static uint16_t queue_of(const ordo_atomic_u32 *word, unsigned int flags)
{
    return memory_hidden_location((const char *)word + (flags & ordo_futex_shared));
}

/* ---- Queues ---------------------------------------------------------------------------------- */

static bool is_in(ordo_u128 queue, unsigned int ticket)
{
    for (; queue != 0; queue >>= 8)
        if ((uint8_t)queue == ticket)
            return true;
    return false;
}

/* The second queue after the first. */
static ordo_u128 append(ordo_u128 queue, ordo_u128 tickets)
{
    unsigned int place = 0;

    while ((queue >> (8 * place)) != 0)
        place++;
    return queue | tickets << (8 * place);
}

static uint32_t bits_of(unsigned int ticket, event_id store)
{
    const unsigned int thread = ticket - 1;
    return graph.events[graph.at[thread][graph.events[store].causes[thread]]].step.count;
}

/* What a call wants of a queue: `expected` of the step that takes the lock. */
struct demand {
    uint32_t wake, move, bits;
    bool stays; /* moves to the same queue */
};

static ordo_u128 pack(struct demand demand)
{
    return (ordo_u128)demand.wake | (ordo_u128)demand.move << 32 | (ordo_u128)demand.bits << 64
           | (ordo_u128)demand.stays << 96;
}

static struct demand unpack(ordo_u128 word)
{
    return (struct demand){(uint32_t)word, (uint32_t)(word >> 32), (uint32_t)(word >> 64),
                           (word >> 96) != 0};
}

/* What becomes of the tickets in `store`. */
struct split {
    ordo_u128 left, moved;
    uint32_t count; /* of those that are woken or moved */
};

static struct split split(event_id store, struct demand demand)
{
    struct split result = {0, 0, 0};

    for (ordo_u128 queue = graph.events[store].value; queue != 0; queue >>= 8) {
        const uint8_t ticket = (uint8_t)queue;
        if ((bits_of(ticket, store) & demand.bits) == 0) {
            result.left = append(result.left, ticket);
        } else if (demand.wake > 0) {
            demand.wake--;
            result.count++;
        } else if (demand.move > 0) {
            demand.move--;
            result.count++;
            if (demand.stays)
                result.left = append(result.left, ticket);
            else
                result.moved = append(result.moved, ticket);
        } else {
            result.left = append(result.left, ticket);
        }
    }
    return result;
}

/* The store that ends the part of a requeue whose first store is `first`; NONE: it is to come. */
static event_id second_half(event_id first)
{
    const struct event *const event = &graph.events[first];
    return event->index + 2u <= graph.length[event->thread]
               ? graph.at[event->thread][event->index + 2]
               : (event_id)NONE;
}

event_id futex_waker(unsigned int thread, uint16_t queue)
{
    const unsigned int ticket = thread + 1;
    unsigned int index = graph.length[thread];

    while (graph.events[graph.at[thread][index]].step.kind != EVENT_WRITE
           || graph.events[graph.at[thread][index]].step.location != queue)
        index--; /* back to where the thread put its ticket on the queue */
    event_id id = graph.at[thread][index];
    do {
        if (is_in(graph.events[id].step.expected, ticket)) /* taken off to be moved */
            id = second_half(id);
        else
            id = graph.events[id].mo_next;
    } while (id != NONE
             && (is_in(graph.events[id].value, ticket)
                 || is_in(graph.events[id].step.expected, ticket)));
    return id;
}

struct step futex_locked(const struct step *lock, event_id store, unsigned int thread)
{
    struct step step = queue_step(EVENT_WRITE, lock->location, "futex sleep", lock->site);

    if (lock->count != 0) { /* a wait, with these bits */
        step.count = lock->count;
        step.value = append(graph.events[store].value, thread + 1); /* its ticket; 0 is none */
    } else {
        const struct split parts = split(store, unpack(lock->expected));
        step.name = "futex wake";
        step.value = parts.left;
        step.expected = parts.moved;
    }
    return step;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

/* Reads the futex word; NONE: it is not `expected`. */
static event_id look(const ordo_atomic_u32 *word, uint32_t expected, const char *name,
                     const void *site)
{
    unsigned int shift;
    const uint16_t location = memory_word_location(word, &shift, site);
    const struct event *const seen = model_step(&(struct step){
        .kind = EVENT_READ, .order = ordo_relaxed, .location = location, .word = NONE,
        .size = (uint8_t)memory_size(location), .name = name, .site = site});

    return (uint32_t)(seen->value >> shift) == expected ? (event_id)(seen - graph.events)
                                                        : (event_id)NONE;
}

static int wait(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline, uint32_t bits,
                unsigned int flags, const void *site)
{
    const bool has_deadline = deadline != ORDO_NEVER;

    if (bits == 0)
        model_fail(model_misuse, site, "futex wait without bits");
    const uint16_t queue = queue_of(word, flags);
    const event_id word_read = look(word, expected, "futex wait", site);
    if (word_read == NONE)
        return EAGAIN;

    if (has_deadline && deadline <= ordo_clock_now())
        return ETIMEDOUT;
    if (model_take(CHOICE_SPURIOUS, 2, "spurious return", site) != 0)
        return 0;
    if (model_take(CHOICE_INTERRUPT, 2, "interrupt", site) != 0)
        return EINTR;
    if (has_deadline && model_take(CHOICE_TIMEOUT, 2, "timeout", site) != 0) {
        clock_pass(deadline);
        return ETIMEDOUT;
    }

    struct step step = queue_step(EVENT_READ, queue, "futex lock", site);
    step.word = word_read;
    step.count = bits;
    const event_id before = model_step(&step)->from;
    step = futex_locked(&step, before, model_current);
    model_step(&step);

    step = queue_step(EVENT_READ, queue, "futex sleep ends", site);
    step.rmw = RMW_NO;
    step.woken = true;
    step.count = has_deadline && model_bound(CHOICE_TIMEOUT) > 0; /* might end by itself */
    model_step(&step);
    return 0;
}

int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected)
{
    return wait(word, expected, ORDO_NEVER, ORDO_FUTEX_ANY, ordo_futex_private,
                __builtin_return_address(0));
}

int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline)
{
    return wait(word, expected, deadline, ORDO_FUTEX_ANY, ordo_futex_private,
                __builtin_return_address(0));
}

int ordo_futex_wait_bitset(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                           uint32_t bits, unsigned int flags)
{
    return wait(word, expected, deadline, bits, flags, __builtin_return_address(0));
}

int ordo_futex_wait_any(const struct ordo_futex_waiter *waiters, unsigned int count,
                        uint64_t deadline, unsigned int flags, unsigned int *which)
{
    (void)waiters, (void)count, (void)deadline, (void)flags, (void)which;
    return ENOSYS;
}

/* ---- Waking and moving ----------------------------------------------------------------------- */

/* `word_read` is NONE if the call does not look at the word. */
static uint32_t serve(uint16_t from, struct demand demand, uint16_t to, event_id word_read,
                      const void *site)
{
    struct step step = queue_step(EVENT_READ, from, "futex lock", site);

    demand.stays = from == to;
    step.word = word_read;
    step.expected = pack(demand);
    const event_id before = model_step(&step)->from;
    const struct split parts = split(before, demand);
    step = futex_locked(&step, before, model_current);
    model_step(&step);
    if (parts.moved != 0) {
        step = queue_step(EVENT_READ, to, "futex requeue", site);
        step.at_once = true;
        const ordo_u128 waiters = model_step(&step)->value;
        step = queue_step(EVENT_WRITE, to, "futex requeue", site);
        step.at_once = true;
        step.value = append(waiters, parts.moved);
        model_step(&step);
    }
    return parts.count;
}

static uint32_t wake(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                     unsigned int flags, const void *site)
{
    const uint16_t queue = queue_of(word, flags);

    if (bits == 0)
        model_fail(model_misuse, site, "futex wake without bits");
    return serve(queue, (struct demand){.wake = count, .bits = bits}, queue, NONE, site);
}

uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count)
{
    return wake(word, count, ORDO_FUTEX_ANY, ordo_futex_private, __builtin_return_address(0));
}

uint32_t ordo_futex_wake_bitset(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                                unsigned int flags)
{
    return wake(word, count, bits, flags, __builtin_return_address(0));
}

uint32_t ordo_futex_requeue(const ordo_atomic_u32 *from, uint32_t wake, const ordo_atomic_u32 *to,
                            uint32_t move, unsigned int flags)
{
    return serve(queue_of(from, flags),
                 (struct demand){.wake = wake, .move = move, .bits = ORDO_FUTEX_ANY},
                 queue_of(to, flags), NONE, __builtin_return_address(0));
}

int ordo_futex_compare_requeue(const ordo_atomic_u32 *from, uint32_t expected, uint32_t wake,
                               const ordo_atomic_u32 *to, uint32_t move, unsigned int flags,
                               uint32_t *count)
{
    const void *const site = __builtin_return_address(0);
    const uint16_t first = queue_of(from, flags), second = queue_of(to, flags);
    const event_id word_read = look(from, expected, "futex compare", site);

    if (word_read == NONE)
        return EAGAIN;
    const uint32_t served =
        serve(first, (struct demand){.wake = wake, .move = move, .bits = ORDO_FUTEX_ANY}, second,
              word_read, site);
    if (count != NULL) {
        memory_access(count, sizeof *count, true, site);
        *count = served;
    }
    return 0;
}

/* ---- Changing a word and waking -------------------------------------------------------------- */

uint32_t ordo_futex_wake_op(const ordo_atomic_u32 *first, uint32_t wake_first,
                            ordo_atomic_u32 *second, uint32_t wake_second, uint32_t operation,
                            unsigned int flags)
{
    const void *const site = __builtin_return_address(0);
    struct step step = {.kind = EVENT_READ, .order = ordo_release, .rmw = RMW_ALWAYS,
                        .location = memory_location(second, sizeof second->plain, site),
                        .word = NONE, .size = sizeof second->plain, .name = "futex wake_op",
                        .site = site};
    const uint32_t before = (uint32_t)model_step(&step)->value;

    step.kind = EVENT_WRITE;
    step.value = futex_operation_change(before, operation);
    model_step(&step);
    /* Linux takes a count of 0 for 1. */
    uint32_t woken = wake(first, wake_first > 0 ? wake_first : 1, ORDO_FUTEX_ANY, flags, site);
    if (futex_operation_compares(before, operation))
        woken += wake(second, wake_second > 0 ? wake_second : 1, ORDO_FUTEX_ANY, flags, site);
    return woken;
}
