/* parking_lot.c: see parking_lot.h.
 *
 * A key's bucket is found by a hash of the key. A bucket has a lock and a list of nodes, of all the
 * keys that share it, in the order in which they came. A node is on the stack of its thread:
 *
 *     queued      in the list of the bucket of its key; its thread sleeps, or is about to
 *     taken       by an unparker, which took it out and will wake its thread
 *     given up    taken out by its own thread, whose deadline has passed
 *
 * Each of these steps is made with the bucket locked, so a thread is either taken or gives up. A
 * thread whose deadline has passed and that finds itself taken waits for the wake, which is under
 * way: so its unpark is not lost, and its node not left while somebody has it.
 *
 * No wake-up is lost. `validate` and the entry into the list are made with the bucket locked, as
 * are the callbacks of an unpark and its look at the list. The two that meet are one before the
 * other. If the unpark comes first, validate sees what the unparker did before it, by the lock. If
 * the park comes first, the unparker finds its node. (Who skips the unpark because no bit says that
 * somebody is parked has to see to it that the bit is set before, and looked at by validate.)
 *
 * A requeue locks both buckets, that at the lower address first, as all do, so no two of them
 * wait for each other. It changes the key of the node. A thread that gives up does not know the
 * bucket that it is in: it reads the key, locks that key's bucket, and looks at the key again,
 * which does not change while the bucket is locked that it names. The key is atomic for that one
 * look; it is only a number, so relaxed is enough.
 *
 * Nodes are woken after the buckets are unlocked, and `next` is read before the wake: the wake is
 * the last use of a node, whose thread may be gone by the time it returns.
 *
 * The time of fairness is in the bucket, and drawn at random from half a millisecond to one, lest
 * it keep step with what the program does.
 *
 * The table is never freed, and there is one (unique_table.h). In the child of a fork it is made
 * new: the nodes there are those of threads that do not exist, and a lock may have been held by
 * one.
 */
#include "ordo/parking_lot.h"

#include <errno.h>
#include <string.h>

#include "at_fork.h"
#include "bucket_lock.h"
#include "ordo/atomic.h"
#include "ordo/misuse.h"
#include "parker.h"
#include "unique_table.h"

struct node {
    struct node *next;
    ordo_atomic_ptr key; /* changes only with its bucket locked */
    const struct ordo_parking *parking;
    uintptr_t token; /* of the unparker */
    bool queued;
    struct parker parker;
};

struct list {
    struct node *first, *last; /* NULL, NULL: empty */
};

extern struct bucket {
    struct bucket_lock lock;
    struct list list;
    uint64_t fair_at; /* on ordo_clock_now */
    uint32_t random;
    char line[28]; /* each in a cache line of its own */
} ordo_parking_lot_table[unique_table_places];

UNIQUE_TABLE(ordo_parking_lot_table);

static void forget_all(void)
{
    memset(ordo_parking_lot_table, 0, sizeof ordo_parking_lot_table);
}

/* Before constructors of default priority, which may use threads. */
__attribute__((constructor(101))) static void prepare(void)
{
    if (!ordo_at_fork_in_child(forget_all))
        ordo_misuse("parking_lot.c: no fork handler to be had");
}

/* ---- Buckets --------------------------------------------------------------------------------- */

static struct bucket *bucket_of(const void *key)
{
    return &ordo_parking_lot_table[unique_table_index(key)];
}

static bool has_key(const struct node *node, const void *key)
{
    return ordo_load(&node->key, ordo_relaxed) == key;
}

/* Locks the bucket that a node is in, or was in when it was taken. */
static struct bucket *lock_bucket_of(const struct node *node)
{
    for (;;) {
        const void *const key = ordo_load(&node->key, ordo_relaxed);
        struct bucket *const bucket = bucket_of(key);

        ordo_bucket_lock_lock(&bucket->lock);
        if (has_key(node, key))
            return bucket;
        ordo_bucket_lock_unlock(&bucket->lock); /* it was moved */
    }
}

static void append(struct list *list, struct node *node)
{
    node->next = NULL;
    if (list->last != NULL)
        list->last->next = node;
    else
        list->first = node;
    list->last = node;
}

/* `before` is the one before it, NULL if it is the first. */
static void take_out(struct list *list, struct node *before, struct node *node)
{
    if (before != NULL)
        before->next = node->next;
    else
        list->first = node->next;
    if (list->last == node)
        list->last = before;
}

/* ---- Parking --------------------------------------------------------------------------------- */

/* Leaves the queue, unless an unparker was faster. */
static bool give_up(struct node *self)
{
    const struct ordo_parking *const parking = self->parking;
    struct bucket *const bucket = lock_bucket_of(self);
    const bool was_queued = self->queued;

    if (was_queued) {
        const void *const key = ordo_load(&self->key, ordo_relaxed);
        struct node *before = NULL;
        bool was_last = true;

        for (struct node *node = bucket->list.first, *last = NULL; node != NULL;
             last = node, node = node->next) {
            if (node == self)
                before = last;
            else if (has_key(node, key))
                was_last = false;
        }
        take_out(&bucket->list, before, self);
        if (parking->timed_out != NULL)
            parking->timed_out(parking->context, key, was_last);
    }
    ordo_bucket_lock_unlock(&bucket->lock);
    return was_queued;
}

int ordo_parking_lot_park(const void *key, const struct ordo_parking *parking, uint64_t deadline,
                          uintptr_t *token)
{
    struct node self = {.parking = parking, .queued = true};
    struct bucket *const bucket = bucket_of(key);

    ordo_store(&self.key, (void *)(uintptr_t)key, ordo_relaxed);
    ordo_bucket_lock_lock(&bucket->lock);
    if (parking->validate != NULL && !parking->validate(parking->context)) {
        ordo_bucket_lock_unlock(&bucket->lock);
        return EAGAIN;
    }
    append(&bucket->list, &self);
    ordo_bucket_lock_unlock(&bucket->lock);
    if (parking->before_sleep != NULL)
        parking->before_sleep(parking->context);
    if (!ordo_parker_wait(&self.parker, deadline, parking->flags)) {
        if (give_up(&self))
            return ETIMEDOUT;
        ordo_parker_wait(&self.parker, ORDO_NEVER, 0);
    }
    if (token != NULL)
        *token = self.token;
    return 0;
}

/* ---- Unparking ------------------------------------------------------------------------------- */

static bool is_time_to_be_fair(struct bucket *bucket)
{
    enum { half = 500000 }; /* ns */
    const uint64_t now = ordo_clock_now();

    if (now < bucket->fair_at)
        return false;
    /* Knuth's linear congruence, of which the upper bits are the random ones. */
    bucket->random = bucket->random * 1664525 + 1013904223;
    bucket->fair_at = now + half + ((uint64_t)bucket->random * half >> 32);
    return true;
}

/* With the buckets locked: takes out those that are chosen, and makes a list of those that are to
 * be woken. */
static struct ordo_unparked take(struct bucket *from, const void *from_key, struct bucket *to,
                                 const void *to_key, const struct ordo_unparking *unparking,
                                 struct list *woken)
{
    struct ordo_unparked result = {0};
    uintptr_t token = 0;

    if (unparking->validate != NULL && !unparking->validate(unparking->context))
        return result;

    for (struct node *node = from->list.first, *before = NULL, *next; node != NULL; node = next) {
        enum ordo_parking_choice choice = ordo_parking_wake;

        next = node->next;
        if (!has_key(node, from_key)) {
            before = node;
            continue;
        }
        if (unparking->choose != NULL)
            choice = unparking->choose(unparking->context, node->parking->token);
        if (choice == ordo_parking_wake) {
            take_out(&from->list, before, node);
            node->queued = false;
            append(woken, node);
            result.woken++;
        } else if (choice == ordo_parking_move && to_key != from_key) {
            take_out(&from->list, before, node);
            ordo_store(&node->key, (void *)(uintptr_t)to_key, ordo_relaxed);
            append(&to->list, node);
            result.moved++;
        } else {
            before = node;
            result.have_more = true;
            if (choice == ordo_parking_move)
                result.moved++;
            else if (choice == ordo_parking_stop)
                break;
        }
    }
    result.is_fair = result.woken != 0 && is_time_to_be_fair(from);
    if (unparking->finish != NULL)
        token = unparking->finish(unparking->context, &result);
    for (struct node *node = woken->first; node != NULL; node = node->next)
        node->token = token;
    return result;
}

/* Their threads end meanwhile, and the nodes with them. */
static void wake_all(const struct list *woken)
{
    for (struct node *node = woken->first, *next; node != NULL; node = next) {
        next = node->next;
        ordo_parker_wake(&node->parker);
    }
}

struct ordo_unparked ordo_parking_lot_requeue(const void *from, const void *to,
                                              const struct ordo_unparking *unparking)
{
    struct bucket *const source = bucket_of(from), *const target = bucket_of(to);
    struct bucket *const lower = source < target ? source : target;
    struct bucket *const upper = source < target ? target : source;
    struct list woken = {NULL, NULL};

    ordo_bucket_lock_lock(&lower->lock);
    if (upper != lower)
        ordo_bucket_lock_lock(&upper->lock);
    const struct ordo_unparked result = take(source, from, target, to, unparking, &woken);
    if (upper != lower)
        ordo_bucket_lock_unlock(&upper->lock);
    ordo_bucket_lock_unlock(&lower->lock);
    wake_all(&woken);
    return result;
}

struct ordo_unparked ordo_parking_lot_unpark(const void *key,
                                             const struct ordo_unparking *unparking)
{
    return ordo_parking_lot_requeue(key, key, unparking);
}

/* ---- One, or all ----------------------------------------------------------------------------- */

struct one {
    bool has_been;
    uintptr_t (*finish)(void *context, const struct ordo_unparked *unparked);
    void *context;
};

static enum ordo_parking_choice choose_one(void *context, uintptr_t token)
{
    struct one *const one = context;
    const bool has_been = one->has_been;

    (void)token;
    one->has_been = true;
    return has_been ? ordo_parking_stop : ordo_parking_wake;
}

static uintptr_t finish_one(void *context, const struct ordo_unparked *unparked)
{
    const struct one *const one = context;

    return one->finish != NULL ? one->finish(one->context, unparked) : 0;
}

struct ordo_unparked
ordo_parking_lot_unpark_one(const void *key,
                            uintptr_t (*finish)(void *context,
                                                const struct ordo_unparked *unparked),
                            void *context)
{
    struct one one = {.finish = finish, .context = context};

    return ordo_parking_lot_unpark(key, &(struct ordo_unparking){.choose = choose_one,
                                                                 .finish = finish_one,
                                                                 .context = &one});
}

static uintptr_t give_token(void *token, const struct ordo_unparked *unparked)
{
    (void)unparked;
    return *(const uintptr_t *)token;
}

size_t ordo_parking_lot_unpark_all(const void *key, uintptr_t token)
{
    return ordo_parking_lot_unpark(key, &(struct ordo_unparking){.finish = give_token,
                                                                 .context = &token})
        .woken;
}
