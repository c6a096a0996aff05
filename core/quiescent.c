/* quiescent.c: see quiescent.h, and reclamation.c for the records.
 *
 * The domain has an epoch, which only grows; 64 bits do not come around. Each record says what its
 * owner may hold:
 *
 *     since     0         offline: it holds nothing
 *               n + 1     online: it holds nothing that was unlinked before the epoch became n
 *
 * The two kinds of participants differ in when they store it. One comes online when it registers,
 * and stores the new epoch whenever it announces; for sections it does nothing. The epoch form
 * comes online at the start of its outermost section and goes offline at its end. Everything else
 * is the same for both.
 *
 * Who waits for readers makes the epoch n, does a heavy fence, and then waits until each record has
 * been seen offline or with n + 1 or more. After that no reader holds what had been unlinked before
 * the epoch became n:
 *
 *     it was seen offline, and comes online later, or has without that being seen: its store of
 *         `since`, light fence and reading are one side of a Dekker pair, our unlinking, heavy
 *         fence and load of `since` the other. We have missed its store, so it does not miss our
 *         unlinking.
 *     it was seen with n + 1 or more: it had loaded the epoch n, or a later one, with acquire, so
 *         that the unlinking, which comes before the change of the epoch to n (a release), happens
 *         before all that it reads from then on.
 *     what it had read before: it stored 0 or the new epoch after that, with release, and we have
 *         seen that store, or a later one of its, with acquire.
 *
 * An announcement needs no fence for that, as a store that is seen late only makes us wait. In
 * every case the load of `since` may be made again and again after one heavy fence.
 *
 * Retired nodes are in two lists of a record: `newest`, and `waiting` for a grace period that has
 * begun, since the epoch `target`. When 64 nodes have come to the first one, and the readers of the
 * second one are gone, the second is destroyed, and the first takes its place. With readers that
 * stay, the first grows, and is looked at again after 64 nodes more.
 *
 * Sleeping. One thread at a time waits for readers, as it has a mutex; it sleeps on `sleeper`:
 *
 *     0    nobody waits, or somebody has been told to look again
 *     1    somebody is about to sleep
 *
 * It stores 1, does a heavy fence, looks at the records, and sleeps if it has to, while the word is
 * 1. A reader that stores `since` does a light fence then, and looks at the word: the second Dekker
 * pair. Either the one sees the new `since`, or the other the 1, which it makes 0, and wakes. The
 * waiter then looks again. It is alone, so a 1 that a reader makes 0 is never another's. Before it
 * waits, for the mutex too, it has gone offline, so that two of them do not wait for each other.
 */
#include "ordo/quiescent.h"

#include <errno.h>

#include "ordo/futex.h"
#include "ordo/membarrier.h"
#include "reclamation_record.h"

enum { batch = 64 };

struct quiescent_record {
    _Alignas(64) struct record record; /* no line is two threads' */
    ordo_atomic_u64 since;
    ordo_atomic_u64 thread; /* 0: nobody's */
    bool comes_back;        /* online, after its thread has waited for readers */
    ordo_retired *waiting;
    uint64_t target;
};

static struct quiescent_record *of_record(struct record *record)
{
    return (struct quiescent_record *)record;
}

static struct quiescent_record *of_participant(ordo_participant *participant)
{
    return (struct quiescent_record *)participant;
}

static ordo_quiescent_domain *domain_of(const struct quiescent_record *self)
{
    return self->record.domain;
}

static struct record *first_of(const ordo_quiescent_domain *domain)
{
    return record_first(&domain->participants);
}

/* ---- What a reader says ---------------------------------------------------------------------- */

__attribute__((cold, noinline)) static void wake_sleeper(ordo_quiescent_domain *domain)
{
    if (ordo_exchange(&domain->sleeper, 0, ordo_relaxed) != 0)
        ordo_futex_wake(&domain->sleeper, 1);
}

static void say(struct quiescent_record *self, uint64_t since)
{
    /* Release: pairs with the acquire in are_gone: what was read until now. */
    ordo_store(&self->since, since, ordo_release);
    ordo_fence_light(); /* pairs with the heavy fences in begin_grace and sleep_once */
}

static uint64_t now(const struct quiescent_record *self)
{
    /* Acquire: pairs with the release in begin_grace. */
    return ordo_load(&domain_of(self)->epoch, ordo_acquire) + 1;
}

static bool is_online(const struct quiescent_record *self)
{
    return ordo_load(&self->since, ordo_relaxed) != 0;
}

static void come_online(struct quiescent_record *self)
{
    say(self, now(self));
}

/* Says something that another thread may wait for. */
static void say_loudly(struct quiescent_record *self, uint64_t since)
{
    say(self, since);
    if (ordo_load(&domain_of(self)->sleeper, ordo_relaxed) != 0)
        wake_sleeper(domain_of(self));
}

/* ---- Grace periods --------------------------------------------------------------------------- */

/* Returns what are_gone wants to know; what was unlinked before is what it is about. */
static uint64_t begin_grace(ordo_quiescent_domain *domain)
{
    /* Release: pairs with the acquire in now. */
    const uint64_t target = ordo_fetch_add(&domain->epoch, 1, ordo_release) + 2;

    ordo_fence_heavy(); /* pairs with the light fence in say */
    return target;
}

static bool are_gone(const ordo_quiescent_domain *domain, uint64_t target)
{
    for (struct record *each = first_of(domain); each != NULL; each = each->next) {
        /* Acquire: pairs with the release in say. */
        const uint64_t since = ordo_load(&of_record(each)->since, ordo_acquire);

        if (since != 0 && since < target)
            return false;
    }
    return true;
}

/* ---- Retiring -------------------------------------------------------------------------------- */

/* `newest`, and what was posted, have to wait from now on. */
static void begin_to_wait(struct quiescent_record *self)
{
    ordo_quiescent_domain *const domain = domain_of(self);
    ordo_retired *posted = NULL, *node;

    if (ordo_load(&domain->posted, ordo_relaxed) != NULL)
        /* Acquire: pairs with the release in call_later. */
        posted = ordo_exchange(&domain->posted, NULL, ordo_acquire);
    self->waiting = self->record.newest;
    self->record.newest = NULL;
    self->record.retired = 0;
    while ((node = retired_pop(&posted)) != NULL)
        retired_push(&self->waiting, node);
    if (self->waiting != NULL)
        self->target = begin_grace(domain);
}

static void destroy_if_gone(struct quiescent_record *self)
{
    if (self->waiting != NULL && are_gone(domain_of(self), self->target))
        retired_destroy(&self->waiting);
}

/* What destroy functions retire does not come here again. */
static void advance(struct record *record)
{
    struct quiescent_record *const self = of_record(record);

    if (!record_begin_destroying(record))
        return;
    destroy_if_gone(self);
    if (self->waiting == NULL) {
        begin_to_wait(self);
        destroy_if_gone(self);
    }
    record_end_destroying(record);
}

static void retire(ordo_participant *participant, ordo_retired *node)
{
    struct quiescent_record *const self = of_participant(participant);

    retired_push(&self->record.newest, node);
    if (++self->record.retired % batch == 0)
        advance(&self->record);
}

static void reclaim(ordo_participant *participant)
{
    struct quiescent_record *const self = of_participant(participant);

    advance(&self->record);
    ordo_record_reclaim_unused(&domain_of(self)->participants, advance);
}

void ordo_quiescent_call_later(ordo_quiescent_domain *domain, ordo_retired *node,
                               void (*function)(ordo_retired *node, void *context), void *context)
{
    void *head = ordo_load(&domain->posted, ordo_relaxed);

    node->destroy = function;
    node->context = context;
    do
        node->next = head;
    /* Release: pairs with the acquire in begin_to_wait. */
    while (!ordo_compare_exchange(&domain->posted, &head, node, ordo_release, ordo_relaxed));
}

/* ---- Sections -------------------------------------------------------------------------------- */

static void *protect(ordo_participant *participant, unsigned int slot,
                     const ordo_atomic_ptr *source)
{
    (void)participant, (void)slot;
    /* Acquire: pairs with the release of who linked the node. */
    return ordo_load(source, ordo_acquire);
}

static void enter_online(ordo_participant *participant)
{
    if (!is_online(of_participant(participant)))
        ordo_misuse("quiescent.c: a section of a participant that is offline");
}

static void leave_online(ordo_participant *participant, unsigned int first)
{
    (void)participant, (void)first;
}

static void enter_epoch(ordo_participant *participant)
{
    come_online(of_participant(participant));
}

static void leave_epoch(ordo_participant *participant, unsigned int first)
{
    if (first == 0)
        say_loudly(of_participant(participant), 0);
}

/* ---- Coming and going ------------------------------------------------------------------------ */

/* Also when the thread ends, if need be in a section. */
static void go(void *record)
{
    struct quiescent_record *const self = record;

    say_loudly(self, 0);
    self->record.participant.slots = 0;
    ordo_store(&self->thread, 0, ordo_relaxed);
    record_leave(record, go, advance);
}

static void unregister(ordo_participant *participant)
{
    record_exit(&of_participant(participant)->record);
}

static const struct ordo_reclamation online_scheme = {enter_online, protect, leave_online, retire,
                                                      reclaim, unregister};
static const struct ordo_reclamation epoch_scheme = {enter_epoch, protect, leave_epoch, retire,
                                                     reclaim, unregister};

static int register_as(const struct ordo_reclamation *scheme, ordo_quiescent_domain *domain,
                       ordo_participant **participant)
{
    struct record *const record =
        ordo_record_take(&domain->participants, sizeof(struct quiescent_record));

    if (record == NULL)
        return ENOMEM;
    record->domain = domain;
    record->participant.scheme = scheme;
    ordo_store(&of_record(record)->thread, ordo_thread_id(), ordo_relaxed);
    record_at_exit(record, go);
    *participant = &record->participant;
    return 0;
}

int ordo_quiescent_register(ordo_quiescent_domain *domain, ordo_participant **participant)
{
    const int error = register_as(&online_scheme, domain, participant);

    if (error == 0)
        come_online(of_participant(*participant));
    return error;
}

int ordo_quiescent_register_epoch(ordo_quiescent_domain *domain, ordo_participant **participant)
{
    return register_as(&epoch_scheme, domain, participant);
}

/* ---- Announcements --------------------------------------------------------------------------- */

static struct quiescent_record *outside(ordo_participant *participant)
{
    if (participant->scheme != &online_scheme)
        ordo_misuse("quiescent.c: an announcement of a participant of another kind");
    if (participant->slots != 0)
        ordo_misuse("quiescent.c: an announcement inside of a section");
    return of_participant(participant);
}

void ordo_quiescent_announce(ordo_participant *participant)
{
    struct quiescent_record *const self = outside(participant);

    if (!is_online(self))
        ordo_misuse("quiescent.c: an announcement of a participant that is offline");
    say_loudly(self, now(self));
}

void ordo_quiescent_offline(ordo_participant *participant)
{
    say_loudly(outside(participant), 0);
}

void ordo_quiescent_online(ordo_participant *participant)
{
    come_online(outside(participant));
}

/* ---- Waiting for readers --------------------------------------------------------------------- */

/* The caller's own records go offline, or come back. Relaxed: a record is the caller's only if the
 * caller's own store says so, and another owner's store cannot be taken for it. */
static void go_offline(const ordo_quiescent_domain *domain)
{
    for (struct record *each = first_of(domain); each != NULL; each = each->next) {
        struct quiescent_record *const self = of_record(each);

        if (ordo_load(&self->thread, ordo_relaxed) != ordo_thread_id())
            continue;
        if (each->participant.slots != 0)
            ordo_misuse("quiescent.c: wait_for_readers inside of a section");
        self->comes_back = is_online(self);
        if (self->comes_back)
            say_loudly(self, 0);
    }
}

static void come_back(const ordo_quiescent_domain *domain)
{
    for (struct record *each = first_of(domain); each != NULL; each = each->next)
        if (ordo_load(&of_record(each)->thread, ordo_relaxed) == ordo_thread_id()
            && of_record(each)->comes_back)
            come_online(of_record(each));
}

static void sleep_once(ordo_quiescent_domain *domain, uint64_t target)
{
    ordo_store(&domain->sleeper, 1, ordo_relaxed);
    ordo_fence_heavy(); /* pairs with the light fence in say */
    if (!are_gone(domain, target))
        ordo_futex_wait(&domain->sleeper, 1);
}

void ordo_quiescent_wait_for_readers(ordo_quiescent_domain *domain)
{
    go_offline(domain);
    ordo_mutex_lock(&domain->waiting);

    const uint64_t target = begin_grace(domain);

    while (!are_gone(domain, target))
        sleep_once(domain, target);
    ordo_store(&domain->sleeper, 0, ordo_relaxed);
    ordo_mutex_unlock(&domain->waiting);
    come_back(domain);
}

/* ---- The end --------------------------------------------------------------------------------- */

static void destroy_rest(struct record *record)
{
    retired_destroy(&of_record(record)->waiting);
    retired_destroy(&record->newest);
    record->retired = 0;
}

void ordo_quiescent_domain_destroy(ordo_quiescent_domain *domain)
{
    ordo_retired *posted;

    ordo_record_free_all(&domain->participants, sizeof(struct quiescent_record), destroy_rest);
    /* Relaxed: there is nobody else. What is called may post again. */
    while ((posted = ordo_exchange(&domain->posted, NULL, ordo_relaxed)) != NULL)
        retired_destroy(&posted);
}
