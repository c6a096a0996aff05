/* arc_threads.c: Arcs and Weaks of one value in several threads, and in signal handlers. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "census.h"
#include "ordo/ordo.h"
#include "random.h"
#include "rounds.h"
#include "threads.h"

TestSuite(arc_threads, .timeout = 60);

enum { threads = 4 };

struct item {
    ordo_atomic_u32 *destroyed;
    uint64_t written[threads]; /* each thread its own */
};

ORDO_ARC(item_arc, item_weak, struct item);

static ordo_atomic_u32 destroyed;

static void destroy_item(void *value)
{
    struct item *const item = value;
    uint64_t sum = 0;

    for (unsigned int i = 0; i < threads; i++)
        sum += item->written[i]; /* ThreadSanitizer looks on */
    item->written[0] = sum;
    ordo_add(item->destroyed, 1, ordo_relaxed);
}

static item_arc new_item(const struct ordo_allocator *allocator)
{
    struct item item = {.destroyed = &destroyed};
    item_arc arc;

    if (ordo_arc_new(&arc, &item, destroy_item, allocator) != 0)
        abort();
    return arc;
}

static void use(const item_arc *arc, unsigned int self)
{
    arc->cell->written[self]++;
}

/* ---- Everything at once ---------------------------------------------------------------------- */

enum { batch = 8 }; /* values for each time that the threads meet */

struct crowd {
    struct census census;
    item_arc arcs[threads][batch];
    unsigned int arrived, rounds;
    bool all_take;
    ordo_atomic_u32 made; /* beside the first ones */
};

static int copy_item(void *to, const void *from)
{
    *(struct item *)to = (struct item){.destroyed = ((const struct item *)from)->destroyed};
    return 0;
}

/* Each thread has an Arc and a Weak of it, and does something at random. */
static void act(unsigned self, void *shared)
{
    struct crowd *const crowd = shared;
    uint64_t random = self + 1;
    item_arc mine = crowd->arcs[self][0], other;
    item_weak weak = ordo_arc_downgrade(&mine), other_weak;

    for (unsigned int i = 0; i < crowd->rounds; i++) {
        use(&mine, self);
        switch (random_next(&random) % 8) {
        case 0:
            other = ordo_arc_clone(&mine);
            ordo_arc_drop(&mine);
            mine = other;
            break;
        case 1:
            other_weak = ordo_arc_downgrade(&mine);
            ordo_weak_drop(&weak);
            weak = other_weak;
            break;
        case 2:
            other_weak = ordo_weak_clone(&weak);
            ordo_weak_drop(&weak);
            weak = other_weak;
            break;
        case 3:
            if (ordo_weak_upgrade(&weak, &other)) {
                use(&other, self);
                ordo_arc_drop(&other);
            }
            break;
        case 4:
            if (ordo_arc_get_mut(&mine) != NULL)
                abort(); /* `weak` is there */
            break;
        case 5:
            if (ordo_arc_strong_count(&mine) == 0 || ordo_weak_weak_count(&weak) == 0)
                abort();
            break;
        case 6: /* there and back by a Weak, which fails only for the last one */
            other_weak = ordo_arc_downgrade(&mine);
            ordo_arc_drop(&mine);
            if (!ordo_weak_upgrade(&other_weak, &mine)) {
                mine = new_item(&crowd->census.allocator);
                ordo_add(&crowd->made, 1, ordo_relaxed);
                ordo_weak_drop(&weak);
                weak = ordo_arc_downgrade(&mine);
            }
            ordo_weak_drop(&other_weak);
            break;
        case 7:
            if (i % 64 == 0)
                ordo_thread_yield();
            break;
        }
    }
    ordo_arc_drop(&mine);
    ordo_weak_drop(&weak);
}

Test(arc_threads, everything)
{
    struct crowd crowd = {.rounds = test_rounds(1)};

    census_start(&crowd.census);
    crowd.arcs[0][0] = new_item(&crowd.census.allocator);
    for (unsigned int i = 1; i < threads; i++)
        crowd.arcs[i][0] = ordo_arc_clone(&crowd.arcs[0][0]);
    run_threads(threads, act, &crowd);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 1 + ordo_load(&crowd.made, ordo_relaxed));
    cr_expect(ordo_load(&crowd.census.live, ordo_relaxed) == 0);
}

/* ---- The value goes to one ------------------------------------------------------------------- */

/* Gives up an Arc in one of four ways. */
static void give_up(struct crowd *crowd, item_arc *arc, unsigned int self, unsigned int way)
{
    struct item inner;

    use(arc, self);
    switch (way) {
    case 0:
        ordo_arc_drop(arc);
        break;
    case 1:
        if (ordo_arc_try_unwrap(arc, &inner))
            destroy_item(&inner);
        ordo_arc_drop(arc);
        break;
    case 2:
        if (ordo_arc_into_inner(arc, &inner))
            destroy_item(&inner);
        break;
    case 3:
        if (ordo_arc_make_mut(arc, copy_item) != 0)
            abort();
        ordo_add(&crowd->made, arc->value->written[self] == 0, ordo_relaxed);
        for (unsigned int other = 0; other < threads; other++)
            arc->cell->written[other] = 1;
        ordo_arc_drop(arc);
        break;
    }
}

static void take(struct crowd *crowd, item_arc *arc)
{
    struct item inner;

    ordo_add(&crowd->made, ordo_arc_into_inner(arc, &inner), ordo_relaxed);
}

/* Round by round the threads get Arcs of the same values. */
static void each_round(unsigned self, void *shared)
{
    struct crowd *const crowd = shared;
    uint64_t random = self + 1;

    for (unsigned int round = 0; round < crowd->rounds; round++) {
        for (unsigned int i = 0; i < batch && self == 0; i++) {
            crowd->arcs[0][i] = new_item(&crowd->census.allocator);
            for (unsigned int other = 1; other < threads; other++)
                crowd->arcs[other][i] = ordo_arc_clone(&crowd->arcs[0][i]);
        }
        meet(&crowd->arrived, (2 * round + 1) * threads);
        for (unsigned int i = 0; i < batch; i++)
            if (crowd->all_take)
                take(crowd, &crowd->arcs[self][i]);
            else
                give_up(crowd, &crowd->arcs[self][i], self, random_next(&random) % 4);
        meet(&crowd->arrived, (2 * round + 2) * threads);
    }
}

Test(arc_threads, given_up)
{
    struct crowd crowd = {.rounds = test_rounds(10 * batch)};

    census_start(&crowd.census);
    run_threads(threads, each_round, &crowd);
    cr_expect(ordo_load(&destroyed, ordo_relaxed)
              == crowd.rounds * batch + ordo_load(&crowd.made, ordo_relaxed));
    cr_expect(ordo_load(&crowd.census.live, ordo_relaxed) == 0);
}

Test(arc_threads, into_inner_gives_exactly_one)
{
    struct crowd crowd = {.rounds = test_rounds(10 * batch), .all_take = true};

    census_start(&crowd.census);
    run_threads(threads, each_round, &crowd);
    cr_expect(ordo_load(&crowd.made, ordo_relaxed) == crowd.rounds * batch);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 0);
    cr_expect(ordo_load(&crowd.census.live, ordo_relaxed) == 0);
}

/* ---- get_mut beside one who always has something --------------------------------------------- */

/* Thread 1 has an Arc, then only a Weak, then both, then only an Arc, and asks too. Nobody ever is
 * alone. */
struct lookers {
    item_arc arcs[2];
    unsigned int rounds;
    ordo_atomic_u32 looks;
    ordo_atomic_bool is_over;
};

static void look(unsigned self, void *shared)
{
    struct lookers *const lookers = shared;
    item_arc *const mine = &lookers->arcs[self];
    item_weak weak;

    if (self == 0) {
        while (!ordo_load(&lookers->is_over, ordo_relaxed)) {
            if (ordo_arc_get_mut(mine) != NULL)
                abort();
            ordo_add(&lookers->looks, 1, ordo_relaxed);
        }
        return;
    }
    for (unsigned int i = 0, met = 0; test_goes_on(i, lookers->rounds, met); i++) {
        const uint32_t looks = ordo_load(&lookers->looks, ordo_relaxed);

        weak = ordo_arc_downgrade(mine);
        ordo_arc_drop(mine);
        if (!ordo_weak_upgrade(&weak, mine))
            abort();
        ordo_weak_drop(&weak);
        if (ordo_arc_get_mut(mine) != NULL)
            abort();
        met += ordo_load(&lookers->looks, ordo_relaxed) != looks;
    }
    ordo_store(&lookers->is_over, true, ordo_relaxed);
}

Test(arc_threads, get_mut_never_gives_what_is_not_alone)
{
    struct lookers lookers = {.rounds = test_rounds(1)};

    lookers.arcs[0] = new_item(NULL);
    lookers.arcs[1] = ordo_arc_clone(&lookers.arcs[0]);
    run_threads(2, look, &lookers);
    cr_expect(ordo_arc_strong_count(&lookers.arcs[0]) == 2);
    cr_expect(ordo_arc_weak_count(&lookers.arcs[0]) == 0);
    ordo_arc_drop(&lookers.arcs[0]);
    cr_expect(ordo_arc_get_mut(&lookers.arcs[1]) != NULL, "no mark stays");
    ordo_arc_drop(&lookers.arcs[1]);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 1);
}

/* ---- Signals --------------------------------------------------------------------------------- */

static item_arc interrupted;
static volatile sig_atomic_t interruptions;

/* Does everything that neither destroys nor allocates, wherever it comes. */
static void handle(int signal_number)
{
    item_weak weak = ordo_arc_downgrade(&interrupted);
    item_arc arc;

    (void)signal_number;
    if (!ordo_weak_upgrade(&weak, &arc))
        abort();
    ordo_weak_drop(&weak);
    if (ordo_arc_get_mut(&arc) != NULL)
        abort();
    ordo_arc_drop(&arc);
    interruptions++;
}

/* A handler that comes in the middle of a get_mut downgrades, and need not wait for it. */
Test(arc_threads, in_a_signal_handler)
{
    const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    item_arc arc = new_item(NULL);

    interrupted = ordo_arc_clone(&arc);
    cr_assert(signal(SIGALRM, handle) != SIG_ERR);
    cr_assert(setitimer(ITIMER_REAL, &often, NULL) == 0);
    while (interruptions < 200) {
        if (ordo_arc_get_mut(&arc) != NULL)
            abort();
        item_arc other = ordo_arc_clone(&arc);
        ordo_arc_drop(&other);
    }
    cr_assert(setitimer(ITIMER_REAL, &never, NULL) == 0);
    cr_expect(ordo_arc_strong_count(&arc) == 2 && ordo_arc_weak_count(&arc) == 0);
    ordo_arc_drop(&interrupted);
    cr_expect(ordo_arc_get_mut(&arc) != NULL);
    ordo_arc_drop(&arc);
}

/* ---- Memory that goes at once ---------------------------------------------------------------- */

static void *map(void *unused, size_t size, size_t alignment)
{
    (void)unused;
    (void)alignment;
    void *const memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                              0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *unused, void *memory, size_t size)
{
    (void)unused;
    munmap(memory, size);
}

static const struct ordo_allocator pages = {map, unmap, NULL};

struct leavers {
    item_arc arcs[2][batch];
    item_weak weaks[2][batch];
    unsigned int arrived, rounds;
};

/* What the two threads have of a value: each an Arc; or the second a Weak, which it drops, or
 * upgrades first; or each a Weak of what is gone. */
static void prepare(struct leavers *leavers, unsigned int i)
{
    item_arc arc = new_item(&pages);

    leavers->arcs[1][i] = (item_arc){0};
    leavers->weaks[0][i] = leavers->weaks[1][i] = (item_weak){0};
    if (i % 4 == 0)
        leavers->arcs[1][i] = ordo_arc_clone(&arc);
    else
        leavers->weaks[1][i] = ordo_arc_downgrade(&arc);
    if (i % 4 == 3) {
        leavers->weaks[0][i] = ordo_arc_downgrade(&arc);
        ordo_arc_drop(&arc);
    }
    leavers->arcs[0][i] = arc;
}

/* Who is the last unmaps all, while the other is still leaving. */
static void leave(unsigned self, void *shared)
{
    struct leavers *const leavers = shared;

    for (unsigned int round = 0; round < leavers->rounds; round++) {
        for (unsigned int i = 0; i < batch && self == 0; i++)
            prepare(leavers, i);
        meet(&leavers->arrived, 4 * round + 2);
        for (unsigned int i = 0; i < batch; i++) {
            item_arc *const arc = &leavers->arcs[self][i];
            item_weak *const weak = &leavers->weaks[self][i];

            if (i % 4 == 2 && self == 1 && ordo_weak_upgrade(weak, arc))
                use(arc, self);
            ordo_weak_drop(weak);
            ordo_arc_drop(arc);
        }
        meet(&leavers->arrived, 4 * round + 4);
    }
}

Test(arc_threads, unmapped_after_the_last_drop, .timeout = 300)
{
    struct leavers leavers = {.rounds = test_rounds(batch)};

    run_threads(2, leave, &leavers);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == leavers.rounds * batch);
}

/* ---- Limits ---------------------------------------------------------------------------------- */

/* Memory that several processes see. */
static void *map_shared(void *unused, size_t size, size_t alignment)
{
    (void)unused;
    (void)alignment;
    void *const memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                              0);
    return memory == MAP_FAILED ? NULL : memory;
}

static const struct ordo_allocator shared_pages = {map_shared, unmap, NULL};

enum { room = 1000 }; /* below the limit */
enum way { clone_arcs, upgrade, downgrade, clone_weaks };

struct many {
    item_arc arc;
    item_weak weak;
    unsigned int arrived;
};

/* Makes more than there is room for. */
static void make_many(struct many *many, enum way way)
{
    item_arc arc;

    for (int i = 0; i < 2 * room; i++)
        switch (way) {
        case clone_arcs:
            (void)ordo_arc_clone(&many->arc);
            break;
        case upgrade:
            if (!ordo_weak_upgrade(&many->weak, &arc))
                _exit(1);
            break;
        case downgrade:
            (void)ordo_arc_downgrade(&many->arc);
            break;
        case clone_weaks:
            (void)ordo_weak_clone(&many->weak);
            break;
        }
}

static pid_t fork_one(struct many *many, enum way way)
{
    const pid_t child = fork();

    if (child != 0)
        return child;
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGABRT, SIG_DFL);
    meet(&many->arrived, 3);
    make_many(many, way);
    _exit(1);
}

/* Three run into the limits at once, in a process each: so that the first that aborts does not stop
 * the others, and each of them passes the limit if it can. (Also, QEMU cannot start threads in a
 * process that was forked.) */
static void aborts_before_the_wrap(enum way first, enum way second, enum way third)
{
    const enum way ways[3] = {first, second, third};
    struct many *const many = map_shared(NULL, sizeof *many, 1);
    pid_t children[3];
    int status = 0;

    cr_assert(many != NULL);
    many->arc = new_item(&shared_pages);
    many->weak = ordo_arc_downgrade(&many->arc);
    ordo_arc_preset_counts(&many->arc, ORDO_ARC_MAX - room, ORDO_ARC_MAX - room);
    for (int i = 0; i < 3; i++) {
        children[i] = fork_one(many, ways[i]);
        cr_assert(children[i] > 0);
    }
    for (int i = 0; i < 3; i++) {
        cr_expect(waitpid(children[i], &status, 0) == children[i]);
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
    const size_t strong = ordo_arc_strong_count(&many->arc);
    const size_t weak = ordo_arc_weak_count(&many->arc);
    cr_expect(strong == ORDO_ARC_MAX - room
              || (strong >= ORDO_ARC_MAX && strong <= ORDO_ARC_MAX + 3));
    cr_expect(weak == ORDO_ARC_MAX - room || (weak >= ORDO_ARC_MAX && weak <= ORDO_ARC_MAX + 3));
    ordo_arc_preset_counts(&many->arc, 1, 1);
    ordo_arc_drop(&many->arc);
    ordo_weak_drop(&many->weak);
    unmap(NULL, many, sizeof *many);
}

Test(arc_threads, aborts_before_a_counter_wraps)
{
    for (int i = 0; i < 5; i++) {
        aborts_before_the_wrap(clone_arcs, upgrade, downgrade);
        aborts_before_the_wrap(clone_arcs, clone_arcs, clone_arcs);
        aborts_before_the_wrap(upgrade, upgrade, upgrade);
        aborts_before_the_wrap(downgrade, downgrade, downgrade);
        aborts_before_the_wrap(clone_weaks, clone_weaks, downgrade);
    }
}
