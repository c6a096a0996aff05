/* event.c: model tests of core/event.c. A plain variable shows, as a data race, a waiter that does
 * not see all that came before the set; a lost wake-up is a deadlock.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/event.h>

/* ---- Auto-reset: a binary semaphore, see there; here what is the event's own ----------------- */

static ordo_auto_reset_event turn;
static unsigned int first, second;

static void set_turn(void)
{
    first = 1;
    ordo_auto_reset_event_set(&turn);
}

static void wait_for_turn(void)
{
    ordo_auto_reset_event_wait(&turn);
    model_assert(first == 1);
}

static void wait_for_turn_in_time(void)
{
    const int error = ordo_auto_reset_event_wait_until(&turn, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0)
        ordo_auto_reset_event_set(&turn); /* the next one's */
}

static void try_turn(void)
{
    const bool through = ordo_auto_reset_event_try_wait(&turn);

    model_reach(through);
    model_assert(!through || first == 1);
}

static void reset_turn(void)
{
    ordo_auto_reset_event_reset(&turn);
}

MODEL_TEST(auto_one_waiter, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(set_turn, wait_for_turn);
    model_assert(!ordo_auto_reset_event_try_wait(&turn));
}

MODEL_TEST(auto_try, .expect = model_reached)
{
    TOGETHER(set_turn, try_turn);
}

MODEL_TEST(auto_deadline_beside_another, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(set_turn, wait_for_turn_in_time, wait_for_turn);
}

/* A reset takes the set away from who has not gone through yet. */
MODEL_TEST(auto_reset, .expect = model_deadlock)
{
    TOGETHER(set_turn, reset_turn, wait_for_turn);
}

static ordo_atomic_u32 through;

static void pass_turn(void)
{
    ordo_auto_reset_event_wait(&turn);
    ordo_fetch_add(&through, 1, ordo_relaxed);
    ordo_auto_reset_event_set(&turn);
}

/* One set, one waiter: who goes through lets the next one through. */
MODEL_TEST(auto_one_by_one, .expect = model_passes)
{
    TOGETHER(set_turn, pass_turn, pass_turn);
    model_assert(ordo_load(&through, ordo_relaxed) == 2);
    model_assert(ordo_auto_reset_event_try_wait(&turn));
    model_assert(!ordo_auto_reset_event_try_wait(&turn));
}

/* A set that finds it set already publishes too: who takes the one token sees both. */
static ordo_atomic_u32 told;

static void set_again_and_tell(void)
{
    second = 1;
    ordo_auto_reset_event_set(&turn);
    ordo_store(&told, 1, ordo_relaxed);
}

static void go_through_when_told(void)
{
    if (ordo_load(&told, ordo_relaxed) == 0)
        return;
    ordo_auto_reset_event_wait(&turn);
    model_reach(1);
    model_assert(second == 1);
}

MODEL_TEST(auto_second_set_publishes, .expect = model_reached)
{
    ordo_auto_reset_event_set(&turn);
    TOGETHER(set_again_and_tell, go_through_when_told);
}

/* ---- Manual-reset ---------------------------------------------------------------------------- */

static ordo_manual_reset_event gate;

static void set_gate(void)
{
    first = 1;
    ordo_manual_reset_event_set(&gate);
}

static void reset_gate(void)
{
    ordo_manual_reset_event_reset(&gate);
}

static void wait_at_gate(void)
{
    ordo_manual_reset_event_wait(&gate);
    model_assert(first == 1);
}

static void wait_at_gate_in_time(void)
{
    const int error = ordo_manual_reset_event_wait_until(&gate, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_assert(error != 0 || first == 1);
    model_reach(error == ETIMEDOUT);
}

static void try_gate(void)
{
    const bool open = ordo_manual_reset_event_try_wait(&gate);

    model_assert(!open || first == 1);
    model_reach(open);
}

MODEL_TEST(manual_one_waiter, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(set_gate, wait_at_gate);
    model_assert(ordo_load(&gate.state, ordo_relaxed) == 1);
}

MODEL_TEST(manual_two_waiters, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(set_gate, wait_at_gate, wait_at_gate);
    model_assert(ordo_load(&gate.state, ordo_relaxed) == 1);
}

MODEL_TEST(manual_try, .expect = model_reached)
{
    TOGETHER(set_gate, try_gate);
}

MODEL_TEST(manual_deadline, .expect = model_reached, .timeouts = 1, .spurious_returns = 1,
           .interrupts = 1)
{
    TOGETHER(set_gate, wait_at_gate_in_time);
}

MODEL_TEST(manual_deadline_beside_another, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(set_gate, wait_at_gate_in_time, wait_at_gate);
    model_assert(ordo_load(&gate.state, ordo_relaxed) == 1);
}

/* Two that set: each wakes those who wait, also if the other was stopped before its wake. */
static void set_gate_too(void)
{
    ordo_manual_reset_event_set(&gate);
}

static void wait_at_gate_for_either(void)
{
    ordo_manual_reset_event_wait(&gate);
}

MODEL_TEST(manual_two_sets, .expect = model_passes)
{
    TOGETHER(set_gate_too, set_gate_too, wait_at_gate_for_either);
}

/* One whose thread is stopped for ever before its wake. */
static void set_gate_without_wake_and_again(void)
{
    ordo_fetch_or(&gate.state, 1, ordo_release);
    ordo_manual_reset_event_set(&gate);
}

MODEL_TEST(manual_stopped_set, .expect = model_passes)
{
    TOGETHER(set_gate_without_wake_and_again, wait_at_gate_for_either);
}

/* A pulse lets through who waited at its set, also if the reset is there before they run: a waiter
 * stands in the word's high half from the moment that it counted itself. */
static void pulse_when_they_wait(void)
{
    while (ordo_load(&gate.state, ordo_relaxed) >> 32 != 2)
        ordo_thread_yield();
    first = 1;
    ordo_manual_reset_event_set(&gate);
    ordo_manual_reset_event_reset(&gate);
}

MODEL_TEST(manual_pulse, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(pulse_when_they_wait, wait_at_gate, wait_at_gate);
    model_assert(ordo_load(&gate.state, ordo_relaxed) == 2);
}

/* But one that comes after the reset waits, and so for ever. */
static void pulse(void)
{
    set_gate();
    reset_gate();
}

MODEL_TEST(manual_pulse_too_early, .expect = model_deadlock)
{
    TOGETHER(pulse, wait_at_gate);
}

/* Set, reset, set: nobody is left behind, and nobody goes through without a set. */
static void pulse_and_set(void)
{
    pulse();
    ordo_manual_reset_event_set(&gate);
}

MODEL_TEST(manual_again, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(pulse_and_set, wait_at_gate);
    model_assert(ordo_load(&gate.state, ordo_relaxed) == 3);
}

/* A reset by another thread between the set and the waiter's look: the waiter sees all the same
 * what the set published. */
static void reset_and_set(void)
{
    ordo_manual_reset_event_reset(&gate);
    ordo_manual_reset_event_set(&gate);
}

MODEL_TEST(manual_reset_between, .expect = model_passes)
{
    TOGETHER(set_gate_too, reset_and_set, wait_at_gate_for_either);
}

/* A set of an event that is set publishes too. */
static void set_gate_again_and_tell(void)
{
    second = 1;
    ordo_manual_reset_event_set(&gate);
    ordo_store(&told, 1, ordo_relaxed);
}

static void go_through_gate_when_told(void)
{
    ordo_manual_reset_event_wait(&gate);
    if (ordo_load(&told, ordo_relaxed) == 0)
        return;
    ordo_manual_reset_event_wait(&gate);
    model_reach(1);
}

MODEL_TEST(manual_second_set, .expect = model_reached)
{
    ordo_manual_reset_event_set(&gate);
    TOGETHER(set_gate_again_and_tell, go_through_gate_when_told);
}

/* ---- Who goes through frees the event while the set may not have returned -------------------- */

static ordo_auto_reset_event *own_turn;
static ordo_manual_reset_event *own_gate;

static void set_own_turn(void)
{
    ordo_auto_reset_event_set(own_turn);
}

static void free_own_turn(void)
{
    ordo_auto_reset_event_wait(own_turn);
    free(own_turn);
}

static void set_own_gate(void)
{
    ordo_manual_reset_event_set(own_gate);
}

static void free_own_gate(void)
{
    ordo_manual_reset_event_wait(own_gate);
    free(own_gate);
}

MODEL_TEST(auto_freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
{
    own_turn = calloc(1, sizeof *own_turn);
    TOGETHER(set_own_turn, free_own_turn);
}

MODEL_TEST(manual_freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
{
    own_gate = calloc(1, sizeof *own_gate);
    TOGETHER(set_own_gate, free_own_gate);
}
