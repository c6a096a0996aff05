/* park.c: the token of a thread. */
#include <criterion/criterion.h>
#include <pthread.h>

#include "disturber.h"
#include "ordo/ordo.h"
#include "ordo/thread.h"
#include "rounds.h"
#include "threads.h"

TestSuite(park, .timeout = 60);

static const uint64_t millisecond = 1000000;

Test(park, token_is_one)
{
    ordo_thread *const mine = ordo_thread_self();

    cr_expect(!ordo_thread_park_until(0));
    ordo_thread_unpark(mine);
    ordo_thread_unpark(mine);
    cr_expect(ordo_thread_park_until(0), "a token, even if the deadline has passed");
    cr_expect(!ordo_thread_park_until(0), "there is at most one");
    ordo_thread_unpark(mine);
    ordo_thread_park();
}

Test(park, not_before_the_deadline)
{
    const uint64_t deadline = ordo_clock_now() + 20 * millisecond;

    cr_expect(!ordo_thread_park_until(deadline));
    cr_expect(ordo_clock_now() >= deadline);
}

Test(park, sleep_until)
{
    const uint64_t deadline = ordo_clock_now() + 20 * millisecond;

    ordo_thread_sleep_until(deadline);
    cr_expect(ordo_clock_now() >= deadline);
    ordo_thread_sleep_until(0);
}

static void count_signal(void *count)
{
    __atomic_fetch_add((unsigned int *)count, 1, __ATOMIC_RELAXED);
}

/* So many signals that most of them come in a sleep. */
Test(park, signals_do_not_end_a_sleep)
{
    enum { enough = 100 };
    unsigned int signals = 0;
    struct disturber disturber;

    disturber_start(&disturber, count_signal, &signals);
    while (__atomic_load_n(&signals, __ATOMIC_RELAXED) < enough) {
        const uint64_t deadline = ordo_clock_now() + 5 * millisecond;
        ordo_thread_sleep_until(deadline);
        cr_assert(has_just_passed(deadline));
    }
    disturber_stop(&disturber);
}

static unsigned int handed; /* plain: `turn` orders the accesses, as park may be left for nothing */
static ordo_atomic_u32 turn;

static void *receive(void *rounds)
{
    for (uint32_t i = 1; i <= (uint32_t)(uintptr_t)rounds; i++) {
        while (ordo_load(&turn, ordo_acquire) != 2 * i - 1)
            ordo_thread_park();
        cr_assert(handed == i);
        ordo_store(&turn, 2 * i, ordo_release);
        ordo_futex_wake(&turn, 1);
    }
    return NULL;
}

Test(park, each_unpark_arrives)
{
    const uint32_t rounds = test_rounds(100);
    ordo_thread *thread;
    uint32_t seen;

    cr_assert(ordo_thread_spawn(&thread, receive, (void *)(uintptr_t)rounds) == 0);
    for (uint32_t i = 1; i <= rounds; i++) {
        handed = i;
        ordo_store(&turn, 2 * i - 1, ordo_release);
        ordo_thread_unpark(thread);
        while ((seen = ordo_load(&turn, ordo_acquire)) != 2 * i)
            ordo_futex_wait(&turn, seen);
    }
    ordo_thread_join(thread);
}

/* ---- The token at the deadline --------------------------------------------------------------- */

/* One thread parks until a deadline, the other unparks it at about that time. Either the first park
 * reports the token, or the next one finds it. Both must have happened often: the unparker comes
 * nearer to the instant in which the park ends, round by round. */
struct deadlines {
    ordo_thread *parker;
    uint64_t deadline, delay;
    unsigned int arrived, rounds, in_time, late;
};

static bool deadlines_go_on(const struct deadlines *deadlines, unsigned int round)
{
    const unsigned int rarer =
        deadlines->in_time < deadlines->late ? deadlines->in_time : deadlines->late;

    return test_goes_on(round, deadlines->rounds, 25 * rarer);
}

static void park_and_adjust(struct deadlines *deadlines)
{
    enum { least = 100, most = 100000 };

    if (ordo_thread_park_until(deadlines->deadline)) {
        deadlines->in_time++;
        deadlines->delay += deadlines->delay < most ? deadlines->delay / 4 + least : 0;
    } else {
        cr_assert(ordo_clock_now() >= deadlines->deadline);
        cr_assert(ordo_thread_park_until(ordo_clock_now() + 30000 * millisecond), "lost");
        deadlines->late++;
        deadlines->delay -= deadlines->delay / 4;
    }
}

static void park_and_unpark(unsigned int self, void *shared)
{
    struct deadlines *const deadlines = shared;

    if (self == 0)
        deadlines->parker = ordo_thread_self();
    for (unsigned int round = 0; deadlines_go_on(deadlines, round); round++) {
        const uint64_t delay = deadlines->delay; /* before the other changes it */
        if (self == 0)
            deadlines->deadline = ordo_clock_now() + round % 8 * 200;
        meet(&deadlines->arrived, 4 * round + 2);
        if (self == 0) {
            park_and_adjust(deadlines);
        } else {
            while (ordo_clock_now() < deadlines->deadline + delay)
                ordo_spin_hint();
            ordo_thread_unpark(deadlines->parker);
        }
        meet(&deadlines->arrived, 4 * round + 4);
        cr_assert(self != 0 || !ordo_thread_park_until(0), "twice");
    }
}

Test(park, token_at_the_deadline, .timeout = 300)
{
    struct deadlines deadlines = {.rounds = test_rounds(10)};

    run_threads(2, park_and_unpark, &deadlines);
    cr_expect(deadlines.in_time > 0 && deadlines.late > 0, "%u in time, %u late",
              deadlines.in_time, deadlines.late);
}

/* ---- After the end --------------------------------------------------------------------------- */

static void *nothing(void *unused)
{
    return unused;
}

Test(park, unpark_after_the_end)
{
    for (unsigned int i = 0; i < test_rounds(1000); i++) {
        ordo_thread *thread;
        cr_assert(ordo_thread_spawn(&thread, nothing, NULL) == 0);
        ordo_thread *const other = ordo_thread_clone(thread);
        ordo_thread_join(thread);
        ordo_thread_unpark(other);
        ordo_thread_drop(other);
    }
}

static ordo_thread *volatile theirs;

static void *give_handle(void *unused)
{
    theirs = ordo_thread_clone(ordo_thread_self());
    return unused;
}

Test(park, unpark_after_the_end_of_a_foreign_thread)
{
    pthread_t foreign;

    cr_assert(pthread_create(&foreign, NULL, give_handle, NULL) == 0);
    pthread_join(foreign, NULL);
    ordo_thread_unpark(theirs);
    cr_expect(ordo_thread_id_of(theirs) != ordo_thread_id());
    ordo_thread_drop(theirs);
}

/* ---- Scopes ---------------------------------------------------------------------------------- */

static void *count_up(void *count)
{
    ordo_fetch_add((ordo_atomic_u32 *)count, 1, ordo_relaxed);
    return NULL;
}

Test(park, scope_joins)
{
    ordo_atomic_u32 count = ORDO_ATOMIC_INIT(0);

    ORDO_THREAD_SCOPE(scope) {
        for (int i = 0; i < 8; i++)
            cr_assert(ordo_thread_scope_spawn(&scope, count_up, &count) == 0);
        if (ordo_thread_id() != 0)
            break;
    }
    cr_expect(ordo_load(&count, ordo_relaxed) == 8);
}
