/* queue_locks.c: the order in which the ticket lock, the MCS lock and the slim reader-writer lock
 * serve, their guards, data and misuse; what is common to all locks is in locks.c. */
#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "ordo/ordo.h"

TestSuite(queue_locks, .timeout = 60);

static ordo_ticket_lock ticket_lock = ORDO_TICKET_LOCK_INIT;
static ordo_mcs_lock mcs_lock = ORDO_MCS_LOCK_INIT;
static ordo_slim_reader_writer_lock slim_lock = ORDO_SLIM_READER_WRITER_LOCK_INIT;

/* ---- First come, first served ---------------------------------------------------------------- */

/* The node is used by the MCS lock alone. */
struct fair_lock {
    const char *name;
    void (*lock)(struct ordo_mcs_node *node);
    bool (*try_lock)(struct ordo_mcs_node *node);
    void (*unlock)(struct ordo_mcs_node *node);
    uint64_t (*state)(void); /* changes whenever a thread queues up */
};

static void ticket_do_lock(struct ordo_mcs_node *node)
{
    (void)node;
    ordo_ticket_lock_lock(&ticket_lock);
}

static bool ticket_do_try_lock(struct ordo_mcs_node *node)
{
    (void)node;
    return ordo_ticket_lock_try_lock(&ticket_lock);
}

static void ticket_do_unlock(struct ordo_mcs_node *node)
{
    (void)node;
    ordo_ticket_lock_unlock(&ticket_lock);
}

static uint64_t ticket_state(void)
{
    return ordo_load(&ticket_lock.state, ordo_relaxed);
}

static void mcs_do_lock(struct ordo_mcs_node *node)
{
    ordo_mcs_lock_lock(&mcs_lock, node);
}

static bool mcs_do_try_lock(struct ordo_mcs_node *node)
{
    return ordo_mcs_lock_try_lock(&mcs_lock, node);
}

static void mcs_do_unlock(struct ordo_mcs_node *node)
{
    ordo_mcs_lock_unlock(&mcs_lock, node);
}

static uint64_t mcs_state(void)
{
    return (uintptr_t)ordo_load(&mcs_lock.tail, ordo_relaxed);
}

static void slim_do_lock(struct ordo_mcs_node *node)
{
    (void)node;
    ordo_slim_reader_writer_lock_write_lock(&slim_lock);
}

static bool slim_do_try_lock(struct ordo_mcs_node *node)
{
    (void)node;
    return ordo_slim_reader_writer_lock_try_write_lock(&slim_lock);
}

static void slim_do_unlock(struct ordo_mcs_node *node)
{
    (void)node;
    ordo_slim_reader_writer_lock_write_unlock(&slim_lock);
}

static uint64_t slim_state(void)
{
    return ordo_load(&slim_lock.state, ordo_relaxed);
}

static const struct fair_lock fair_locks[] = {
    {"ticket lock", ticket_do_lock, ticket_do_try_lock, ticket_do_unlock, ticket_state},
    {"MCS lock", mcs_do_lock, mcs_do_try_lock, mcs_do_unlock, mcs_state},
    {"slim reader-writer lock", slim_do_lock, slim_do_try_lock, slim_do_unlock, slim_state},
};

enum { waiters = 6 };

struct scene {
    const struct fair_lock *kind;
    unsigned int served;
    unsigned int place[waiters];
};

struct waiter {
    struct scene *scene;
    unsigned int number;
};

static void *wait_and_note(void *argument)
{
    const struct waiter *const self = argument;
    struct scene *const scene = self->scene;
    struct ordo_mcs_node node;

    scene->kind->lock(&node);
    scene->place[self->number] = scene->served++;
    scene->kind->unlock(&node);
    return NULL;
}

Test(queue_locks, first_come_first_served)
{
    for (size_t i = 0; i < sizeof fair_locks / sizeof *fair_locks; i++) {
        struct scene scene = {.kind = &fair_locks[i]};
        struct ordo_mcs_node node, other;
        struct waiter self[waiters];
        ordo_thread *threads[waiters];

        scene.kind->lock(&node);
        for (unsigned int number = 0; number < waiters; number++) {
            const uint64_t before = scene.kind->state();
            self[number] = (struct waiter){&scene, number};
            cr_assert(ordo_thread_spawn(&threads[number], wait_and_note, &self[number]) == 0);
            while (scene.kind->state() == before)
                ordo_thread_yield();
            cr_expect(!scene.kind->try_lock(&other), "%s: locked", scene.kind->name);
        }
        scene.kind->unlock(&node);
        for (unsigned int number = 0; number < waiters; number++) {
            ordo_thread_join(threads[number]);
            cr_expect(scene.place[number] == number, "%s: %u was served as %u", scene.kind->name,
                      number, scene.place[number]);
        }
        cr_expect(scene.kind->try_lock(&other), "%s: unlocked", scene.kind->name);
        scene.kind->unlock(&other);
    }
}

/* ---- The ticket lock ------------------------------------------------------------------------- */

Test(queue_locks, tickets_come_around)
{
    ordo_store(&ticket_lock.state, UINT64_C(0xfffffffe) << 32 | 0xfffffffe, ordo_relaxed);
    for (int i = 0; i < 2; i++) {
        ordo_ticket_lock_lock(&ticket_lock);
        cr_expect(!ordo_ticket_lock_try_lock(&ticket_lock));
        ordo_ticket_lock_unlock(&ticket_lock);
        cr_assert(ordo_ticket_lock_try_lock(&ticket_lock));
        ordo_ticket_lock_unlock(&ticket_lock);
    }
    cr_expect(ticket_state() == (UINT64_C(2) << 32 | 2));
}

/* ---- Guards and data ------------------------------------------------------------------------- */

static bool are_locked(void)
{
    struct ordo_mcs_node node;

    return !ordo_ticket_lock_try_lock(&ticket_lock) && !ordo_mcs_lock_try_lock(&mcs_lock, &node);
}

static bool return_under_guards(void)
{
    ORDO_TICKET_LOCK_GUARD(&ticket_lock);
    ORDO_MCS_LOCK_GUARD(&mcs_lock);
    return are_locked();
}

Test(queue_locks, guards)
{
    struct ordo_mcs_node node;

    cr_expect(return_under_guards());
    cr_assert(ordo_ticket_lock_try_lock(&ticket_lock));
    ordo_ticket_lock_unlock(&ticket_lock);
    cr_assert(ordo_mcs_lock_try_lock(&mcs_lock, &node));
    ordo_mcs_lock_unlock(&mcs_lock, &node);
}

static ORDO_TICKET_LOCK(int) by_ticket = {ORDO_TICKET_LOCK_INIT, 5};
static ORDO_MCS_LOCK(int) by_mcs = {ORDO_MCS_LOCK_INIT, 7};

static int both_by_return(void)
{
    ORDO_TICKET_LOCK_SCOPE (a, &by_ticket)
        ORDO_MCS_LOCK_SCOPE (b, &by_mcs)
            return *a + *b;
    return -1;
}

Test(queue_locks, data)
{
    int turns = 0;

    ORDO_TICKET_LOCK_SCOPE (value, &by_ticket) {
        turns++;
        cr_expect(!ordo_ticket_lock_try_lock(&by_ticket.lock));
        ++*value;
    }
    ORDO_MCS_LOCK_SCOPE (value, &by_mcs) {
        struct ordo_mcs_node node;
        turns++;
        cr_expect(!ordo_mcs_lock_try_lock(&by_mcs.lock, &node));
        ++*value;
        break;
    }
    cr_expect(turns == 2 && both_by_return() == 14);
    cr_expect(both_by_return() == 14, "unlocked after break and return");
}

/* ---- Forks ----------------------------------------------------------------------------------- */

static ordo_atomic_bool stop;

static void use_both(void)
{
    ORDO_TICKET_LOCK_GUARD(&ticket_lock);
    ORDO_MCS_LOCK_GUARD(&mcs_lock);
}

static void *hammer(void *unused)
{
    while (!ordo_load(&stop, ordo_relaxed))
        use_both();
    return unused;
}

/* Two others use the locks all the time, or wait for them, as the process forks. */
Test(queue_locks, the_child_can_use_what_was_prepared)
{
    ordo_thread *threads[2];
    struct ordo_mcs_node node;

    for (int i = 0; i < 2; i++)
        cr_assert(ordo_thread_spawn(&threads[i], hammer, NULL) == 0);
    for (int i = 0; i < 20; i++) {
        int status = -1;
        ordo_ticket_lock_fork_prepare(&ticket_lock);
        ordo_mcs_lock_fork_prepare(&mcs_lock, &node);
        const pid_t child = fork();
        if (child == 0) {
            ordo_mcs_lock_fork_child(&mcs_lock, &node);
            ordo_ticket_lock_fork_child(&ticket_lock);
            alarm(50); /* a failure must not leave it behind */
            use_both();
            _exit(0);
        }
        ordo_mcs_lock_fork_parent(&mcs_lock, &node);
        ordo_ticket_lock_fork_parent(&ticket_lock);
        cr_assert(child > 0 && waitpid(child, &status, 0) == child && status == 0, "fork %d", i);
    }
    ordo_store(&stop, true, ordo_relaxed);
    for (int i = 0; i < 2; i++)
        ordo_thread_join(threads[i]);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void unlock_ticket(void)
{
    ordo_ticket_lock_unlock(&ticket_lock);
}

static void unlock_ticket_twice(void)
{
    ordo_ticket_lock_lock(&ticket_lock);
    ordo_ticket_lock_unlock(&ticket_lock);
    ordo_ticket_lock_unlock(&ticket_lock);
}

static void unlock_mcs_twice(void)
{
    struct ordo_mcs_node node;

    ordo_mcs_lock_lock(&mcs_lock, &node);
    ordo_mcs_lock_unlock(&mcs_lock, &node);
    ordo_mcs_lock_unlock(&mcs_lock, &node);
}

static void unlock_mcs_of_another(void)
{
    static struct ordo_mcs_node owner, node;

    ordo_mcs_lock_lock(&mcs_lock, &owner);
    if (!ordo_mcs_lock_try_lock(&mcs_lock, &node))
        ordo_mcs_lock_unlock(&mcs_lock, &node);
}

static void unlock_another_mcs(void)
{
    static ordo_mcs_lock other;
    struct ordo_mcs_node node;

    ordo_mcs_lock_lock(&mcs_lock, &node);
    ordo_mcs_lock_unlock(&other, &node);
}

Test(queue_locks, misuse_aborts)
{
    static const char not_locked[] =
        "ordo: ticket_lock.c: unlock of a lock that is not locked\n";
    static const char not_owned[] =
        "ordo: mcs_lock.c: unlock with a node that does not own the lock\n";

    cr_expect(child_aborts(unlock_ticket, not_locked));
    cr_expect(child_aborts(unlock_ticket_twice, not_locked));
    cr_expect(child_aborts(unlock_mcs_twice, not_owned));
    cr_expect(child_aborts(unlock_mcs_of_another, not_owned));
    cr_expect(child_aborts(unlock_another_mcs, not_owned));
}
