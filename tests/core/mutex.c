/* mutex.c: deadlines, guards, data and misuse of the mutex and the spin lock; what is common to all
 * locks is in locks.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"

TestSuite(mutex, .timeout = 20);

enum { millisecond = 1000000 };

static ordo_mutex mutex = ORDO_MUTEX_INIT;
static ordo_spin_lock spin_lock = ORDO_SPIN_LOCK_INIT;

/* ---- Deadlines ------------------------------------------------------------------------------- */

Test(mutex, past_deadlines)
{
    cr_expect(ordo_mutex_lock_until(&mutex, 0) == 0, "an unlocked mutex is locked in any case");
    cr_expect(ordo_mutex_lock_until(&mutex, 0) == ETIMEDOUT);
    cr_expect(ordo_mutex_lock_until(&mutex, ordo_clock_now() - 1) == ETIMEDOUT);
    ordo_mutex_unlock(&mutex);
    cr_expect(ordo_mutex_lock_until(&mutex, UINT64_MAX) == 0, "no trace of those that gave up");
    ordo_mutex_unlock(&mutex);
}

static void wake_all(void *word)
{
    ordo_futex_wake(word, UINT32_MAX);
}

Test(mutex, disturbed_deadline)
{
    struct disturber disturber;

    ordo_mutex_lock(&mutex);
    disturber_start(&disturber, wake_all, &mutex.state);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(ordo_mutex_lock_until(&mutex, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    ordo_mutex_unlock(&mutex);
}

static void *lock_within_a_minute(void *result)
{
    *(int *)result = ordo_mutex_lock_until(&mutex, ordo_clock_now() + 60000ull * millisecond);
    if (*(int *)result == 0)
        ordo_mutex_unlock(&mutex);
    return NULL;
}

Test(mutex, unlocked_before_the_deadline)
{
    ordo_thread *threads[3];
    int results[3];

    ordo_mutex_lock(&mutex);
    for (int i = 0; i < 3; i++)
        cr_assert(ordo_thread_spawn(&threads[i], lock_within_a_minute, &results[i]) == 0);
    usleep(20000); /* by now they sleep */
    ordo_mutex_unlock(&mutex);
    for (int i = 0; i < 3; i++) {
        ordo_thread_join(threads[i]);
        cr_expect(results[i] == 0);
    }
}

/* ---- Guards and data ------------------------------------------------------------------------- */

static bool is_locked(ordo_mutex *object)
{
    if (!ordo_mutex_try_lock(object))
        return true;
    ordo_mutex_unlock(object);
    return false;
}

static int return_under_guards(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ORDO_SPIN_LOCK_GUARD(&spin_lock);
    return is_locked(&mutex) && !ordo_spin_lock_try_lock(&spin_lock);
}

Test(mutex, guards)
{
    cr_expect(return_under_guards());
    cr_expect(!is_locked(&mutex));
    cr_expect(ordo_spin_lock_try_lock(&spin_lock));
    for (int i = 0; i < 3; i++) {
        ORDO_MUTEX_GUARD(&mutex);
        if (i == 1)
            continue;
        cr_expect(is_locked(&mutex));
    }
    cr_expect(!is_locked(&mutex));
}

static ORDO_MUTEX(struct { int balance; }) account = {ORDO_MUTEX_INIT, {5}};

static int balance_by_return(void)
{
    ORDO_MUTEX_SCOPE (open, &account)
        return open->balance;
    return -1;
}

Test(mutex, data)
{
    int turns = 0;

    ORDO_MUTEX_SCOPE (open, &account) {
        open->balance += 100;
        turns++;
        cr_expect(is_locked(&account.mutex));
    }
    cr_expect(turns == 1 && !is_locked(&account.mutex));
    cr_expect(balance_by_return() == 105);
    cr_expect(!is_locked(&account.mutex), "after return");
    ORDO_MUTEX_SCOPE (open, &account) {
        if (open->balance == 105)
            break;
        open->balance = 0;
    }
    cr_expect(account.data.balance == 105 && !is_locked(&account.mutex), "after break");
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void unlock_mutex(void)
{
    ordo_mutex_unlock(&mutex);
}

static void unlock_mutex_twice(void)
{
    ordo_mutex_lock(&mutex);
    ordo_mutex_unlock(&mutex);
    ordo_mutex_unlock(&mutex);
}

static void unlock_spin_lock(void)
{
    ordo_spin_lock_unlock(&spin_lock);
}

Test(mutex, unlock_of_unlocked_aborts)
{
    static const char line[] = "ordo: mutex.c: unlock of a mutex that is not locked\n";

    cr_expect(child_aborts(unlock_mutex, line));
    cr_expect(child_aborts(unlock_mutex_twice, line));
    cr_expect(child_aborts(unlock_spin_lock,
                           "ordo: spin_lock.c: unlock of a lock that is not locked\n"));
}
