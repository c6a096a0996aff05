/* quiescent.c: waiting for readers, what waits to be destroyed, calls later, misuse; what other
 * tests say of quiescent states is in reclamation.c. */
#include <criterion/criterion.h>

#include "census.h"
#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(quiescent, .timeout = 60);

static ordo_quiescent_domain domain;
static ordo_retired nodes[1000];
static unsigned int called;

static void count(ordo_retired *node, void *context)
{
    (void)node, (void)context;
    called++;
}

static ordo_participant *register_online(void)
{
    ordo_participant *participant = NULL;

    cr_assert(ordo_quiescent_register(&domain, &participant) == 0);
    return participant;
}

static ordo_participant *register_epoch(void)
{
    ordo_participant *participant = NULL;

    cr_assert(ordo_quiescent_register_epoch(&domain, &participant) == 0);
    return participant;
}

Test(quiescent, size)
{
    cr_expect(sizeof(ordo_quiescent_domain) == 48);
}

/* ---- What waits ------------------------------------------------------------------------------ */

/* While a reader stays, nothing is destroyed; then everything is, by the next look. */
static void stay_and_go(bool is_online)
{
    ordo_participant *reader = is_online ? register_online() : register_epoch();
    ordo_participant *self = register_epoch();

    called = 0;
    if (!is_online)
        ordo_participant_enter(reader, 1);
    for (unsigned int i = 0; i < 960; i++)
        ordo_participant_retire(self, &nodes[i], count, NULL);
    cr_expect(called == 0);
    if (is_online)
        ordo_quiescent_offline(reader);
    else
        ordo_participant_leave(reader, 0);
    ordo_participant_reclaim(self);
    cr_expect(called == 960);
    ordo_participant_unregister(&reader);
    ordo_participant_unregister(&self);
    ordo_quiescent_domain_destroy(&domain);
}

Test(quiescent, all_waits_while_a_reader_stays)
{
    stay_and_go(false);
    stay_and_go(true);
}

/* A section is open at each look, but none for longer than it takes to retire 64 (N is 1). */
Test(quiescent, bounded_while_readers_come_and_go)
{
    ordo_participant *reader[2] = {register_epoch(), register_epoch()}, *self = register_epoch();
    unsigned int most = 0;

    ordo_participant_enter(reader[0], 1);
    for (unsigned int i = 0; i < 100000; i++) {
        if (i % 60 == 59) {
            ordo_participant_enter(reader[i / 60 % 2 == 0], 1);
            ordo_participant_leave(reader[i / 60 % 2 != 0], 0);
        }
        most = i - called > most ? i - called : most;
        ordo_participant_retire(self, &nodes[i % 1000], count, NULL);
    }
    cr_expect(most <= 256 && most >= 64, "%u", most);
    for (unsigned int i = 0; i < 2; i++) {
        if (reader[i]->slots != 0)
            ordo_participant_leave(reader[i], 0);
        ordo_participant_unregister(&reader[i]);
    }
    ordo_participant_unregister(&self);
    cr_expect(called == 100000);
    ordo_quiescent_domain_destroy(&domain);
}

Test(quiescent, called_later)
{
    ordo_participant *reader = register_epoch(), *self = register_epoch();

    ordo_participant_enter(reader, 1);
    ordo_quiescent_call_later(&domain, &nodes[0], count, NULL);
    ordo_quiescent_call_later(&domain, &nodes[1], count, NULL);
    ordo_participant_reclaim(self);
    cr_expect(called == 0);
    ordo_participant_leave(reader, 0);
    ordo_participant_reclaim(self);
    cr_expect(called == 2);
    ordo_quiescent_call_later(&domain, &nodes[2], count, NULL);
    ordo_participant_unregister(&reader);
    ordo_participant_unregister(&self);
    ordo_quiescent_domain_destroy(&domain);
    cr_expect(called == 3, "the domain's end calls what is left");
}

/* ---- Waiting for readers --------------------------------------------------------------------- */

Test(quiescent, wait_without_readers)
{
    ordo_participant *online = register_online(), *epoch = register_epoch();

    ordo_quiescent_wait_for_readers(&domain); /* the caller's own */
    ordo_participant_enter(online, 1);        /* is online again */
    ordo_participant_leave(online, 0);
    ordo_quiescent_offline(online);
    ordo_quiescent_wait_for_readers(&domain);
    ordo_quiescent_online(online);
    ordo_participant_unregister(&online);
    ordo_participant_unregister(&epoch);
    ordo_quiescent_wait_for_readers(&domain);
    ordo_quiescent_domain_destroy(&domain);
}

struct stay {
    bool is_online;
    unsigned int way_to_go;
    ordo_atomic_bool is_there, has_gone;
};

enum { by_section, by_ending, ways };

static void *stay(void *argument)
{
    struct stay *const at = argument;
    ordo_participant *self = at->is_online ? register_online() : register_epoch();

    ordo_participant_enter(self, 1);
    ordo_store(&at->is_there, true, ordo_release);
    ordo_thread_sleep_until(ordo_clock_now() + 20000000);
    ordo_store(&at->has_gone, true, ordo_relaxed);
    if (at->way_to_go == by_section) {
        ordo_participant_leave(self, 0);
        if (at->is_online)
            ordo_quiescent_announce(self);
        ordo_participant_unregister(&self);
    }
    return NULL;
}

static void wake_for_nothing(void *word)
{
    ordo_futex_wake(word, 1);
}

Test(quiescent, wait_for_who_stays)
{
    for (int is_online = 0; is_online < 2; is_online++)
        for (unsigned int way = by_section; way < ways; way++) {
            struct stay at = {.is_online = is_online, .way_to_go = way};
            struct disturber disturber;
            ordo_thread *thread;

            cr_assert(ordo_thread_spawn(&thread, stay, &at) == 0);
            while (!ordo_load(&at.is_there, ordo_acquire))
                ordo_thread_yield();
            disturber_start(&disturber, wake_for_nothing, &domain.sleeper);
            ordo_quiescent_wait_for_readers(&domain);
            cr_expect(ordo_load(&at.has_gone, ordo_relaxed), "online %d, way %u", is_online, way);
            disturber_stop(&disturber);
            ordo_thread_join(thread);
        }
    ordo_quiescent_domain_destroy(&domain);
}

/* ---- Replaced, waited for, freed ------------------------------------------------------------- */

struct cell {
    uint64_t number, complement;
};

struct replacing {
    ordo_atomic_ptr current;
    ordo_atomic_u32 updaters, broken;
    unsigned int rounds;
};

static struct census census;

static struct cell *cell_new(uint64_t number)
{
    struct cell *const cell = ordo_allocate(&census.allocator, sizeof *cell, 8);

    cr_assert(cell != NULL);
    *cell = (struct cell){number, ~number};
    return cell;
}

static void read_cells(struct replacing *at, bool is_online)
{
    ordo_participant *self = is_online ? register_online() : register_epoch();

    while (ordo_load(&at->updaters, ordo_relaxed) != 0) {
        const unsigned int slot = ordo_participant_enter(self, 1);
        const struct cell *const cell = ordo_participant_protect(self, slot, &at->current);

        if (cell->complement != ~cell->number)
            ordo_fetch_add(&at->broken, 1, ordo_relaxed);
        ordo_participant_leave(self, slot);
        if (is_online)
            ordo_quiescent_announce(self);
        ordo_thread_yield();
    }
    ordo_participant_unregister(&self);
}

/* Registered as one that is online: two of them wait for each other. */
static void replace_cells(struct replacing *at)
{
    ordo_participant *self = register_online();

    for (unsigned int i = 0; i < at->rounds; i++) {
        struct cell *const old = ordo_exchange(&at->current, cell_new(i), ordo_acq_rel);

        ordo_quiescent_wait_for_readers(&domain);
        ordo_deallocate(&census.allocator, old, sizeof *old);
    }
    ordo_participant_unregister(&self);
    ordo_fetch_sub(&at->updaters, 1, ordo_relaxed);
}

static void take_part(unsigned self, void *shared)
{
    if (self < 2)
        replace_cells(shared);
    else
        read_cells(shared, self == 2);
}

Test(quiescent, replaced_waited_for_and_freed)
{
    for (int by_membarrier = 0; by_membarrier < 2; by_membarrier++) {
        struct replacing at = {.updaters = ORDO_ATOMIC_INIT(2), .rounds = test_rounds(200)};

        ordo_fence_force(by_membarrier);
        census_start(&census);
        ordo_store(&at.current, cell_new(1), ordo_relaxed);
        run_threads(4, take_part, &at);
        cr_expect(ordo_load(&at.broken, ordo_relaxed) == 0);
        ordo_deallocate(&census.allocator, ordo_load(&at.current, ordo_relaxed),
                        sizeof(struct cell));
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        ordo_quiescent_domain_destroy(&domain);
    }
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void announce_inside(void)
{
    ordo_participant *const self = register_online();

    ordo_participant_enter(self, 1);
    ordo_quiescent_announce(self);
}

static void go_offline_inside(void)
{
    ordo_participant *const self = register_online();

    ordo_participant_enter(self, 1);
    ordo_quiescent_offline(self);
}

static void wait_inside(void)
{
    ordo_participant_enter(register_online(), 1);
    ordo_quiescent_wait_for_readers(&domain);
}

static void wait_inside_epoch(void)
{
    ordo_participant_enter(register_epoch(), 1);
    ordo_quiescent_wait_for_readers(&domain);
}

static void enter_offline(void)
{
    ordo_participant *const self = register_online();

    ordo_quiescent_offline(self);
    ordo_participant_enter(self, 1);
}

static void announce_offline(void)
{
    ordo_participant *const self = register_online();

    ordo_quiescent_offline(self);
    ordo_quiescent_announce(self);
}

static void announce_in_the_epoch_form(void)
{
    ordo_quiescent_announce(register_epoch());
}

Test(quiescent, misuse)
{
    const char *const inside = "ordo: quiescent.c: an announcement inside of a section\n";
    const char *const kind =
        "ordo: quiescent.c: an announcement of a participant of another kind\n";
    const char *const wait = "ordo: quiescent.c: wait_for_readers inside of a section\n";

    cr_expect(child_aborts(announce_inside, inside));
    cr_expect(child_aborts(go_offline_inside, inside));
    cr_expect(child_aborts(wait_inside, wait));
    cr_expect(child_aborts(wait_inside_epoch, wait));
    cr_expect(child_aborts(enter_offline,
                           "ordo: quiescent.c: a section of a participant that is offline\n"));
    cr_expect(child_aborts(announce_offline, "ordo: quiescent.c: an announcement of a participant "
                                             "that is offline\n"));
    cr_expect(child_aborts(announce_in_the_epoch_form, kind));
}
