/* hazard_pointer.c: model tests of core/hazard_pointer.c: a source whose node is read, replaced and
 * retired. A node destroyed too early is a use after free, or a read of it that the free does not
 * come after; one that is never destroyed is a leak.
 */
#include "subject.h"

#include <ordo/hazard_pointer.h>

struct node {
    ordo_retired retired;
    int value; /* plain */
};

static ordo_hazard_domain domain = ORDO_HAZARD_DOMAIN_INIT(NULL);
static ordo_atomic_ptr source;
static ordo_participant *participants[3];
static int registered;
static unsigned int destroyed;

static struct node *node_new(int value)
{
    struct node *const node = malloc(sizeof *node);

    *node = (struct node){.value = value};
    return node;
}

static void node_destroy(ordo_retired *node, void *count)
{
    if (count != NULL)
        ++*(unsigned int *)count;
    free(node);
}

/* Registers the participants that the threads of a scenario use: fewer steps for each thread. */
static void start_with(int count)
{
    ordo_store(&source, node_new(1), ordo_relaxed);
    for (registered = 0; registered < count; registered++)
        model_assert(ordo_hazard_register(&domain, &participants[registered]) == 0);
}

static void start(void)
{
    start_with(2);
}

static void end(void)
{
    while (registered > 0)
        ordo_participant_unregister(&participants[--registered]);
    ordo_hazard_domain_destroy(&domain);
    free(ordo_load(&source, ordo_relaxed));
}

static void read_by(ordo_participant *self)
{
    const unsigned int first = ordo_participant_enter(self, 1);
    const struct node *const node = ordo_participant_protect(self, first, &source);

    model_assert(node == NULL || node->value == 1 || node->value == 2);
    ordo_participant_leave(self, first);
}

static void replace_by(ordo_participant *self, struct node *node, void *count)
{
    /* Acquire: whoever linked the node that is retired. */
    struct node *const old = ordo_exchange(&source, node, ordo_acq_rel);

    if (old != NULL)
        ordo_participant_retire(self, &old->retired, node_destroy, count);
    ordo_participant_reclaim(self);
}

static void read_once(void)
{
    read_by(participants[0]);
}

static void read_twice(void)
{
    read_by(participants[0]);
    read_by(participants[0]);
}

static void replace(void)
{
    replace_by(participants[1], node_new(2), &destroyed);
}

static void remove_it(void)
{
    replace_by(participants[1], NULL, &destroyed);
}

MODEL_TEST(reader_and_updater, .expect = model_passes)
{
    start();
    TOGETHER(read_once, replace);
    end();
    model_assert(destroyed == 1);
}

MODEL_TEST(reader_and_remover, .expect = model_passes)
{
    start();
    TOGETHER(read_twice, remove_it);
    end();
    model_assert(destroyed == 1);
}

/* What the reader finds when it looks again must be protected in its turn. */
static void replace_and_remove(void)
{
    replace();
    remove_it();
}

MODEL_TEST(reader_and_two_changes, .expect = model_passes)
{
    start();
    TOGETHER(read_once, replace_and_remove);
    end();
    model_assert(destroyed == 2);
}

MODEL_TEST(reclaim_destroys_at_once_sometimes, .expect = model_reached)
{
    start();
    TOGETHER(read_once, remove_it);
    model_reach(destroyed == 1);
    end();
}

MODEL_TEST(reclaim_has_to_wait_sometimes, .expect = model_reached)
{
    start();
    TOGETHER(read_once, remove_it);
    model_reach(destroyed == 0);
    end();
}

/* Both read, unlink and retire: each is a reader of what the other retires. */
static void read_and_replace_by(unsigned int self)
{
    const unsigned int first = ordo_participant_enter(participants[self], 1);
    struct node *node = ordo_participant_protect(participants[self], first, &source);
    void *seen = node;

    if (node != NULL && ordo_compare_exchange(&source, &seen, NULL, ordo_relaxed, ordo_relaxed)) {
        model_assert(node->value == 1);
        ordo_participant_retire(participants[self], &node->retired, node_destroy, NULL);
    }
    ordo_participant_leave(participants[self], first);
    ordo_participant_reclaim(participants[self]);
}

static void first_replaces(void)
{
    read_and_replace_by(0);
}

static void second_replaces(void)
{
    read_and_replace_by(1);
}

MODEL_TEST(two_removers, .expect = model_passes)
{
    start();
    TOGETHER(first_replaces, second_replaces);
    model_assert(ordo_load(&source, ordo_relaxed) == NULL);
    end();
}

/* A slot goes from one node to the next, while both are retired. */
static ordo_atomic_ptr other_source;

static void read_one_then_other(void)
{
    const unsigned int first = ordo_participant_enter(participants[0], 1);
    const struct node *node = ordo_participant_protect(participants[0], first, &source);

    model_assert(node == NULL || node->value == 1);
    node = ordo_participant_protect(participants[0], first, &other_source);
    model_assert(node == NULL || node->value == 1);
    ordo_participant_leave(participants[0], first);
}

static void remove_both(void)
{
    for (int i = 0; i < 2; i++) {
        struct node *const old = ordo_exchange(i == 0 ? &source : &other_source, NULL,
                                               ordo_relaxed);

        ordo_participant_retire(participants[1], &old->retired, node_destroy, NULL);
    }
    ordo_participant_reclaim(participants[1]);
}

MODEL_TEST(slot_used_again, .expect = model_passes)
{
    start();
    ordo_store(&other_source, node_new(1), ordo_relaxed);
    TOGETHER(read_one_then_other, remove_both);
    end();
}

/* ---- Threads that come and go ---------------------------------------------------------------- */

static ordo_participant *register_self(void)
{
    ordo_participant *self;

    return ordo_hazard_register(&domain, &self) == 0 ? self : NULL;
}

static void come_and_read(void)
{
    ordo_participant *self = register_self();

    if (self != NULL) {
        read_by(self);
        ordo_participant_unregister(&self);
    }
}

static void come_remove_and_end(void)
{
    ordo_participant *const self = register_self();

    if (self != NULL)
        replace_by(self, NULL, NULL);
    /* The end of the thread gives it back. */
}

MODEL_TEST(come_and_go, .expect = model_passes)
{
    ordo_store(&source, node_new(1), ordo_relaxed);
    TOGETHER(come_and_read, come_remove_and_end);
    ordo_hazard_domain_destroy(&domain);
    free(ordo_load(&source, ordo_relaxed));
}

static void come_and_remove(void)
{
    ordo_participant *self = register_self();

    if (self != NULL) {
        replace_by(self, NULL, NULL);
        ordo_participant_unregister(&self);
    }
}

/* The node is allocated before; then every other allocation, and a spawn, may fail. */
MODEL_TEST(come_and_go_without_memory, .expect = model_passes, .allocation_failures = 2)
{
    struct node *const node = malloc(sizeof *node);

    if (node != NULL)
        *node = (struct node){.value = 1};
    ordo_store(&source, node, ordo_relaxed);
    TOGETHER(come_and_read, come_and_remove);
    ordo_hazard_domain_destroy(&domain);
    free(ordo_load(&source, ordo_relaxed));
}

/* The one goes, with a node that the other protects; the other looks after what is left of it. */
static void remove_and_go(void)
{
    struct node *const old = ordo_exchange(&source, NULL, ordo_relaxed);

    ordo_participant_retire(participants[1], &old->retired, node_destroy, &destroyed);
    ordo_participant_unregister(&participants[1]);
}

static void read_and_reclaim(void)
{
    read_by(participants[0]);
    ordo_participant_reclaim(participants[0]);
}

static void goes_before_it_is_destroyed(void)
{
    start();
    TOGETHER(remove_and_go, read_and_reclaim);
}

MODEL_TEST(left_to_others, .expect = model_passes)
{
    goes_before_it_is_destroyed();
    ordo_participant_reclaim(participants[0]);
    model_assert(destroyed == 1);
    ordo_participant_unregister(&participants[0]);
    ordo_hazard_domain_destroy(&domain);
}

MODEL_TEST(left_to_the_domain, .expect = model_reached)
{
    goes_before_it_is_destroyed();
    model_reach(destroyed == 0);
    ordo_participant_unregister(&participants[0]);
    ordo_hazard_domain_destroy(&domain);
    model_assert(destroyed == 1);
}

MODEL_TEST(taken_over, .expect = model_passes)
{
    goes_before_it_is_destroyed();
    participants[1] = register_self();
    ordo_participant_reclaim(participants[1]);
    model_assert(destroyed == 1);
    end();
}

/* ---- Three threads --------------------------------------------------------------------------- */

MODEL_TEST(two_readers_and_updater, .expect = model_passes)
{
    start();
    TOGETHER(replace, read_once, come_and_read);
    end();
    model_assert(destroyed == 1);
}

static void third_reads(void)
{
    read_by(participants[2]);
}

MODEL_TEST(reader_and_two_removers, .expect = model_passes)
{
    start_with(3);
    TOGETHER(first_replaces, second_replaces, third_reads);
    end();
}
