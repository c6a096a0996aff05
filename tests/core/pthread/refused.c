/* refused.c: in a build without futexes: what needs them is refused, with ENOTSUP where an errno
 * value is returned, else by one line. */
#include <criterion/criterion.h>
#include <errno.h>

#include "child.h"
#include "has_futex.h"
#include "ordo/ordo.h"
#include "ordo/robust_list.h"

TestSuite(refused, .timeout = 60);

static ordo_atomic_u32 word, other;

Test(refused, shared_words)
{
    uint32_t count = 7;

    cr_assert(!has_futex());
    cr_expect(ordo_futex_wait_bitset(&word, 0, 0, 1, ordo_futex_shared) == ENOTSUP);
    cr_expect(ordo_futex_wait_bitset(&word, 0, 0, 1, ordo_futex_shared | ordo_futex_realtime)
              == ENOTSUP);
    cr_expect(ordo_futex_compare_requeue(&word, 0, 1, &other, 1, ordo_futex_shared, &count)
              == ENOTSUP);
    cr_expect(count == 7, "not written");
    /* Nobody can be waiting. */
    cr_expect(ordo_futex_wake_bitset(&word, UINT32_MAX, 1, ordo_futex_shared) == 0);
    cr_expect(ordo_futex_requeue(&word, 1, &other, 1, ordo_futex_shared) == 0);
    const uint32_t add_one = ordo_futex_operation(ordo_futex_add, 1, ordo_futex_equal, 0);
    cr_expect(ordo_futex_wake_op(&word, 1, &other, 1, add_one, ordo_futex_shared) == 0);
    cr_expect(ordo_load(&other, ordo_relaxed) == 1, "but the word is changed");
}

Test(refused, several_words)
{
    const struct ordo_futex_waiter waiter = {&word, 0, ordo_futex_private};

    cr_expect(ordo_futex_wait_any(&waiter, 1, 0, 0, NULL) == ENOSYS);
    cr_expect(ordo_futex_wait_any(&waiter, 0, 0, 0, NULL) == EINVAL);
    cr_expect(ordo_futex_wait_any(&waiter, 129, 0, 0, NULL) == EINVAL);
}

Test(refused, priority_inheriting_words)
{
    cr_expect(ordo_futex_lock_pi(&word, ORDO_NEVER, 0) == ENOTSUP);
    cr_expect(ordo_futex_trylock_pi(&word, 0) == ENOTSUP);
    cr_expect(ordo_futex_unlock_pi(&word, 0) == ENOTSUP);
    cr_expect(ordo_futex_wait_requeue_pi(&word, 0, ORDO_NEVER, &other, 0) == ENOTSUP);
    cr_expect(ordo_futex_compare_requeue_pi(&word, 0, 1, &other, 0, NULL) == ENOTSUP);
    cr_expect(ordo_load(&word, ordo_relaxed) == 0);
}

/* ---- Types: those of their functions that return an errno value ------------------------------ */

static ordo_process_shared_mutex mutex;
static ordo_process_shared_condition_variable condition;
static ordo_process_shared_reader_writer_lock lock;
static ordo_process_shared_semaphore semaphore;
static ordo_pi_mutex pi_mutex;
static ordo_pi_condition_variable pi_condition;
static ordo_robust_mutex robust_mutex;
static ordo_sequence_lock sequence_lock; /* whose writers have a process-shared mutex */

Test(refused, types)
{
    cr_expect(ordo_process_shared_mutex_lock_until(&mutex, ORDO_NEVER) == ENOTSUP);
    cr_expect(ordo_sequence_lock_lock_until(&sequence_lock, ORDO_NEVER) == ENOTSUP);
    cr_expect(ordo_process_shared_condition_variable_wait_until(&condition, &mutex, ORDO_NEVER)
              == ENOTSUP);
    cr_expect(ordo_process_shared_reader_writer_lock_read_lock_until(&lock, ORDO_NEVER)
              == ENOTSUP);
    cr_expect(ordo_process_shared_reader_writer_lock_write_lock_until(&lock, ORDO_NEVER)
              == ENOTSUP);
    cr_expect(ordo_process_shared_semaphore_wait_until(&semaphore, ORDO_NEVER) == ENOTSUP);
    cr_expect(ordo_process_shared_semaphore_post(&semaphore, 1) == ENOTSUP);
    cr_expect(ordo_pi_mutex_lock_until(&pi_mutex, ORDO_NEVER) == ENOTSUP);
    cr_expect(ordo_pi_condition_variable_wait_until(&pi_condition, &pi_mutex, ORDO_NEVER)
              == ENOTSUP);
    cr_expect(ordo_robust_mutex_lock(&robust_mutex) == ENOTSUP);
    cr_expect(ordo_robust_mutex_try_lock(&robust_mutex) == ENOTSUP);
    cr_expect(ordo_robust_mutex_lock_until(&robust_mutex, ORDO_NEVER) == ENOTSUP);
    cr_expect(ordo_robust_list_of_caller() == NULL);
}

/* ---- And the others -------------------------------------------------------------------------- */

#define REFUSED(name, call)                                                                        \
    static void name(void) { (void)(call); }

/* A void call as an expression. */
#define VOID(call) ((call), 0)

REFUSED(mutex_lock, VOID(ordo_process_shared_mutex_lock(&mutex)))
REFUSED(mutex_lock_contended, VOID(ordo_process_shared_mutex_lock_contended(&mutex)))
REFUSED(mutex_try_lock, !ordo_process_shared_mutex_try_lock(&mutex))
REFUSED(sequence_lock_lock, VOID(ordo_sequence_lock_lock(&sequence_lock)))
REFUSED(mutex_unlock, VOID(ordo_process_shared_mutex_unlock(&mutex)))
REFUSED(wait, VOID(ordo_process_shared_condition_variable_wait(&condition, &mutex)))
REFUSED(notify_one, VOID(ordo_process_shared_condition_variable_notify_one(&condition, &mutex)))
REFUSED(notify_all, VOID(ordo_process_shared_condition_variable_notify_all(&condition, &mutex)))
REFUSED(read_lock, VOID(ordo_process_shared_reader_writer_lock_read_lock(&lock)))
REFUSED(try_read_lock, !ordo_process_shared_reader_writer_lock_try_read_lock(&lock))
REFUSED(write_lock, VOID(ordo_process_shared_reader_writer_lock_write_lock(&lock)))
REFUSED(try_write_lock, !ordo_process_shared_reader_writer_lock_try_write_lock(&lock))
REFUSED(semaphore_wait, VOID(ordo_process_shared_semaphore_wait(&semaphore)))
REFUSED(semaphore_try_wait, !ordo_process_shared_semaphore_try_wait(&semaphore))
REFUSED(semaphore_value, ordo_process_shared_semaphore_value(&semaphore))
REFUSED(pi_lock, VOID(ordo_pi_mutex_lock(&pi_mutex)))
REFUSED(pi_try_lock, !ordo_pi_mutex_try_lock(&pi_mutex))
REFUSED(pi_unlock, VOID(ordo_pi_mutex_unlock(&pi_mutex)))
REFUSED(pi_wait, VOID(ordo_pi_condition_variable_wait(&pi_condition, &pi_mutex)))
REFUSED(pi_notify_one, VOID(ordo_pi_condition_variable_notify_one(&pi_condition, &pi_mutex)))
REFUSED(pi_notify_all, VOID(ordo_pi_condition_variable_notify_all(&pi_condition, &pi_mutex)))

#define LINE(file)                                                                                 \
    "ordo: " file ": this build of ordo does without futexes, which the type needs\n"

Test(refused, functions_without_a_result_abort)
{
    static const struct {
        void (*call)(void);
        const char *line;
    } calls[] = {
        {mutex_lock, LINE("process_shared_mutex.c")},
        {mutex_lock_contended, LINE("process_shared_mutex.c")},
        {mutex_try_lock, LINE("process_shared_mutex.c")},
        {sequence_lock_lock, LINE("process_shared_mutex.c")},
        {mutex_unlock, LINE("process_shared_mutex.c")},
        {wait, LINE("process_shared_condition_variable.c")},
        {notify_one, LINE("process_shared_condition_variable.c")},
        {notify_all, LINE("process_shared_condition_variable.c")},
        {read_lock, LINE("process_shared_reader_writer_lock.c")},
        {try_read_lock, LINE("process_shared_reader_writer_lock.c")},
        {write_lock, LINE("process_shared_reader_writer_lock.c")},
        {try_write_lock, LINE("process_shared_reader_writer_lock.c")},
        {semaphore_wait, LINE("process_shared_semaphore.c")},
        {semaphore_try_wait, LINE("process_shared_semaphore.c")},
        {semaphore_value, LINE("process_shared_semaphore.c")},
        {pi_lock, LINE("pi_mutex.c")},
        {pi_try_lock, LINE("pi_mutex.c")},
        {pi_unlock, LINE("pi_mutex.c")},
        {pi_wait, LINE("pi_condition_variable.c")},
        {pi_notify_one, LINE("pi_condition_variable.c")},
        {pi_notify_all, LINE("pi_condition_variable.c")},
    };

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        cr_expect(child_aborts(calls[i].call, calls[i].line), "call %zu", i);
}
