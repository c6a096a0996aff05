/* fork_copies.c: what the child of a fork has of each primitive that nothing was done for: the copy
 * that its header promises. */
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "has_futex.h"
#include "ordo/ordo.h"

TestSuite(fork_copies, .timeout = 60);

enum { millisecond = 1000000 };

static uint64_t soon(void)
{
    return ordo_clock_now() + millisecond;
}

/* Whether it holds in a forked child; which says what does not. */
static bool holds_in_child(bool (*what)(void))
{
    int status = -1;
    const pid_t child = fork();

    if (child == 0) {
        alarm(50); /* a failure must not leave it behind */
        _exit(what() ? 0 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static bool check(bool holds, const char *what)
{
    if (!holds)
        fprintf(stderr, "fork_copies: not in the child: %s\n", what);
    return holds;
}
#define HOLDS(what) check(what, #what)

/* ---- Locks ----------------------------------------------------------------------------------- */

static ordo_mutex mutex;
static ordo_spin_lock spin_lock;
static ordo_recursive_mutex recursive;
static ordo_error_checking_mutex checking;
static ordo_poison_mutex poison;
static ordo_reader_writer_lock written, being_read;
static ordo_pi_mutex pi_mutex;
static ordo_robust_mutex robust;
static bool has_robust; /* the system has them; not QEMU */
static bool has_pi;     /* only where there are futexes */

static void must(int error)
{
    if (error != 0)
        abort();
}

static void lock_all(void)
{
    ordo_mutex_lock(&mutex);
    ordo_spin_lock_lock(&spin_lock);
    ordo_recursive_mutex_lock(&recursive);
    must(ordo_error_checking_mutex_lock(&checking));
    must(ordo_poison_mutex_lock(&poison));
    ordo_reader_writer_lock_write_lock(&written);
    ordo_reader_writer_lock_read_lock(&being_read);
    if ((has_pi = has_futex_for("pi_mutex")))
        ordo_pi_mutex_lock(&pi_mutex);
    const int error = ordo_robust_mutex_lock(&robust);
    has_robust = error == 0;
    if (error == ENOTSUP)
        puts("SKIP fork_copies: robust mutex: no robust list that fits (QEMU has none)");
}

/* But those that are of no use in the child of their owner. */
static void unlock_all(void)
{
    ordo_mutex_unlock(&mutex);
    ordo_spin_lock_unlock(&spin_lock);
    ordo_recursive_mutex_unlock(&recursive);
    must(ordo_error_checking_mutex_unlock(&checking));
    ordo_poison_mutex_unlock(&poison);
    ordo_reader_writer_lock_write_unlock(&written);
    ordo_reader_writer_lock_read_unlock(&being_read);
}

static void unlock_the_rest(void)
{
    if (has_pi)
        ordo_pi_mutex_unlock(&pi_mutex);
    if (has_robust)
        ordo_robust_mutex_unlock(&robust);
}

/* A wait for it times out or aborts. */
static bool pi_mutex_cannot_be_had(void)
{
    int status = -1;
    const pid_t child = fork();

    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        _exit(ordo_pi_mutex_lock_until(&pi_mutex, soon()) == ETIMEDOUT ? 0 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child
           && (status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}

static bool the_rest_is_locked(void)
{
    return HOLDS(!has_pi || !ordo_pi_mutex_try_lock(&pi_mutex))
           && HOLDS(!has_pi || pi_mutex_cannot_be_had())
           && HOLDS(!has_robust || ordo_robust_mutex_try_lock(&robust) == EBUSY)
           && HOLDS(!has_robust || ordo_robust_mutex_lock_until(&robust, soon()) == ETIMEDOUT);
}

static bool all_are_locked(void)
{
    return HOLDS(!ordo_mutex_try_lock(&mutex))
           && HOLDS(ordo_mutex_lock_until(&mutex, soon()) == ETIMEDOUT)
           && HOLDS(!ordo_spin_lock_try_lock(&spin_lock))
           && HOLDS(!ordo_recursive_mutex_try_lock(&recursive))
           && HOLDS(ordo_recursive_mutex_lock_until(&recursive, soon()) == ETIMEDOUT)
           && HOLDS(ordo_error_checking_mutex_try_lock(&checking) == EBUSY)
           && HOLDS(ordo_error_checking_mutex_lock_until(&checking, soon()) == ETIMEDOUT)
           && HOLDS(ordo_error_checking_mutex_unlock(&checking) == EPERM)
           && HOLDS(ordo_poison_mutex_try_lock(&poison) == EBUSY)
           && HOLDS(ordo_poison_mutex_lock_until(&poison, soon()) == ETIMEDOUT)
           && HOLDS(!ordo_reader_writer_lock_try_read_lock(&written))
           && HOLDS(ordo_reader_writer_lock_read_lock_until(&written, soon()) == ETIMEDOUT)
           && HOLDS(!ordo_reader_writer_lock_try_write_lock(&being_read))
           && HOLDS(ordo_reader_writer_lock_write_lock_until(&being_read, soon()) == ETIMEDOUT)
           && the_rest_is_locked();
}

static ordo_atomic_u32 stage;

static void set_stage(uint32_t now)
{
    ordo_store(&stage, now, ordo_release);
    ordo_futex_wake(&stage, UINT32_MAX);
}

static void wait_for_stage(uint32_t wanted)
{
    uint32_t seen;

    while ((seen = ordo_load(&stage, ordo_acquire)) != wanted)
        ordo_futex_wait(&stage, seen);
}

static void *hold_all(void *unused)
{
    lock_all();
    set_stage(1);
    wait_for_stage(2);
    unlock_all();
    unlock_the_rest();
    return unused;
}

Test(fork_copies, locks_of_another_thread_stay_locked)
{
    ordo_thread *holder;

    cr_assert(ordo_thread_spawn(&holder, hold_all, NULL) == 0);
    wait_for_stage(1);
    cr_expect(holds_in_child(all_are_locked));
    set_stage(2);
    ordo_thread_join(holder);
}

static bool own_locks_are_mine(void)
{
    unlock_all();
    if (!the_rest_is_locked())
        return false;
    has_robust = false;
    ordo_mutex_lock(&mutex);
    ordo_recursive_mutex_lock(&recursive);
    ordo_recursive_mutex_lock(&recursive);
    return HOLDS(ordo_error_checking_mutex_lock(&checking) == 0)
           && HOLDS(ordo_error_checking_mutex_lock(&checking) == EDEADLK)
           && HOLDS(ordo_poison_mutex_lock(&poison) == 0)
           && HOLDS(ordo_reader_writer_lock_try_write_lock(&written))
           && HOLDS(ordo_reader_writer_lock_try_write_lock(&being_read));
}

static void unlock_pi_mutex(void)
{
    ordo_pi_mutex_unlock(&pi_mutex);
}

static void unlock_robust_mutex(void)
{
    ordo_robust_mutex_unlock(&robust);
}

/* The forking thread goes on with its locks in the child, where it has the same ordo_thread_id; but
 * not with those that the kernel knows by its number there. */
Test(fork_copies, locks_of_the_forking_thread)
{
    lock_all();
    cr_expect(holds_in_child(own_locks_are_mine));
    cr_expect(!has_pi
              || child_aborts(unlock_pi_mutex, "ordo: pi_mutex.c: unlock of a mutex that the "
                                               "caller does not have\n"));
    cr_expect(!has_robust
              || child_aborts(unlock_robust_mutex, "ordo: robust_mutex.c: unlock of a mutex that "
                                                   "the caller does not have\n"));
    unlock_all();
    unlock_the_rest();
}

static bool all_can_be_used(void)
{
    lock_all();
    unlock_all();
    unlock_the_rest();
    return true;
}

static void *use_all(void *unused)
{
    (void)all_can_be_used();
    return unused;
}

Test(fork_copies, locks_that_nobody_has)
{
    ordo_thread *thread;

    cr_expect(holds_in_child(all_can_be_used), "never used");
    cr_assert(ordo_thread_spawn(&thread, use_all, NULL) == 0);
    ordo_thread_join(thread);
    cr_expect(holds_in_child(all_can_be_used), "used by a thread that has ended");
    use_all(NULL);
    cr_expect(holds_in_child(all_can_be_used), "used by the forking thread");
}

/* ---- What is counted, or has happened -------------------------------------------------------- */

static ordo_semaphore semaphore;
static ordo_binary_semaphore binary;
static ordo_auto_reset_event automatic;
static ordo_manual_reset_event manual;
static ordo_latch latch = ORDO_LATCH_INIT(2);
static ordo_atomic_u32 word;

static bool takes_what_is_there(void)
{
    return HOLDS(ordo_semaphore_try_wait(&semaphore)) && HOLDS(ordo_semaphore_try_wait(&semaphore))
           && HOLDS(!ordo_semaphore_try_wait(&semaphore))
           && HOLDS(ordo_semaphore_wait_until(&semaphore, soon()) == ETIMEDOUT)
           && HOLDS(ordo_binary_semaphore_try_wait(&binary))
           && HOLDS(!ordo_binary_semaphore_try_wait(&binary))
           && HOLDS(ordo_auto_reset_event_wait_until(&automatic, 0) == 0)
           && HOLDS(ordo_auto_reset_event_wait_until(&automatic, soon()) == ETIMEDOUT)
           && HOLDS(ordo_manual_reset_event_wait_until(&manual, 0) == 0)
           && HOLDS(ordo_manual_reset_event_wait_until(&manual, 0) == 0)
           && HOLDS(ordo_latch_wait_until(&latch, soon()) == ETIMEDOUT)
           && (ordo_latch_count_down(&latch, 1), HOLDS(ordo_latch_wait_until(&latch, 0) == 0));
}

Test(fork_copies, as_they_were)
{
    ordo_semaphore_post(&semaphore, 2);
    ordo_binary_semaphore_post(&binary);
    ordo_auto_reset_event_set(&automatic);
    ordo_manual_reset_event_set(&manual);
    ordo_latch_count_down(&latch, 1);
    for (int i = 0; i < 2; i++)
        cr_expect(holds_in_child(takes_what_is_there), "the parent keeps its own");
    cr_expect(takes_what_is_there());
}

static void *wait_for_semaphore(void *unused) { return ordo_semaphore_wait(&semaphore), unused; }
static void *wait_for_binary(void *unused) { return ordo_binary_semaphore_wait(&binary), unused; }
static void *wait_for_event(void *unused) { return ordo_auto_reset_event_wait(&automatic), unused; }
static void *wait_for_manual(void *unused) { return ordo_manual_reset_event_wait(&manual), unused; }
static void *wait_for_latch(void *unused) { return ordo_latch_wait(&latch), unused; }
static void *wait_for_word(void *unused) { return ordo_wait(&word, 0, ordo_acquire), unused; }
static void *(*const waits[])(void *) = {wait_for_semaphore, wait_for_binary, wait_for_event,
                                         wait_for_manual, wait_for_latch, wait_for_word};
enum { wait_count = sizeof waits / sizeof *waits };

static void open_all(void)
{
    ordo_semaphore_post(&semaphore, 1);
    ordo_binary_semaphore_post(&binary);
    ordo_auto_reset_event_set(&automatic);
    ordo_manual_reset_event_set(&manual);
    ordo_latch_count_down(&latch, 2);
    ordo_store(&word, 1, ordo_release);
    ordo_notify_all(&word);
}

/* The waiters of the parent stay counted, but take nothing here. */
static bool opens_for_itself(void)
{
    if (!HOLDS(ordo_semaphore_wait_until(&semaphore, soon()) == ETIMEDOUT)
        || !HOLDS(ordo_wait_until(&word, 0, soon(), ordo_acquire) == ETIMEDOUT))
        return false;
    open_all();
    for (int i = 0; i < wait_count; i++)
        waits[i](NULL);
    return HOLDS(!ordo_semaphore_try_wait(&semaphore))
           && HOLDS(!ordo_binary_semaphore_try_wait(&binary))
           && HOLDS(ordo_auto_reset_event_wait_until(&automatic, 0) == ETIMEDOUT);
}

Test(fork_copies, with_waiters_of_the_parent)
{
    ordo_thread *threads[wait_count];

    for (int i = 0; i < wait_count; i++)
        cr_assert(ordo_thread_spawn(&threads[i], waits[i], NULL) == 0);
    usleep(20000); /* by now they sleep */
    cr_expect(holds_in_child(opens_for_itself));
    cr_expect(holds_in_child(opens_for_itself), "which the parent does not notice");
    open_all();
    for (int i = 0; i < wait_count; i++)
        ordo_thread_join(threads[i]);
}

/* ---- What nobody waits for ------------------------------------------------------------------- */

static ordo_condition_variable condition;
static ordo_pi_condition_variable pi_condition;
static ordo_barrier barrier = ORDO_BARRIER_INIT(1);

static void use_idle_pi_condition(void)
{
    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    ordo_pi_condition_variable_notify_one(&pi_condition, &pi_mutex);
    ordo_pi_condition_variable_notify_all(&pi_condition, &pi_mutex);
    (void)!ordo_pi_condition_variable_wait_until(&pi_condition, &pi_mutex, soon());
}

static bool idle_ones_can_be_used(void)
{
    bool holds = true;

    for (int i = 0; i < 2; i++) {
        ORDO_MUTEX_GUARD(&mutex);
        if (has_futex())
            use_idle_pi_condition();
        ordo_condition_variable_notify_one(&condition);
        ordo_condition_variable_notify_all(&condition);
        holds = holds
                && HOLDS(ordo_condition_variable_wait_until(&condition, &mutex, soon())
                         == ETIMEDOUT)
                && HOLDS(ordo_barrier_wait(&barrier));
    }
    return holds;
}

static void *use_idle_ones(void *unused)
{
    return idle_ones_can_be_used() ? unused : &mutex;
}

Test(fork_copies, idle)
{
    ordo_thread *thread;

    cr_expect(holds_in_child(idle_ones_can_be_used), "never used");
    cr_assert(ordo_thread_spawn(&thread, use_idle_ones, NULL) == 0);
    cr_expect(ordo_thread_join(thread) == NULL);
    cr_expect(holds_in_child(idle_ones_can_be_used), "not in use any more");
    cr_expect(idle_ones_can_be_used());
}

/* ---- Once ------------------------------------------------------------------------------------ */

static ordo_once done, running, not_run;
static ORDO_ONCE_LOCK(int) set_once;
static ORDO_LAZY(int) lazy_number, lazy_too;
static ordo_lazy_pointer pointer;
static int object;

static int succeed(void *unused)
{
    (void)unused;
    return 0;
}

static int linger(void *unused)
{
    (void)unused;
    set_stage(1);
    wait_for_stage(2);
    return 0;
}

static void *run_and_linger(void *unused)
{
    must(ordo_once_call(&running, linger, NULL));
    return unused;
}

static int fill(void *number)
{
    *(int *)number = 7;
    return 0;
}

static void *create(void) { return &object; }
static void destroy(void *unused) { (void)unused; }

static bool once_is_as_it_was(void)
{
    const int *number;

    return HOLDS(ordo_once_is_done(&done)) && HOLDS(ordo_once_call(&done, linger, NULL) == 0)
           && HOLDS(!ordo_once_is_done(&running)) && HOLDS(!ordo_once_is_done(&not_run))
           && HOLDS(ordo_once_call(&not_run, succeed, NULL) == 0)
           && HOLDS(*ordo_once_lock_get(&set_once) == 5)
           && HOLDS((number = ordo_lazy_get(&lazy_number)) != NULL && *number == 7)
           && HOLDS((number = ordo_lazy_get(&lazy_too)) != NULL && *number == 7)
           && HOLDS(ordo_lazy_pointer_get(&pointer, create, destroy) == &object);
}

Test(fork_copies, once)
{
    ordo_thread *thread;
    const int five = 5;

    lazy_number.initialise = lazy_too.initialise = fill;
    cr_assert(ordo_once_call(&done, succeed, NULL) == 0);
    cr_assert(ordo_once_lock_set(&set_once, &five) && ordo_lazy_get(&lazy_number) != NULL);
    cr_assert(ordo_thread_spawn(&thread, run_and_linger, NULL) == 0);
    wait_for_stage(1);
    cr_expect(holds_in_child(once_is_as_it_was));
    cr_expect(once_is_as_it_was());
    set_stage(2);
    ordo_thread_join(thread);
    cr_expect(ordo_once_is_done(&running));
}

/* ---- Threads, futexes, fences ---------------------------------------------------------------- */

static ordo_thread *self, *sleeper;

static void *sleep_on_word(void *unused)
{
    set_stage(1);
    while (ordo_load(&word, ordo_acquire) == 0)
        ordo_futex_wait(&word, 0);
    return unused;
}

static void *itself(void *argument)
{
    return argument;
}

static bool threads_can_be_had(void)
{
    ordo_thread *thread;

    return HOLDS(ordo_thread_spawn(&thread, itself, &thread) == 0)
           && HOLDS(ordo_thread_id_of(thread) > ordo_thread_id_of(self))
           && HOLDS(ordo_thread_join(thread) == &thread);
}

static bool only_the_forking_thread_is_left(void)
{
    if (!HOLDS(ordo_thread_self() == self) || !HOLDS(ordo_thread_park_until(0))
        || !HOLDS(!ordo_thread_park_until(0)) || !HOLDS(ordo_futex_wake(&word, UINT32_MAX) == 0))
        return false;
    ordo_thread_unpark(sleeper); /* its record is there */
    ordo_thread_unpark(self);
    ordo_thread_park();
    ordo_fence_light();
    ordo_fence_heavy();
    return true;
}

Test(fork_copies, threads)
{
    self = ordo_thread_self();
    if (getenv("ORDO_QEMU") == NULL)
        cr_expect(holds_in_child(threads_can_be_had));
    else
        puts("SKIP fork_copies/threads: QEMU has no threads in a forked child");
    ordo_thread_unpark(self);
    cr_assert(ordo_thread_spawn(&sleeper, sleep_on_word, NULL) == 0);
    wait_for_stage(1);
    usleep(10000); /* by now it sleeps */
    cr_expect(holds_in_child(only_the_forking_thread_is_left));
    cr_expect(ordo_thread_park_until(0), "the parent's own");
    ordo_store(&word, 1, ordo_release);
    ordo_futex_wake(&word, UINT32_MAX);
    ordo_thread_join(sleeper);
}
