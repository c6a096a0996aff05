/* park_token.c: the token of ordo_thread_park is the user's: no wait of the library takes it, adds
 * one, or is ended by one. Every primitive that waits is in the table. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "has_futex.h"
#include "ordo/ordo.h"

TestSuite(park_token, .timeout = 60);

enum { millisecond = 1000000 };

/* ---- The two threads ------------------------------------------------------------------------- */

enum stage { nothing_yet, closed, opening };
enum token { no_token, given_before, given_meanwhile };

static ordo_atomic_u32 stage;
static ordo_thread *waiter;
static enum token token;

static void set_stage(enum stage now)
{
    ordo_store(&stage, now, ordo_release);
    ordo_futex_wake(&stage, UINT32_MAX);
}

static void wait_for_stage(enum stage wanted)
{
    uint32_t seen;

    while ((seen = ordo_load(&stage, ordo_acquire)) != wanted)
        ordo_futex_wait(&stage, seen);
}

/* The other thread calls it when the waiter would have to wait. */
static void linger(void)
{
    set_stage(closed);
    wait_for_stage(opening);
    usleep(1000); /* by now the waiter sleeps */
    if (token == given_meanwhile) {
        ordo_thread_unpark(waiter);
        usleep(1000);
    }
}

/* ---- What waits ------------------------------------------------------------------------------ */

static void must(int error)
{
    if (error != 0)
        abort();
}

/* The other thread `close`s, lingers and `open`s; the waiter does `wait`. */
#define WAITS(name, close, open, wait)                                                             \
    static void name##_other(void)                                                                 \
    {                                                                                              \
        close;                                                                                     \
        linger();                                                                                  \
        open;                                                                                      \
    }                                                                                              \
    static void name##_wait(void) { wait; }
#define LOCKS(name, lock, unlock) WAITS(name, lock, unlock, lock; unlock)

/* And until a deadline. */
#define UNTIL(name, result)                                                                        \
    static int name##_until(uint64_t deadline) { return result; }

static ordo_mutex mutex;
LOCKS(mutex, ordo_mutex_lock(&mutex), ordo_mutex_unlock(&mutex))
UNTIL(mutex, ordo_mutex_lock_until(&mutex, deadline))

static ordo_process_shared_mutex shared_mutex;
LOCKS(shared_mutex, ordo_process_shared_mutex_lock(&shared_mutex),
      ordo_process_shared_mutex_unlock(&shared_mutex))
UNTIL(shared_mutex, ordo_process_shared_mutex_lock_until(&shared_mutex, deadline))

static ordo_recursive_mutex recursive;
LOCKS(recursive, ordo_recursive_mutex_lock(&recursive), ordo_recursive_mutex_unlock(&recursive))
UNTIL(recursive, ordo_recursive_mutex_lock_until(&recursive, deadline))

static ordo_error_checking_mutex checking;
LOCKS(checking, must(ordo_error_checking_mutex_lock(&checking)),
      must(ordo_error_checking_mutex_unlock(&checking)))
UNTIL(checking, ordo_error_checking_mutex_lock_until(&checking, deadline))

static ordo_poison_mutex poison;
LOCKS(poison, must(ordo_poison_mutex_lock(&poison)), ordo_poison_mutex_unlock(&poison))
UNTIL(poison, ordo_poison_mutex_lock_until(&poison, deadline))

static ordo_byte_mutex byte_mutex;
LOCKS(byte_mutex, ordo_byte_mutex_lock(&byte_mutex), ordo_byte_mutex_unlock(&byte_mutex))
UNTIL(byte_mutex, ordo_byte_mutex_lock_until(&byte_mutex, deadline))

static ordo_pi_mutex pi_mutex;
LOCKS(pi_mutex, ordo_pi_mutex_lock(&pi_mutex), ordo_pi_mutex_unlock(&pi_mutex))
UNTIL(pi_mutex, ordo_pi_mutex_lock_until(&pi_mutex, deadline))

static ordo_robust_mutex robust;
LOCKS(robust, must(ordo_robust_mutex_lock(&robust)), ordo_robust_mutex_unlock(&robust))
UNTIL(robust, ordo_robust_mutex_lock_until(&robust, deadline))

static ordo_spin_lock spin_lock;
LOCKS(spin_lock, ordo_spin_lock_lock(&spin_lock), ordo_spin_lock_unlock(&spin_lock))

static ordo_reader_writer_lock readers;
WAITS(read, ordo_reader_writer_lock_write_lock(&readers),
      ordo_reader_writer_lock_write_unlock(&readers),
      ordo_reader_writer_lock_read_lock(&readers); ordo_reader_writer_lock_read_unlock(&readers))
UNTIL(read, ordo_reader_writer_lock_read_lock_until(&readers, deadline))
WAITS(write, ordo_reader_writer_lock_read_lock(&readers),
      ordo_reader_writer_lock_read_unlock(&readers),
      ordo_reader_writer_lock_write_lock(&readers); ordo_reader_writer_lock_write_unlock(&readers))
UNTIL(write, ordo_reader_writer_lock_write_lock_until(&readers, deadline))

static ordo_process_shared_reader_writer_lock shared_readers;
WAITS(shared_read, ordo_process_shared_reader_writer_lock_write_lock(&shared_readers),
      ordo_process_shared_reader_writer_lock_write_unlock(&shared_readers),
      ordo_process_shared_reader_writer_lock_read_lock(&shared_readers);
      ordo_process_shared_reader_writer_lock_read_unlock(&shared_readers))
UNTIL(shared_read,
      ordo_process_shared_reader_writer_lock_read_lock_until(&shared_readers, deadline))
WAITS(shared_write, ordo_process_shared_reader_writer_lock_read_lock(&shared_readers),
      ordo_process_shared_reader_writer_lock_read_unlock(&shared_readers),
      ordo_process_shared_reader_writer_lock_write_lock(&shared_readers);
      ordo_process_shared_reader_writer_lock_write_unlock(&shared_readers))
UNTIL(shared_write,
      ordo_process_shared_reader_writer_lock_write_lock_until(&shared_readers, deadline))

static bool is_true; /* guarded by the mutex of whatever is waited for */

static ordo_condition_variable condition;
static void condition_open(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    is_true = true;
    ordo_condition_variable_notify_all(&condition);
}
static void condition_wait_while_false(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, !is_true);
}
static int condition_wait_until(uint64_t deadline)
{
    ORDO_MUTEX_GUARD(&mutex);
    return ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, !is_true, deadline);
}
WAITS(condition, is_true = false, condition_open(), condition_wait_while_false())
UNTIL(condition, condition_wait_until(deadline))

static ordo_process_shared_condition_variable shared_condition;
static void shared_condition_open(void)
{
    ordo_process_shared_mutex_lock(&shared_mutex);
    is_true = true;
    ordo_process_shared_condition_variable_notify_one(&shared_condition, &shared_mutex);
    ordo_process_shared_mutex_unlock(&shared_mutex);
}
static void shared_condition_wait_while_false(void)
{
    ordo_process_shared_mutex_lock(&shared_mutex);
    ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE(&shared_condition, &shared_mutex, !is_true);
    ordo_process_shared_mutex_unlock(&shared_mutex);
}
static int shared_condition_wait_until(uint64_t deadline)
{
    ordo_process_shared_mutex_lock(&shared_mutex);
    const int error = ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(
        &shared_condition, &shared_mutex, !is_true, deadline);
    ordo_process_shared_mutex_unlock(&shared_mutex);
    return error;
}
WAITS(shared_condition, is_true = false, shared_condition_open(),
      shared_condition_wait_while_false())
UNTIL(shared_condition, shared_condition_wait_until(deadline))

static ordo_pi_condition_variable pi_condition;
static void pi_condition_open(void)
{
    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    is_true = true;
    ordo_pi_condition_variable_notify_one(&pi_condition, &pi_mutex);
}
static void pi_condition_wait_while_false(void)
{
    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    while (!is_true)
        ordo_pi_condition_variable_wait(&pi_condition, &pi_mutex);
}
static int pi_condition_wait_until(uint64_t deadline)
{
    int error = 0;

    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    while (!is_true && error == 0)
        error = ordo_pi_condition_variable_wait_until(&pi_condition, &pi_mutex, deadline);
    return error;
}
WAITS(pi_condition, is_true = false, pi_condition_open(), pi_condition_wait_while_false())
UNTIL(pi_condition, pi_condition_wait_until(deadline))

static ordo_semaphore semaphore;
WAITS(semaphore, (void)0, must(ordo_semaphore_post(&semaphore, 1)), ordo_semaphore_wait(&semaphore))
UNTIL(semaphore, ordo_semaphore_wait_until(&semaphore, deadline))

static ordo_process_shared_semaphore shared_semaphore;
WAITS(shared_semaphore, (void)0, must(ordo_process_shared_semaphore_post(&shared_semaphore, 1)),
      ordo_process_shared_semaphore_wait(&shared_semaphore))
UNTIL(shared_semaphore, ordo_process_shared_semaphore_wait_until(&shared_semaphore, deadline))

static ordo_binary_semaphore binary;
WAITS(binary, (void)0, must(ordo_binary_semaphore_post(&binary)),
      ordo_binary_semaphore_wait(&binary))
UNTIL(binary, ordo_binary_semaphore_wait_until(&binary, deadline))

static ordo_auto_reset_event automatic;
WAITS(automatic, (void)0, ordo_auto_reset_event_set(&automatic),
      ordo_auto_reset_event_wait(&automatic))
UNTIL(automatic, ordo_auto_reset_event_wait_until(&automatic, deadline))

static ordo_manual_reset_event manual;
WAITS(manual, ordo_manual_reset_event_reset(&manual), ordo_manual_reset_event_set(&manual),
      ordo_manual_reset_event_wait(&manual))
UNTIL(manual, ordo_manual_reset_event_wait_until(&manual, deadline))

static ordo_latch latch;
WAITS(latch, latch = (ordo_latch)ORDO_LATCH_INIT(1), ordo_latch_count_down(&latch, 1),
      ordo_latch_wait(&latch))
UNTIL(latch, ordo_latch_wait_until(&latch, deadline))

static ordo_barrier barrier = ORDO_BARRIER_INIT(2);
WAITS(barrier, (void)0, ordo_barrier_wait(&barrier), ordo_barrier_wait(&barrier))

/* Initialisers, of the other thread, which lingers in its own. */
static int initialise(void *data)
{
    (void)data;
    linger();
    return 0;
}
static int initialise_with(void *data, void *argument)
{
    (void)argument;
    return initialise(data);
}

static ordo_once once;
static void once_other(void)
{
    once = (ordo_once)ORDO_ONCE_INIT;
    must(ordo_once_call(&once, initialise, NULL));
}
static void once_wait(void)
{
    must(ordo_once_call(&once, initialise, NULL));
}

static ORDO_ONCE_LOCK(int) once_lock;
static void once_lock_other(void)
{
    int number;

    (void)ordo_once_lock_take(&once_lock, &number);
    must(ordo_once_lock_get_or_init(&once_lock, initialise_with, NULL) == NULL);
}
static void once_lock_wait(void)
{
    must(ordo_once_lock_get_or_init(&once_lock, initialise_with, NULL) == NULL);
}

static ORDO_LAZY(int) lazy = ORDO_LAZY_INIT(initialise);
static void lazy_other(void)
{
    lazy.once = (ordo_once)ORDO_ONCE_INIT;
    must(ordo_lazy_get(&lazy) == NULL);
}
static void lazy_wait(void)
{
    must(ordo_lazy_get(&lazy) == NULL);
}

static ordo_atomic_u8 byte;
WAITS(byte, ordo_store(&byte, 0, ordo_relaxed),
      ordo_store(&byte, 1, ordo_release); ordo_notify_one(&byte), ordo_wait(&byte, 0, ordo_acquire))
UNTIL(byte, ordo_wait_until(&byte, 0, deadline, ordo_acquire))

static ordo_atomic_u32 word;
WAITS(word, ordo_store(&word, 0, ordo_relaxed),
      ordo_store(&word, 1, ordo_release); ordo_notify_all(&word), ordo_wait(&word, 0, ordo_acquire))
UNTIL(word, ordo_wait_until(&word, 0, deadline, ordo_acquire))

static ordo_atomic_u64 wide;
WAITS(wide, ordo_store(&wide, 0, ordo_relaxed),
      ordo_store(&wide, 1, ordo_release); ordo_notify_one(&wide), ordo_wait(&wide, 0, ordo_acquire))
UNTIL(wide, ordo_wait_until(&wide, 0, deadline, ordo_acquire))

/* All of them end with a join of the other thread anyway. */
WAITS(join, (void)0, (void)0, (void)0)
WAITS(sleep, (void)0, (void)0, ordo_thread_sleep_until(ordo_clock_now() + millisecond))
WAITS(fence, (void)0, ordo_fence_heavy(), ordo_fence_heavy())

#define ENTRY(name)       {#name, name##_other, name##_wait, NULL, false}
#define ENTRY_UNTIL(name) {#name, name##_other, name##_wait, name##_until, false}
#define ENTRY_FUTEX(name) {#name, name##_other, name##_wait, name##_until, true}
static const struct kind {
    const char *name;
    void (*other)(void);
    void (*wait)(void);
    int (*until)(uint64_t deadline); /* NULL: there is none */
    bool needs_futex;                /* refuses in a build without */
} kinds[] = {
    ENTRY_UNTIL(mutex), ENTRY_FUTEX(shared_mutex), ENTRY_UNTIL(recursive), ENTRY_UNTIL(checking),
    ENTRY_UNTIL(poison), ENTRY_UNTIL(byte_mutex), ENTRY_FUTEX(pi_mutex), ENTRY_FUTEX(robust),
    ENTRY(spin_lock), ENTRY_UNTIL(read), ENTRY_UNTIL(write), ENTRY_FUTEX(shared_read),
    ENTRY_FUTEX(shared_write), ENTRY_UNTIL(condition), ENTRY_FUTEX(shared_condition),
    ENTRY_FUTEX(pi_condition), ENTRY_UNTIL(semaphore), ENTRY_FUTEX(shared_semaphore),
    ENTRY_UNTIL(binary),
    ENTRY_UNTIL(automatic), ENTRY_UNTIL(manual), ENTRY_UNTIL(latch), ENTRY(barrier), ENTRY(once),
    ENTRY(once_lock), ENTRY(lazy), ENTRY_UNTIL(byte), ENTRY_UNTIL(word), ENTRY_UNTIL(wide),
    ENTRY(join), ENTRY(sleep), ENTRY(fence),
};

/* ---- The test -------------------------------------------------------------------------------- */

static bool is_there(const struct kind *kind)
{
    if (kind->needs_futex && !has_futex_for(kind->name))
        return false;
    if (kind->wait != robust_wait)
        return true;
    const int error = ordo_robust_mutex_try_lock(&robust);
    if (error == 0)
        ordo_robust_mutex_unlock(&robust);
    if (error != ENOTSUP)
        return true;
    puts("SKIP park_token: robust mutex: no robust list that fits (QEMU has none)");
    return false;
}

static void *other(void *kind)
{
    ((const struct kind *)kind)->other();
    return NULL;
}

static void check(const struct kind *kind)
{
    ordo_thread *thread;

    set_stage(nothing_yet);
    if (token == given_before)
        ordo_thread_unpark(waiter);
    cr_assert(ordo_thread_spawn(&thread, other, (void *)(uintptr_t)kind) == 0);
    wait_for_stage(closed);
    if (kind->until != NULL)
        cr_expect(kind->until(ordo_clock_now() + millisecond) == ETIMEDOUT, "%s", kind->name);
    set_stage(opening);
    kind->wait();
    ordo_thread_join(thread);
    cr_expect(ordo_thread_park_until(0) == (token != no_token), "%s: the user's token",
              kind->name);
    cr_expect(!ordo_thread_park_until(0), "%s", kind->name);
}

Test(park_token, is_not_taken_by_any_wait)
{
    waiter = ordo_thread_self();
    for (const struct kind *kind = kinds; kind < kinds + sizeof kinds / sizeof *kinds; kind++) {
        if (!is_there(kind))
            continue;
        for (token = no_token; token <= given_meanwhile; token++)
            check(kind);
    }
}
