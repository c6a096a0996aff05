/* reclamation.c: model tests of core/reclamation.c: participants that register, give back and take
 * over, at the same time, and while others look at all there are. */
#include "subject.h"

#include <ordo/hazard_pointer.h>

static ordo_hazard_domain domain = ORDO_HAZARD_DOMAIN_INIT(NULL);
static ordo_atomic_ptr source;
static unsigned int destroyed; /* plain */

struct node {
    ordo_retired retired;
    int value;
};

static void node_destroy(ordo_retired *node, void *unused)
{
    (void)unused;
    destroyed++;
    free(node);
}

static ordo_participant *register_self(void)
{
    ordo_participant *self;

    model_assert(ordo_hazard_register(&domain, &self) == 0);
    return self;
}

static void register_and_go(void)
{
    ordo_participant *self = register_self();

    ordo_participant_unregister(&self);
}

static void register_twice(void)
{
    register_and_go();
    register_and_go();
}

MODEL_TEST(two_register, .expect = model_passes)
{
    TOGETHER(register_and_go, register_twice);
    model_assert(ordo_load(&domain.participants.count, ordo_relaxed) <= 2);
    ordo_hazard_domain_destroy(&domain);
}

MODEL_TEST(record_is_used_again_sometimes, .expect = model_reached)
{
    TOGETHER(register_and_go, register_and_go);
    model_reach(ordo_load(&domain.participants.count, ordo_relaxed) == 1);
    ordo_hazard_domain_destroy(&domain);
}

MODEL_TEST(records_are_not_shared, .expect = model_reached)
{
    TOGETHER(register_and_go, register_and_go);
    model_reach(ordo_load(&domain.participants.count, ordo_relaxed) == 2);
    ordo_hazard_domain_destroy(&domain);
}

/* ---- What is left in a record ---------------------------------------------------------------- */

static ordo_participant *holder; /* protects the node, so that nobody can destroy it */

static void leave_it_protected(void)
{
    struct node *const node = malloc(sizeof *node);

    *node = (struct node){.value = 1};
    ordo_store(&source, node, ordo_relaxed);
    holder = register_self();
    ordo_participant_enter(holder, 1);
    ordo_participant_protect(holder, 0, &source);
}

static void end_holder(void)
{
    ordo_participant_leave(holder, 0);
    ordo_participant_unregister(&holder);
    ordo_hazard_domain_destroy(&domain);
    model_assert(destroyed == 1);
}

static void retire_and_go(void)
{
    ordo_participant *self = register_self();
    struct node *const node = ordo_exchange(&source, NULL, ordo_relaxed);

    ordo_participant_retire(self, &node->retired, node_destroy, NULL);
    ordo_participant_unregister(&self);
}

MODEL_TEST(next_owner_takes_over, .expect = model_passes)
{
    leave_it_protected();
    TOGETHER(retire_and_go, register_and_go);
    end_holder();
}

static void reclaim(void)
{
    ordo_participant_reclaim(holder);
}

MODEL_TEST(reclaim_looks_after_records, .expect = model_passes)
{
    leave_it_protected();
    TOGETHER(reclaim, retire_and_go);
    end_holder();
}

/* ---- A walk meets new records ---------------------------------------------------------------- */

static void register_and_read(void)
{
    ordo_participant *self = register_self();
    const unsigned int first = ordo_participant_enter(self, 1);
    const struct node *const node = ordo_participant_protect(self, first, &source);

    model_assert(node == NULL || node->value == 1);
    ordo_participant_leave(self, first);
    ordo_participant_unregister(&self);
}

static ordo_participant *remover;

static void remove_it(void)
{
    struct node *const node = ordo_exchange(&source, NULL, ordo_relaxed);

    ordo_participant_retire(remover, &node->retired, node_destroy, NULL);
    ordo_participant_reclaim(remover);
}

static void start_remover(void)
{
    struct node *const node = malloc(sizeof *node);

    *node = (struct node){.value = 1};
    ordo_store(&source, node, ordo_relaxed);
    remover = register_self();
}

static void end_remover(void)
{
    ordo_participant_unregister(&remover);
    ordo_hazard_domain_destroy(&domain);
    model_assert(destroyed == 1);
}

MODEL_TEST(new_record, .expect = model_passes)
{
    start_remover();
    TOGETHER(remove_it, register_and_read);
    end_remover();
}

/* The second addition must not hide the first. */
MODEL_TEST(two_new_records, .expect = model_passes)
{
    start_remover();
    TOGETHER(remove_it, register_and_read, register_and_go);
    end_remover();
}
