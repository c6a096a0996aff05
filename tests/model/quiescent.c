/* quiescent.c: model tests of core/quiescent.c, both kinds of participants: a source whose node is
 * read, replaced and retired, or freed after a wait for the readers. A node destroyed too early is
 * a use after free, or a read of it that the free does not come after; one that is never destroyed
 * is a leak; a reader that does not wake who waits is a deadlock.
 */
#include "subject.h"

#include <ordo/quiescent.h>

struct node {
    ordo_retired retired;
    int value; /* plain */
};

static ordo_quiescent_domain domain = ORDO_QUIESCENT_DOMAIN_INIT(NULL);
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

/* Registers the participants that the threads of a scenario use: fewer steps for each thread. A
 * model thread that is not the one that registered is as good, but where it waits for readers. */
static void start(int online, int epoch)
{
    ordo_store(&source, node_new(1), ordo_relaxed);
    for (registered = 0; registered < online + epoch; registered++)
        model_assert((registered < online ? ordo_quiescent_register : ordo_quiescent_register_epoch)
                         (&domain, &participants[registered]) == 0);
}

static void end(void)
{
    while (registered > 0)
        ordo_participant_unregister(&participants[--registered]);
    ordo_quiescent_domain_destroy(&domain);
    free(ordo_load(&source, ordo_relaxed));
}

static void read_by(ordo_participant *self)
{
    const unsigned int first = ordo_participant_enter(self, 1);
    const struct node *const node = ordo_participant_protect(self, first, &source);

    model_assert(node == NULL || node->value == 1 || node->value == 2);
    ordo_participant_leave(self, first);
}

static void unlink_by(ordo_participant *self)
{
    struct node *const old = ordo_exchange(&source, NULL, ordo_acquire);

    if (old != NULL)
        ordo_participant_retire(self, &old->retired, node_destroy, &destroyed);
}

/* ---- Wait for readers ------------------------------------------------------------------------ */

static void read_in_section(void)
{
    read_by(participants[0]);
}

static void read_in_two_sections(void)
{
    read_by(participants[0]);
    read_by(participants[0]);
}

static void read_and_announce(void)
{
    read_by(participants[0]);
    ordo_quiescent_announce(participants[0]);
}

/* Two announcements: the first may have loaded an epoch that is too old, and the next wait of a
 * thread that never announces again would never end. */
static void read_announce_go_offline(void)
{
    read_by(participants[0]);
    ordo_quiescent_announce(participants[0]);
    read_by(participants[0]);
    ordo_quiescent_offline(participants[0]);
}

static void read_after_a_break(void)
{
    ordo_quiescent_offline(participants[0]);
    ordo_quiescent_online(participants[0]);
    read_by(participants[0]);
    ordo_quiescent_offline(participants[0]);
}

static void remove_wait_and_free(void)
{
    struct node *const old = ordo_exchange(&source, NULL, ordo_relaxed);

    ordo_quiescent_wait_for_readers(&domain);
    free(old);
}

static void replace_wait_and_free(void)
{
    struct node *const old = ordo_exchange(&source, node_new(2), ordo_release);

    ordo_quiescent_wait_for_readers(&domain);
    free(old);
}

MODEL_TEST(wait_for_section, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    start(0, 1);
    TOGETHER(read_in_section, remove_wait_and_free);
    end();
}

MODEL_TEST(wait_for_sections, .expect = model_passes)
{
    start(0, 1);
    TOGETHER(read_in_two_sections, replace_wait_and_free);
    end();
}

MODEL_TEST(wait_for_announcement, .expect = model_passes, .spurious_returns = 1)
{
    start(1, 0);
    TOGETHER(read_announce_go_offline, replace_wait_and_free);
    end();
}

MODEL_TEST(wait_for_who_comes_online, .expect = model_passes)
{
    start(1, 0);
    TOGETHER(read_after_a_break, remove_wait_and_free);
    end();
}

static void read_by_another(void)
{
    read_by(participants[1]);
}

MODEL_TEST(wait_for_two_sections, .expect = model_passes)
{
    start(0, 2);
    TOGETHER(read_in_section, read_by_another, remove_wait_and_free);
    end();
}

static void read_wait_and_read(void)
{
    read_by(participants[0]);
    ordo_quiescent_wait_for_readers(&domain);
    read_by(participants[0]);
    ordo_quiescent_offline(participants[0]);
}

MODEL_TEST(waiter_does_not_wait_for_itself, .expect = model_passes)
{
    start(1, 0);
    read_wait_and_read();
    end();
}

/* Each is online while the other one waits. */
static void wait_online(void)
{
    ordo_participant *self;

    model_assert(ordo_quiescent_register(&domain, &self) == 0);
    ordo_quiescent_wait_for_readers(&domain);
    ordo_participant_unregister(&self);
}

MODEL_TEST(two_wait_for_each_other, .expect = model_passes)
{
    start(1, 0);
    TOGETHER(read_wait_and_read, wait_online);
    end();
}

MODEL_TEST(two_wait, .expect = model_passes)
{
    start(0, 1);
    ordo_participant_enter(participants[0], 1);
    ordo_participant_leave(participants[0], 0);
    TOGETHER(remove_wait_and_free, remove_wait_and_free);
    end();
}

/* ---- Retire ---------------------------------------------------------------------------------- */

static void retire_and_reclaim(void)
{
    unlink_by(participants[1]);
    ordo_participant_reclaim(participants[1]);
    ordo_participant_reclaim(participants[1]);
}

static void read_and_reclaim(void)
{
    read_by(participants[0]);
    ordo_participant_reclaim(participants[0]);
}

MODEL_TEST(epoch_reader_and_remover, .expect = model_passes)
{
    start(0, 2);
    TOGETHER(read_in_two_sections, retire_and_reclaim);
    end();
    model_assert(destroyed == 1);
}

MODEL_TEST(online_reader_and_remover, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(read_announce_go_offline, retire_and_reclaim);
    end();
    model_assert(destroyed == 1);
}

MODEL_TEST(reclaim_destroys_sometimes, .expect = model_reached)
{
    start(1, 1);
    TOGETHER(read_and_announce, retire_and_reclaim);
    model_reach(destroyed == 1);
    end();
}

MODEL_TEST(reclaim_has_to_wait_sometimes, .expect = model_reached)
{
    start(1, 1);
    TOGETHER(read_and_announce, retire_and_reclaim);
    model_reach(destroyed == 0);
    end();
}

/* The one that unlinks is also a reader of what the other one unlinks. */
static void read_and_remove_by(ordo_participant *self)
{
    const unsigned int first = ordo_participant_enter(self, 1);
    struct node *const node = ordo_participant_protect(self, first, &source);
    void *seen = node;

    if (node != NULL && ordo_compare_exchange(&source, &seen, NULL, ordo_relaxed, ordo_relaxed)) {
        model_assert(node->value == 1);
        ordo_participant_retire(self, &node->retired, node_destroy, &destroyed);
    }
    ordo_participant_leave(self, first);
    ordo_participant_reclaim(self);
}

static void first_removes(void)
{
    read_and_remove_by(participants[0]);
}

static void second_removes(void)
{
    read_and_remove_by(participants[1]);
}

MODEL_TEST(two_removers, .expect = model_passes)
{
    start(0, 2);
    TOGETHER(first_removes, second_removes);
    end();
    model_assert(destroyed == 1);
}

/* ---- Called later ---------------------------------------------------------------------------- */

static void remove_and_call_later(void)
{
    struct node *const old = ordo_exchange(&source, NULL, ordo_acquire);

    ordo_quiescent_call_later(&domain, &old->retired, node_destroy, &destroyed);
}

MODEL_TEST(called_later, .expect = model_passes)
{
    start(0, 1);
    TOGETHER(remove_and_call_later, read_and_reclaim);
    ordo_participant_reclaim(participants[0]);
    model_assert(destroyed == 1);
    end();
}

static ordo_retired more[2];

static void note(ordo_retired *node, void *count)
{
    (void)node;
    ++*(unsigned int *)count;
}

static void call_first_later(void)
{
    ordo_quiescent_call_later(&domain, &more[0], note, &destroyed);
}

static void call_second_later(void)
{
    ordo_quiescent_call_later(&domain, &more[1], note, &destroyed);
}

MODEL_TEST(two_called_later, .expect = model_passes)
{
    start(0, 1);
    TOGETHER(call_first_later, call_second_later, read_and_reclaim);
    ordo_participant_reclaim(participants[0]);
    model_assert(destroyed == 2);
    end();
}

/* ---- Threads that come and go ---------------------------------------------------------------- */

static void come_read_and_end(void)
{
    ordo_participant *self;

    if (ordo_quiescent_register_epoch(&domain, &self) == 0)
        read_by(self);
    /* The end of the thread gives it back. */
}

static void come_online_read_and_end(void)
{
    ordo_participant *self;

    if (ordo_quiescent_register(&domain, &self) == 0)
        read_by(self);
}

static void end_in_a_section(void)
{
    ordo_participant *self;

    if (ordo_quiescent_register_epoch(&domain, &self) == 0) {
        ordo_participant_enter(self, 1);
        ordo_participant_protect(self, 0, &source);
    }
}

#define ENDS(name, body)                                                                           \
    MODEL_TEST(name, .expect = model_passes)                                                       \
    {                                                                                              \
        start(0, 0);                                                                               \
        TOGETHER(remove_wait_and_free, body);                                                      \
        end();                                                                                     \
    }

ENDS(wait_for_thread_that_comes_and_ends, come_read_and_end)
ENDS(wait_for_online_thread_that_ends, come_online_read_and_end)
ENDS(wait_for_thread_that_ends_in_a_section, end_in_a_section)

static void remove_and_go(void)
{
    unlink_by(participants[1]);
    ordo_participant_unregister(&participants[1]);
}

MODEL_TEST(left_to_others, .expect = model_passes)
{
    start(0, 2);
    TOGETHER(remove_and_go, read_and_reclaim);
    ordo_participant_reclaim(participants[0]);
    model_assert(destroyed == 1);
    registered = 1;
    end();
}

MODEL_TEST(left_to_the_domain, .expect = model_reached)
{
    start(0, 2);
    TOGETHER(remove_and_go, read_in_section);
    model_reach(destroyed == 0);
    registered = 1;
    end();
    model_assert(destroyed == 1);
}
