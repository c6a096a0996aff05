/* recursive_mutex.c: owners that lock again, and what others are told: recursive and error-checking
 * mutexes. What is common to all locks is in locks.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

#include "child.h"
#include "ordo/ordo.h"

TestSuite(recursive_mutex, .timeout = 60);
TestSuite(error_checking_mutex, .timeout = 60);

enum { millisecond = 1000000 };

static ordo_recursive_mutex recursive = ORDO_RECURSIVE_MUTEX_INIT;
static ordo_error_checking_mutex checking = ORDO_ERROR_CHECKING_MUTEX_INIT;

/* Runs it in another thread and returns its result. */
static void *elsewhere(void *(*body)(void *))
{
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, body, NULL) == 0);
    return ordo_thread_join(thread);
}

/* ---- Recursive ------------------------------------------------------------------------------- */

static void *try_recursive(void *unused)
{
    (void)unused;
    const bool locked = ordo_recursive_mutex_try_lock(&recursive);
    if (locked)
        ordo_recursive_mutex_unlock(&recursive);
    else
        cr_expect(ordo_recursive_mutex_lock_until(&recursive, ordo_clock_now() + millisecond)
                  == ETIMEDOUT);
    return locked ? &recursive : NULL;
}

Test(recursive_mutex, free_when_unlocked_as_often)
{
    ordo_recursive_mutex_lock(&recursive);
    cr_expect(ordo_recursive_mutex_try_lock(&recursive));
    cr_expect(ordo_recursive_mutex_lock_until(&recursive, 0) == 0);
    for (int left = 3; left > 0; left--) {
        cr_expect(elsewhere(try_recursive) == NULL, "%d more unlocks", left);
        ordo_recursive_mutex_unlock(&recursive);
    }
    cr_expect(elsewhere(try_recursive) != NULL);
}

static int depth_of(int calls)
{
    ORDO_RECURSIVE_MUTEX_GUARD(&recursive);
    return calls == 0 ? (int)recursive.count : depth_of(calls - 1);
}

Test(recursive_mutex, guards)
{
    cr_expect(depth_of(9) == 10);
    cr_expect(elsewhere(try_recursive) != NULL);
}

static void unlock_recursive(void)
{
    ordo_recursive_mutex_unlock(&recursive);
}

static void *unlock_of_another(void *unused)
{
    (void)unused;
    return child_aborts(unlock_recursive, "ordo: recursive_mutex.c: unlock by a thread that is not "
                                          "the owner\n")
               ? &recursive
               : NULL;
}

static void lock_once_too_often(void)
{
    ordo_recursive_mutex_lock(&recursive);
    ordo_recursive_mutex_lock(&recursive);
}

Test(recursive_mutex, limit_and_misuse)
{
    cr_expect(child_aborts(unlock_recursive, "ordo: recursive_mutex.c: unlock by a thread that is "
                                             "not the owner\n"));
    ordo_recursive_mutex_lock(&recursive);
    cr_expect(elsewhere(unlock_of_another) != NULL);

    recursive.count = UINT32_MAX - 1;
    ordo_recursive_mutex_lock(&recursive);
    cr_expect(!ordo_recursive_mutex_try_lock(&recursive));
    cr_expect(ordo_recursive_mutex_lock_until(&recursive, ORDO_NEVER) == EAGAIN);
    cr_expect(recursive.count == UINT32_MAX, "not wrapped");
    cr_expect(child_aborts(lock_once_too_often, "ordo: recursive_mutex.c: locked more often than "
                                                "can be counted\n"));
}

/* ---- Error-checking -------------------------------------------------------------------------- */

static void *try_checking(void *unused)
{
    const int error = ordo_error_checking_mutex_try_lock(&checking);

    cr_expect(ordo_error_checking_mutex_unlock(&checking) == (error == 0 ? 0 : EPERM));
    if (error == 0)
        return unused;
    cr_expect(error == EBUSY);
    cr_expect(ordo_error_checking_mutex_lock_until(&checking, ordo_clock_now() + millisecond)
              == ETIMEDOUT);
    return &checking;
}

Test(error_checking_mutex, results)
{
    cr_expect(ordo_error_checking_mutex_unlock(&checking) == EPERM, "nobody has it");
    cr_expect(ordo_error_checking_mutex_lock(&checking) == 0);
    cr_expect(ordo_error_checking_mutex_lock(&checking) == EDEADLK);
    cr_expect(ordo_error_checking_mutex_try_lock(&checking) == EDEADLK);
    cr_expect(ordo_error_checking_mutex_lock_until(&checking, 0) == EDEADLK);
    cr_expect(elsewhere(try_checking) != NULL, "another thread");
    cr_expect(ordo_error_checking_mutex_unlock(&checking) == 0);
    cr_expect(ordo_error_checking_mutex_unlock(&checking) == EPERM);
    cr_expect(elsewhere(try_checking) == NULL);
    {
        ORDO_ERROR_CHECKING_MUTEX_GUARD(&checking);
        cr_expect(ordo_error_checking_mutex_try_lock(&checking) == EDEADLK);
    }
    cr_expect(ordo_error_checking_mutex_lock_until(&checking, ORDO_NEVER) == 0);
}

static void guard_twice(void)
{
    ORDO_ERROR_CHECKING_MUTEX_GUARD(&checking);
    ORDO_ERROR_CHECKING_MUTEX_GUARD(&checking);
}

Test(error_checking_mutex, guard_of_its_owner_aborts)
{
    cr_expect(child_aborts(guard_twice,
                           "ordo: error_checking_mutex.c: lock by the thread that has it\n"));
}
