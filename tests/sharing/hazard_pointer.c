/* hazard_pointer.c: how much waits to be destroyed, with readers that do not move; what other tests
 * say of hazard pointers is in reclamation.c. */
#include <criterion/criterion.h>

#include "census.h"
#include "ordo/ordo.h"
#include "rounds.h"

TestSuite(hazard_pointer, .timeout = 60);

struct node {
    ordo_retired retired;
    uint64_t intact;
};

static struct census census;
static ordo_hazard_domain domain;

static void destroy(ordo_retired *node, void *context)
{
    (void)context;
    ordo_deallocate(&census.allocator, node, sizeof(struct node));
}

static struct node *node_new(void)
{
    struct node *const node = ordo_allocate(&census.allocator, sizeof *node, 8);

    cr_assert(node != NULL);
    node->intact = 1;
    return node;
}

static void start(void)
{
    census_start(&census);
    domain = (ordo_hazard_domain)ORDO_HAZARD_DOMAIN_INIT(&census.allocator);
}

static ordo_participant *register_self(void)
{
    ordo_participant *participant = NULL;

    cr_assert(ordo_hazard_register(&domain, &participant) == 0);
    return participant;
}

Test(hazard_pointer, size)
{
    start();
    cr_expect(sizeof(ordo_hazard_domain) == 24);
    ordo_participant *self = register_self();
    cr_expect((uintptr_t)self % 64 == 0, "no line is shared");
    ordo_participant_unregister(&self);
    ordo_hazard_domain_destroy(&domain);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

enum { readers = 3, records = readers + 1, held = readers * ORDO_PARTICIPANT_SLOTS };

/* Readers stay at all that they can be at, for ever, and the rest is destroyed all the same. */
Test(hazard_pointer, bounded_while_readers_stay)
{
    ordo_participant *reader[readers], *self;
    struct node *kept[held];
    uint32_t most = 0;

    start();
    self = register_self();
    for (unsigned int i = 0; i < readers; i++) {
        reader[i] = register_self();
        ordo_participant_enter(reader[i], ORDO_PARTICIPANT_SLOTS);
    }
    for (unsigned int i = 0; i < held; i++) {
        ordo_atomic_ptr source = ORDO_ATOMIC_INIT(kept[i] = node_new());

        ordo_participant_protect(reader[i / ORDO_PARTICIPANT_SLOTS], i % ORDO_PARTICIPANT_SLOTS,
                                 &source);
        ordo_participant_retire(self, &kept[i]->retired, destroy, NULL);
    }
    for (unsigned int i = 0; i < test_rounds(10); i++) {
        const uint32_t live = ordo_load(&census.live, ordo_relaxed) - records;

        most = live > most ? live : most;
        ordo_participant_retire(self, &node_new()->retired, destroy, NULL);
    }
    cr_expect(most <= 16 * records, "one participant's: %u", most);
    ordo_participant_reclaim(self);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == held + records);
    for (unsigned int i = 0; i < held; i++)
        cr_expect(kept[i]->intact == 1);
    for (unsigned int i = 0; i < readers; i++) {
        ordo_participant_leave(reader[i], 0);
        ordo_participant_unregister(&reader[i]);
    }
    ordo_participant_reclaim(self);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == records);
    ordo_participant_unregister(&self);
    ordo_hazard_domain_destroy(&domain);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

/* A participant that comes, retires what is held and goes leaves it in its record: many of them
 * leave no more than the record may have. */
Test(hazard_pointer, bounded_by_records_that_come_and_go)
{
    ordo_participant *reader;
    ordo_atomic_ptr source;

    start();
    ordo_store(&source, node_new(), ordo_relaxed);
    reader = register_self();
    ordo_participant_enter(reader, 1);
    ordo_participant_protect(reader, 0, &source);
    for (int i = 0; i < 1000; i++) {
        ordo_participant *self = register_self();
        struct node *const first = ordo_exchange(&source, NULL, ordo_relaxed);

        if (first != NULL)
            ordo_participant_retire(self, &first->retired, destroy, NULL);
        ordo_participant_retire(self, &node_new()->retired, destroy, NULL);
        ordo_participant_unregister(&self);
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 3, "two records and what is held");
    }
    ordo_participant_leave(reader, 0);
    ordo_participant_reclaim(reader);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 2);
    ordo_participant_unregister(&reader);
    ordo_hazard_domain_destroy(&domain);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}
