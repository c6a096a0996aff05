/* poison_mutex.c: owners that leave without unlocking, in each way that there is; and the jump that
 * gives back what it leaves. What is common to all locks is in locks.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "child.h"
#include "ordo/ordo.h"

TestSuite(poison_mutex, .timeout = 60);

enum { millisecond = 1000000 };

static ORDO_POISON_MUTEX(struct { int balance; }) account = {ORDO_POISON_MUTEX_INIT, {5}};
static ordo_poison_mutex *const mutex = &account.mutex;
static ordo_atomic_bool is_locked;

static bool is_poisoned_now(void)
{
    bool poisoned = false;

    ORDO_POISON_MUTEX_SCOPE (open, &account)
        poisoned = ordo_poison_mutex_is_poisoned(mutex);
    return poisoned;
}

static void *lock_and_return(void *unused)
{
    cr_expect(ordo_poison_mutex_lock(mutex) == 0);
    account.data.balance = 7;
    return unused;
}

static void *lock_and_exit(void *unused)
{
    cr_expect(ordo_poison_mutex_lock(mutex) == 0);
    account.data.balance = 7;
    pthread_exit(unused);
}

static void *lock_and_be_cancelled(void *unused)
{
    cr_expect(ordo_poison_mutex_lock(mutex) == 0);
    account.data.balance = 7;
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return unused;
}

static void *leave_scope_and_exit(void *unused)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account) {
        open->balance = 7;
        pthread_exit(unused);
    }
    return unused;
}

Test(poison_mutex, ends_of_threads_poison)
{
    void *(*const ways[])(void *) = {lock_and_return, lock_and_exit, lock_and_be_cancelled,
                                     leave_scope_and_exit};

    for (unsigned int way = 0; way < sizeof ways / sizeof *ways; way++) {
        ordo_thread *thread;

        account.data.balance = 5;
        cr_assert(ordo_thread_spawn(&thread, ways[way], NULL) == 0);
        ordo_thread_join(thread);
        cr_expect(ordo_poison_mutex_try_lock(mutex) == EOWNERDEAD, "way %u", way);
        cr_expect(account.data.balance == 7 && ordo_poison_mutex_is_poisoned(mutex));
        ordo_poison_mutex_unlock(mutex);
        cr_expect(ordo_poison_mutex_lock_until(mutex, 0) == EOWNERDEAD, "until it is cleared");
        ordo_poison_mutex_clear(mutex);
        ordo_poison_mutex_unlock(mutex);
        cr_expect(ordo_poison_mutex_lock(mutex) == 0);
        ordo_poison_mutex_unlock(mutex);
    }
}

static int leave_scope(int how)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account) {
        open->balance++;
        if (how == 0)
            return open->balance;
        if (how == 1)
            break;
        if (how == 2)
            goto out;
    }
out:
    return account.data.balance;
}

Test(poison_mutex, ends_of_scopes_do_not)
{
    for (int how = 0; how < 4; how++) {
        cr_expect(leave_scope(how) == 6 + how);
        cr_expect(!is_poisoned_now(), "%d", how);
    }
}

static void *lock_and_sleep(void *unused)
{
    cr_expect(ordo_poison_mutex_lock(mutex) == 0);
    ordo_store(&is_locked, true, ordo_release);
    usleep(50000);
    return unused;
}

static void *wait_for_it(void *unused)
{
    return ordo_poison_mutex_lock(mutex) == EOWNERDEAD ? mutex : unused;
}

Test(poison_mutex, waiters_are_woken)
{
    ordo_thread *owner, *waiters[2];

    cr_assert(ordo_thread_spawn(&owner, lock_and_sleep, NULL) == 0);
    while (!ordo_load(&is_locked, ordo_acquire))
        ordo_thread_yield();
    cr_expect(ordo_poison_mutex_try_lock(mutex) == EBUSY);
    cr_expect(ordo_poison_mutex_lock_until(mutex, ordo_clock_now() + millisecond) == ETIMEDOUT);
    for (int i = 0; i < 2; i++)
        cr_assert(ordo_thread_spawn(&waiters[i], wait_for_it, NULL) == 0);
    for (int i = 0; i < 2; i++) /* each of them ends with it */
        cr_expect(ordo_thread_join(waiters[i]) == mutex);
    ordo_thread_join(owner);
    cr_expect(is_poisoned_now());
}

/* ---- Cancelled by another thread, while a third one waits ------------------------------------ */

static pthread_t holder; /* read after is_locked */

static void be_the_holder(void)
{
    holder = pthread_self();
    account.data.balance = 7;
    ordo_store(&is_locked, true, ordo_release);
    /* Not in a call that sleeps: ended there, ThreadSanitizer sees nothing of the thread's end. */
    for (;; pthread_testcancel())
        ordo_thread_yield();
}

static void *lock_and_be_the_holder(void *unused)
{
    if (ordo_poison_mutex_lock(mutex) == 0)
        be_the_holder();
    return unused;
}

static void *be_the_holder_in_a_scope(void *unused)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account)
        be_the_holder();
    return unused;
}

/* Returns when the thread has the mutex. */
static ordo_thread *start_holder(void *(*body)(void *))
{
    ordo_thread *thread;

    ordo_store(&is_locked, false, ordo_relaxed);
    cr_assert(ordo_thread_spawn(&thread, body, NULL) == 0);
    while (!ordo_load(&is_locked, ordo_acquire))
        ordo_thread_yield();
    return thread;
}

Test(poison_mutex, holder_is_cancelled)
{
    void *(*const ways[])(void *) = {lock_and_be_the_holder, be_the_holder_in_a_scope};

    for (unsigned int way = 0; way < sizeof ways / sizeof *ways; way++) {
        account.data.balance = 5;

        ordo_thread *const owner = start_holder(ways[way]);
        ordo_thread *waiter;

        cr_assert(ordo_thread_spawn(&waiter, wait_for_it, NULL) == 0);
        usleep(5000); /* by now it sleeps, perhaps */
        cr_expect(ordo_poison_mutex_try_lock(mutex) == EBUSY);
        cr_assert(pthread_cancel(holder) == 0);
        cr_expect(ordo_thread_join(waiter) == mutex, "woken, and told");
        ordo_thread_join(owner);
        cr_expect(is_poisoned_now() && account.data.balance == 7, "way %u", way);
        cr_expect(ordo_poison_mutex_lock(mutex) == EOWNERDEAD);
        ordo_poison_mutex_clear(mutex);
        ordo_poison_mutex_unlock(mutex);
    }
}

/* ---- Jumps ----------------------------------------------------------------------------------- */

static ORDO_POISON_MUTEX(int) before, inner;

static void jump_out(ordo_jump_buffer *buffer)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account) {
        ORDO_POISON_MUTEX_SCOPE (value, &inner) {
            open->balance = *value = 9;
            ordo_longjmp(buffer, 3);
        }
    }
}

Test(poison_mutex, jump_through_two_scopes)
{
    ordo_jump_buffer buffer;
    int poison;

    cr_expect(ordo_poison_mutex_lock(&before.mutex) == 0);
    switch (ORDO_SETJMP(&buffer)) {
    case 0:
        /* What the mark stands on is gone by the time of the jump. */
        ordo_poison_mutex_unlock(&before.mutex);
        poison = ordo_poison_mutex_lock(&before.mutex);
        ordo_poison_mutex_unlock(&before.mutex);
        cr_expect(poison == 0);
        jump_out(&buffer);
        cr_expect(false, "not reached");
        break;
    case 3: break;
    default: cr_expect(false, "another value");
    }
    cr_expect(is_poisoned_now() && account.data.balance == 9);
    cr_expect(ordo_poison_mutex_try_lock(&inner.mutex) == EOWNERDEAD);
    ordo_poison_mutex_unlock(&inner.mutex);
    cr_expect(ordo_poison_mutex_lock(&before.mutex) == 0, "unlocked, not left");
    ordo_poison_mutex_unlock(&before.mutex);
}

Test(poison_mutex, jump_leaves_older_locks_alone)
{
    ordo_jump_buffer buffer;

    cr_expect(ordo_poison_mutex_lock(&before.mutex) == 0);
    if (ORDO_SETJMP(&buffer) == 0)
        jump_out(&buffer);
    cr_expect(!ordo_poison_mutex_is_poisoned(&before.mutex));
    ordo_poison_mutex_unlock(&before.mutex);
    cr_expect(is_poisoned_now());
}

/* Leaves the thread with a lock of which it knows nothing any more. */
static void jump_out_plainly(void)
{
    jmp_buf buffer;

    if (setjmp(buffer) == 0)
        ORDO_POISON_MUTEX_SCOPE (open, &account)
            longjmp(buffer, 1);
}

static void *jump_plainly(void *unused)
{
    jump_out_plainly();
    cr_expect(ordo_poison_mutex_try_lock(mutex) == EBUSY, "nobody has noticed");
    return unused;
}

static void lock_after_a_plain_jump(void)
{
    jump_out_plainly();
    (void)!ordo_poison_mutex_lock(mutex);
}

static void lock_in_time_after_a_plain_jump(void)
{
    jump_out_plainly();
    (void)!ordo_poison_mutex_lock_until(mutex, 0);
}

static void enter_after_a_plain_jump(void)
{
    jump_out_plainly();
    jump_out_plainly();
}

static const char locks[] = "ordo: poison_mutex.c: lock by the thread that has it\n";

Test(poison_mutex, lock_after_a_plain_jump_aborts)
{
    cr_expect(child_aborts(lock_after_a_plain_jump, locks));
    cr_expect(child_aborts(lock_in_time_after_a_plain_jump, locks));
    cr_expect(child_aborts(enter_after_a_plain_jump, locks));
}

/* The owner has it all the same, and may unlock it. */
Test(poison_mutex, unlock_after_a_plain_jump)
{
    jump_out_plainly();
    cr_expect(!ordo_poison_mutex_is_poisoned(mutex));
    ordo_poison_mutex_unlock(mutex);
    cr_expect(!is_poisoned_now());
}

Test(poison_mutex, plain_jump_is_noticed_at_the_end_of_the_thread)
{
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, jump_plainly, NULL) == 0);
    ordo_thread_join(thread);
    cr_expect(is_poisoned_now());
}

/* ---- The rest -------------------------------------------------------------------------------- */

static void *leave(void *unused)
{
    return ordo_poison_mutex_lock(&inner.mutex) == 0 ? unused : mutex;
}

Test(poison_mutex, into_inner)
{
    ordo_thread *thread;
    int value = 0;

    inner.data = 42;
    cr_expect(ordo_poison_mutex_into_inner(&inner, &value) == 0 && value == 42);
    cr_assert(ordo_thread_spawn(&thread, leave, NULL) == 0);
    cr_expect(ordo_thread_join(thread) == NULL);
    value = 0;
    cr_expect(ordo_poison_mutex_into_inner(&inner, &value) == EOWNERDEAD && value == 42);
}

static void lock_twice(void)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account)
        ORDO_POISON_MUTEX_SCOPE (again, &account)
            again->balance = open->balance;
}

static void unlock(void)
{
    ordo_poison_mutex_unlock(mutex);
}

static void ask(void)
{
    ordo_poison_mutex_is_poisoned(mutex);
}

static void clear(void)
{
    ordo_poison_mutex_clear(mutex);
}

static void take_locked(void)
{
    int value;
    int error = ordo_poison_mutex_lock(&inner.mutex);
    error += ordo_poison_mutex_into_inner(&inner, &value);
    _exit(error);
}

static void check_that_it_is_not_mine(void)
{
    cr_expect(child_aborts(unlock,
                           "ordo: poison_mutex.c: unlock by a thread that is not the owner\n"));
    cr_expect(child_aborts(ask,
                           "ordo: poison_mutex.c: question of a thread that is not the owner\n"));
    cr_expect(child_aborts(clear, "ordo: poison_mutex.c: poison cleared by a thread that is not "
                                  "the owner\n"));
}

Test(poison_mutex, misuse_aborts)
{
    cr_expect(child_aborts(lock_twice, locks));
    check_that_it_is_not_mine();
    cr_expect(child_aborts(take_locked, "ordo: poison_mutex.c: the data are taken from a mutex "
                                        "that is locked\n"));
}

Test(poison_mutex, misuse_of_a_lock_that_another_has_aborts)
{
    ordo_thread *const owner = start_holder(lock_and_be_the_holder);

    check_that_it_is_not_mine();
    pthread_cancel(holder);
    ordo_thread_join(owner);
    check_that_it_is_not_mine(); /* nobody's, and poisoned */
}
