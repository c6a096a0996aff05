/* stampede.c: notify_all by the owner of the mutex does not wake all, to sleep again at once. The
 * waiters are moved to the mutex, where the unlock of each wakes the next. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "has_futex.h"
#include "ordo/ordo.h"

TestSuite(stampede, .timeout = 60);

enum { waiters = 6 };

/* A kind of condition variable: one of them and its mutex. */
struct kind {
    void (*lock)(void), (*unlock)(void), (*wait)(void), (*notify_all)(void);
};

/* The last argument is what notify_all takes. */
#define KIND(type, mutex_type, objects)                                                            \
    static mutex_type type##_mutex;                                                                \
    static type type##_object;                                                                     \
                                                                                                   \
    ORDO_NOT_ANALYSED static void type##_do_lock(void)                                             \
    {                                                                                              \
        mutex_type##_lock(&type##_mutex);                                                          \
    }                                                                                              \
    ORDO_NOT_ANALYSED static void type##_do_unlock(void)                                           \
    {                                                                                              \
        mutex_type##_unlock(&type##_mutex);                                                        \
    }                                                                                              \
    ORDO_NOT_ANALYSED static void type##_do_wait(void)                                             \
    {                                                                                              \
        type##_wait(&type##_object, &type##_mutex);                                                \
    }                                                                                              \
    ORDO_NOT_ANALYSED static void type##_do_notify_all(void)                                       \
    {                                                                                              \
        type##_notify_all objects;                                                                 \
    }                                                                                              \
    static const struct kind type##_kind = {type##_do_lock, type##_do_unlock, type##_do_wait,      \
                                            type##_do_notify_all}

KIND(ordo_condition_variable, ordo_mutex, (&ordo_condition_variable_object));
KIND(ordo_byte_condition_variable, ordo_byte_mutex, (&ordo_byte_condition_variable_object));
KIND(ordo_process_shared_condition_variable, ordo_process_shared_mutex,
     (&ordo_process_shared_condition_variable_object,
      &ordo_process_shared_condition_variable_mutex));
KIND(ordo_pi_condition_variable, ordo_pi_mutex,
     (&ordo_pi_condition_variable_object, &ordo_pi_condition_variable_mutex));

/* What Linux says of a thread of this process: how often it went to sleep of itself. */
static unsigned long sleeps_of(uint32_t system_id, bool *is_asleep)
{
    unsigned long sleeps = 0;
    char path[64], line[128], state = 0;
    FILE *file;

    snprintf(path, sizeof path, "/proc/self/task/%u/status", system_id);
    if ((file = fopen(path, "r")) == NULL)
        abort();
    while (fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "State: %c", &state);
        sscanf(line, "voluntary_ctxt_switches: %lu", &sleeps);
    }
    fclose(file);
    *is_asleep = state == 'S';
    return sleeps;
}

/* Returns when it sleeps, and has gone to sleep since it had done so that often. */
static unsigned long when_asleep(uint32_t system_id, unsigned long before)
{
    unsigned long sleeps;
    bool is_asleep;

    while ((sleeps = sleeps_of(system_id, &is_asleep)) == before || !is_asleep)
        usleep(500);
    return sleeps;
}

/* Guarded by the mutex. */
static const struct kind *kind;
static unsigned int arrived, tokens;

static void *wait_for_a_token(void *system_id)
{
    kind->lock();
    *(uint32_t *)system_id = ordo_thread_system_id();
    arrived++;
    while (tokens == 0)
        kind->wait();
    tokens--;
    kind->unlock();
    return NULL;
}

/* Returns with the mutex, when that many wait. */
static void lock_after_arrival(unsigned int number)
{
    for (;;) {
        kind->lock();
        if (arrived == number)
            return;
        kind->unlock();
        ordo_thread_yield();
    }
}

/* `woken` of the waiters, the oldest, may come as far as the mutex while this thread has it. */
static void check(const struct kind *of, unsigned int woken)
{
    ordo_thread *threads[waiters];
    uint32_t system_ids[waiters] = {0};
    unsigned long sleeps[waiters];
    bool is_asleep;

    kind = of;
    for (unsigned int i = 0; i < waiters; i++) {
        cr_assert(ordo_thread_spawn(&threads[i], wait_for_a_token, &system_ids[i]) == 0);
        lock_after_arrival(i + 1);
        kind->unlock();
    }
    lock_after_arrival(waiters); /* so nobody can sleep but in a wait */
    for (unsigned int i = 0; i < waiters; i++)
        sleeps[i] = when_asleep(system_ids[i], 0);
    tokens = waiters;
    kind->notify_all();
    for (unsigned int i = 0; i < woken; i++)
        when_asleep(system_ids[i], sleeps[i]);
    usleep(20000); /* enough for others to come as far */
    for (unsigned int i = woken; i < waiters; i++)
        cr_expect(sleeps_of(system_ids[i], &is_asleep) == sleeps[i] && is_asleep, "%u", i);
    kind->unlock();
    for (unsigned int i = 0; i < waiters; i++)
        ordo_thread_join(threads[i]);
    cr_expect(tokens == 0);
}

static bool is_skipped(void)
{
    if (getenv("ORDO_HOSTILE_SEED") == NULL)
        return false;
    puts("SKIP stampede: the hostile futexes wake those that sleep");
    return true;
}

Test(stampede, condition_variable_wakes_one)
{
    if (!is_skipped())
        check(&ordo_condition_variable_kind, 1);
}

Test(stampede, byte_condition_variable_wakes_none)
{
    if (!is_skipped())
        check(&ordo_byte_condition_variable_kind, 0);
}

Test(stampede, process_shared_condition_variable_wakes_none)
{
    if (!is_skipped() && has_futex_for("stampede/process_shared_condition_variable"))
        check(&ordo_process_shared_condition_variable_kind, 0);
}

Test(stampede, pi_condition_variable_wakes_none)
{
    if (getenv("ORDO_QEMU") != NULL)
        puts("SKIP stampede/pi_condition_variable: QEMU has no requeue to a PI futex");
    else if (!is_skipped() && has_futex_for("stampede/pi_condition_variable"))
        check(&ordo_pi_condition_variable_kind, 0);
}
