/* gather.c: barrier, latch and events: who goes through and when, misuse, and that they may be
 * unmapped by whoever returns first. Deadlines are in waiting.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "ordo/barrier.h"
#include "ordo/event.h"
#include "ordo/latch.h"
#include "ordo/thread.h"
#include "rounds.h"
#include "threads.h"

TestSuite(gather, .timeout = 60);

Test(gather, sizes)
{
    cr_expect(sizeof(ordo_barrier) == 24);
    cr_expect(sizeof(ordo_latch) == 4);
    cr_expect(sizeof(ordo_auto_reset_event) == 4);
    cr_expect(sizeof(ordo_manual_reset_event) == 8);
}

/* ---- Barrier --------------------------------------------------------------------------------- */

enum { threads = 4 };

struct phases {
    ordo_barrier barrier;
    volatile unsigned int arrivals[threads]; /* plain ones: not atomic */
    unsigned int rounds;
    ordo_atomic_u32 last, behind;
};

static void go_through_phases(unsigned self, void *shared)
{
    struct phases *const phases = shared;

    for (unsigned int i = 1; i <= phases->rounds; i++) {
        phases->arrivals[self] = i;
        if (i % 64 == self)
            ordo_thread_yield();
        if (ordo_barrier_wait(&phases->barrier))
            ordo_fetch_add(&phases->last, 1, ordo_relaxed);
        for (unsigned int other = 0; other < threads; other++)
            if (phases->arrivals[other] != i)
                ordo_fetch_add(&phases->behind, 1, ordo_relaxed);
        ordo_barrier_wait(&phases->barrier);
    }
}

Test(gather, barrier_phases)
{
    struct phases phases = {.barrier = ORDO_BARRIER_INIT(threads), .rounds = test_rounds(20)};

    run_threads(threads, go_through_phases, &phases);
    cr_expect(ordo_load(&phases.last, ordo_relaxed) == phases.rounds, "one in each phase");
    cr_expect(ordo_load(&phases.behind, ordo_relaxed) == 0, "all have arrived");
}

static void arrive_often(unsigned self, void *shared)
{
    struct phases *const phases = shared;

    (void)self;
    for (unsigned int i = 0; i < phases->rounds; i++)
        if (ordo_barrier_wait(&phases->barrier))
            ordo_fetch_add(&phases->last, 1, ordo_relaxed);
}

Test(gather, barrier_of_one)
{
    struct phases phases = {.barrier = ORDO_BARRIER_INIT(1), .rounds = test_rounds(20)};

    run_threads(threads, arrive_often, &phases);
    cr_expect(ordo_load(&phases.last, ordo_relaxed) == threads * phases.rounds);
}

static void *arrive_at(void *barrier)
{
    ordo_barrier_wait(barrier);
    return NULL;
}

/* More threads than n: two phases of three. */
Test(gather, barrier_takes_as_many_as_n)
{
    ordo_barrier barrier = ORDO_BARRIER_INIT(3);
    ordo_thread *arriving[6];

    for (int i = 0; i < 6; i++)
        cr_assert(ordo_thread_spawn(&arriving[i], arrive_at, &barrier) == 0);
    for (int i = 0; i < 6; i++)
        ordo_thread_join(arriving[i]);
    cr_expect(barrier.arrived == 0 && barrier.waiters == NULL);
}

static void wait_at_no_barrier(void)
{
    ordo_barrier none = {0};

    ordo_barrier_wait(&none);
}

Test(gather, barrier_misuse)
{
    cr_expect(child_aborts(wait_at_no_barrier, "ordo: barrier.c: a barrier for no threads\n"));
}

/* ---- Latch ----------------------------------------------------------------------------------- */

Test(gather, latch_counts_down)
{
    ordo_latch latch = ORDO_LATCH_INIT(ORDO_LATCH_MAX), zero = {0};

    cr_expect(ordo_latch_try_wait(&zero), "zero bytes are at zero");
    ordo_latch_wait(&zero);
    cr_expect(!ordo_latch_try_wait(&latch));
    ordo_latch_count_down(&latch, 0);
    ordo_latch_count_down(&latch, ORDO_LATCH_MAX - 2);
    ordo_latch_count_down(&latch, 1);
    cr_expect(!ordo_latch_try_wait(&latch));
    cr_expect(ordo_latch_wait_until(&latch, 0) == ETIMEDOUT);
    ordo_latch_arrive_and_wait(&latch);
    cr_expect(ordo_latch_try_wait(&latch));
}

struct gathering {
    ordo_latch latch;
    ordo_atomic_u32 arrived, early;
};

static void arrive_and_look(unsigned self, void *shared)
{
    struct gathering *const gathering = shared;

    ordo_fetch_add(&gathering->arrived, 1, ordo_relaxed);
    if (self % 2 == 0) {
        ordo_latch_arrive_and_wait(&gathering->latch);
    } else {
        ordo_latch_count_down(&gathering->latch, 1);
        ordo_latch_wait(&gathering->latch);
    }
    if (ordo_load(&gathering->arrived, ordo_relaxed) != threads)
        ordo_fetch_add(&gathering->early, 1, ordo_relaxed);
}

Test(gather, latch_lets_all_go)
{
    for (unsigned int i = 0; i < test_rounds(500); i++) {
        struct gathering gathering = {.latch = ORDO_LATCH_INIT(threads)};

        run_threads(threads, arrive_and_look, &gathering);
        cr_assert(ordo_load(&gathering.early, ordo_relaxed) == 0);
    }
}

static void count_below_zero(void)
{
    ordo_latch latch = ORDO_LATCH_INIT(2);

    ordo_latch_count_down(&latch, 1);
    ordo_latch_count_down(&latch, 2);
}

static void count_far_below_zero(void)
{
    ordo_latch latch = ORDO_LATCH_INIT(0);

    ordo_latch_count_down(&latch, 0x80000000); /* twice that is 0 in 32 bits */
}

Test(gather, latch_misuse)
{
    cr_expect(child_aborts(count_below_zero, "ordo: latch.c: count below zero\n"));
    cr_expect(child_aborts(count_far_below_zero, "ordo: latch.c: count below zero\n"));
}

/* ---- Events ---------------------------------------------------------------------------------- */

Test(gather, auto_reset_event)
{
    ordo_auto_reset_event event = ORDO_AUTO_RESET_EVENT_INIT(true);

    cr_expect(ordo_auto_reset_event_try_wait(&event));
    cr_expect(!ordo_auto_reset_event_try_wait(&event));
    ordo_auto_reset_event_set(&event);
    ordo_auto_reset_event_set(&event);
    ordo_auto_reset_event_wait(&event);
    cr_expect(!ordo_auto_reset_event_try_wait(&event), "remembered once");
    ordo_auto_reset_event_set(&event);
    ordo_auto_reset_event_reset(&event);
    ordo_auto_reset_event_reset(&event);
    cr_expect(ordo_auto_reset_event_wait_until(&event, 0) == ETIMEDOUT);
}

Test(gather, manual_reset_event)
{
    ordo_manual_reset_event event = ORDO_MANUAL_RESET_EVENT_INIT(true);

    cr_expect(ordo_manual_reset_event_try_wait(&event));
    ordo_manual_reset_event_wait(&event);
    cr_expect(ordo_manual_reset_event_wait_until(&event, 0) == 0, "still set");
    ordo_manual_reset_event_reset(&event);
    ordo_manual_reset_event_reset(&event);
    cr_expect(!ordo_manual_reset_event_try_wait(&event));
    cr_expect(ordo_manual_reset_event_wait_until(&event, 0) == ETIMEDOUT);
    ordo_manual_reset_event_set(&event);
    ordo_manual_reset_event_set(&event);
    cr_expect(ordo_manual_reset_event_try_wait(&event));
    ordo_manual_reset_event_reset(&event);
    cr_expect(!ordo_manual_reset_event_try_wait(&event), "a reset undoes any number of sets");
}

/* The number in the low half wraps without a trace in the count of waiters. */
Test(gather, manual_reset_event_wraps)
{
    ordo_manual_reset_event event = {ORDO_ATOMIC_INIT(UINT32_MAX)};

    cr_expect(ordo_manual_reset_event_try_wait(&event));
    ordo_manual_reset_event_reset(&event);
    cr_expect(ordo_load(&event.state, ordo_relaxed) == 0);
    ordo_manual_reset_event_set(&event);
    cr_expect(ordo_load(&event.state, ordo_relaxed) == 1);
}

static ordo_auto_reset_event automatic;
static ordo_manual_reset_event manual;
static ordo_atomic_u32 through;

static void *go_through_automatic(void *unused)
{
    ordo_auto_reset_event_wait(&automatic);
    ordo_fetch_add(&through, 1, ordo_release);
    return unused;
}

static void *go_through_manual(void *unused)
{
    ordo_manual_reset_event_wait(&manual);
    ordo_fetch_add(&through, 1, ordo_release);
    return unused;
}

Test(gather, each_set_lets_one_through)
{
    ordo_thread *waiting[threads];

    for (int i = 0; i < threads; i++)
        cr_assert(ordo_thread_spawn(&waiting[i], go_through_automatic, NULL) == 0);
    usleep(10000); /* by now they sleep */
    for (uint32_t i = 1; i <= threads; i++) {
        ordo_auto_reset_event_set(&automatic);
        while (ordo_load(&through, ordo_acquire) < i)
            ordo_thread_yield();
        usleep(1000);
        cr_expect(ordo_load(&through, ordo_acquire) == i);
    }
    for (int i = 0; i < threads; i++)
        ordo_thread_join(waiting[i]);
}

/* A set that is reset at once still lets all go that waited. */
Test(gather, pulse_lets_all_through)
{
    for (int round = 0; round < 10; round++) {
        ordo_thread *waiting[threads];

        for (int i = 0; i < threads; i++)
            cr_assert(ordo_thread_spawn(&waiting[i], go_through_manual, NULL) == 0);
        while (ordo_load(&manual.state, ordo_relaxed) >> 32 != threads)
            ordo_thread_yield();
        ordo_manual_reset_event_set(&manual);
        ordo_manual_reset_event_reset(&manual);
        for (int i = 0; i < threads; i++)
            ordo_thread_join(waiting[i]);
        cr_expect(!ordo_manual_reset_event_try_wait(&manual));
    }
}

/* ---- Unmapped by who returns first ----------------------------------------------------------- */

struct scene {
    void *page;
    size_t size;
    const void *initial;
    void (*body)(unsigned self, struct scene *scene);
    unsigned int arrived, rounds;
    ordo_atomic_u32 out;
};

static void unmap(struct scene *scene)
{
    munmap(scene->page, 4096);
}

static void repeat(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                               -1, 0);
            if (scene->page == MAP_FAILED)
                abort();
            memcpy(scene->page, scene->initial, scene->size);
            ordo_store(&scene->out, 0, ordo_relaxed);
        }
        meet(&scene->arrived, 4 * i + 2);
        scene->body(self, scene);
        meet(&scene->arrived, 4 * i + 4);
    }
}

static void leave_barrier(unsigned self, struct scene *scene)
{
    (void)self;
    ordo_barrier_wait(scene->page);
    if (ordo_fetch_add(&scene->out, 1, ordo_relaxed) == 0)
        unmap(scene);
}

static void leave_manual_reset_event(unsigned self, struct scene *scene)
{
    if (self == 0) {
        ordo_manual_reset_event_set(scene->page);
    } else {
        ordo_manual_reset_event_wait(scene->page);
        unmap(scene);
    }
}

static void leave_auto_reset_event(unsigned self, struct scene *scene)
{
    if (self == 0) {
        ordo_auto_reset_event_set(scene->page);
    } else {
        ordo_auto_reset_event_wait(scene->page);
        unmap(scene);
    }
}

static void leave_latch(unsigned self, struct scene *scene)
{
    if (self == 0) {
        ordo_latch_count_down(scene->page, 1);
    } else {
        ordo_latch_wait(scene->page);
        unmap(scene);
    }
}

#define UNMAPPED(kind, ...)                                                                        \
    Test(gather, kind##_unmapped, .timeout = 300)                                                  \
    {                                                                                              \
        static const ordo_##kind initial = __VA_ARGS__;                                            \
        struct scene scene = {.size = sizeof initial, .initial = &initial, .body = leave_##kind,   \
                              .rounds = test_rounds(1)};                                           \
        run_threads(2, repeat, &scene);                                                            \
    }

UNMAPPED(barrier, ORDO_BARRIER_INIT(2))
UNMAPPED(latch, ORDO_LATCH_INIT(1))
UNMAPPED(auto_reset_event, ORDO_AUTO_RESET_EVENT_INIT(false))
UNMAPPED(manual_reset_event, ORDO_MANUAL_RESET_EVENT_INIT(false))
