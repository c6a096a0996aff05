/* unwind.c: what ends a scope when a thread ends in it, or an exception leaves it; C and C++. A once
 * that an exception leaves, and a scope of threads that is cancelled as it joins, are as they should
 * be in any case.
 * unwind.sh says by the argument how it was compiled: with unwinding, such an end is as a return,
 * and does not poison; without, the scope is not ended, but the thread is. What has no scope is
 * poisoned by the end of its thread either way. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ordo/ordo.h"

struct account {
    int balance;
};

static ORDO_POISON_MUTEX(struct account) account = {ORDO_POISON_MUTEX_INIT, {0}};
static ordo_atomic_bool is_locked;

static void *exit_in_scope(void *unused)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account) {
        open->balance = 1;
        pthread_exit(unused);
    }
    return unused;
}

static void *wait_in_scope(void *unused)
{
    ORDO_POISON_MUTEX_SCOPE (open, &account) {
        open->balance = 1;
        ordo_store(&is_locked, true, ordo_release);
        for (;;)
            pause(); /* a cancellation point */
    }
    return unused;
}

static void *exit_without_scope(void *unused)
{
    if (ordo_poison_mutex_lock(&account.mutex) == 0)
        pthread_exit(unused);
    return unused;
}

static void *wait_without_scope(void *unused)
{
    if (ordo_poison_mutex_lock(&account.mutex) == 0) {
        ordo_store(&is_locked, true, ordo_release);
        for (;;)
            pause();
    }
    return unused;
}

#ifdef __cplusplus
static void *throw_in_scope(void *unused)
{
    try {
        ORDO_POISON_MUTEX_SCOPE (open, &account) {
            open->balance = 1;
            throw open;
        }
    } catch (struct account *) {
        if (ordo_poison_mutex_try_lock(&account.mutex) != 0)
            return &account; /* not given back, or poisoned */
        ordo_poison_mutex_unlock(&account.mutex);
    }
    return unused;
}
#endif

/* ---- A once ---------------------------------------------------------------------------------- */

#ifdef __cplusplus
static int throw_in_once(void *unused)
{
    throw unused;
}

static int succeed(void *unused)
{
    (void)unused;
    return 0;
}

/* The initialiser that throws has failed; the thread ends in order after it. */
static void *throw_through_once(void *unused)
{
    static ordo_once once = ORDO_ONCE_INIT;

    try {
        if (ordo_once_call(&once, throw_in_once, unused) == 0)
            return &once;
    } catch (void *) {
        return ordo_once_call(&once, succeed, NULL) == 0 ? unused : &once;
    }
    return &once;
}
#endif

/* ---- A scope of threads ---------------------------------------------------------------------- */

static ordo_atomic_u32 alive;

static void *live_on(void *unused)
{
    ordo_thread_sleep_until(ordo_clock_now() + 100000000);
    ordo_fetch_sub(&alive, 1, ordo_relaxed);
    return unused;
}

/* Is cancelled where the scope joins. */
static void *join_in_scope(void *unused)
{
    ORDO_THREAD_SCOPE (scope) {
        for (int i = 0; i < 3; i++)
            if (ordo_thread_scope_spawn(&scope, live_on, NULL) != 0)
                return &alive;
        ordo_store(&is_locked, true, ordo_release);
    }
    if (ordo_load(&alive, ordo_relaxed) != 0)
        return &alive;
    pthread_testcancel();
    return unused;
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* Runs it in a thread, which it cancels if that waits. Whether the mutex is poisoned then. */
static int poisons(void *(*body)(void *), bool waits)
{
    pthread_t thread;
    void *result = NULL;

    ordo_store(&is_locked, false, ordo_relaxed);
    if (pthread_create(&thread, NULL, body, NULL) != 0)
        return -1;
    while (waits && !ordo_load(&is_locked, ordo_acquire))
        sched_yield();
    if (waits)
        pthread_cancel(thread);
    if (pthread_join(thread, &result) != 0 || (result != NULL && result != PTHREAD_CANCELED))
        return -1;

    /* Would wait for ever if nobody had unlocked it. */
    const int error = ordo_poison_mutex_lock(&account.mutex);
    ordo_poison_mutex_clear(&account.mutex);
    ordo_poison_mutex_unlock(&account.mutex);
    return error == EOWNERDEAD;
}

static int failures;

static void expect(const char *what, int found, int expected)
{
    if (found == expected)
        return;
    printf("unwind.c: %s: %d, expected %d\n", what, found, expected);
    failures++;
}

int main(int argc, char **argv)
{
    const int scopes_poison = argc < 2 || strcmp(argv[1], "unwinding") != 0;

    expect("pthread_exit in a scope", poisons(exit_in_scope, false), scopes_poison);
    expect("cancelled in a scope", poisons(wait_in_scope, true), scopes_poison);
    expect("pthread_exit without a scope", poisons(exit_without_scope, false), 1);
    expect("cancelled without a scope", poisons(wait_without_scope, true), 1);
#ifdef __cplusplus
    expect("exception through a scope", poisons(throw_in_scope, false), 0);
    expect("exception through a once", poisons(throw_through_once, false), 0);
#endif
    ordo_store(&alive, 3, ordo_relaxed);
    expect("cancelled as a scope joins", poisons(join_in_scope, true), 0);
    expect("threads that outlive their scope", (int)ordo_load(&alive, ordo_relaxed), 0);
    return failures != 0;
}
