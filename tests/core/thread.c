/* thread.c: threads with results, many of them, and none left to give. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sys/resource.h>

#include "child.h"
#include "ordo/ordo.h"
#include "rounds.h"

TestSuite(thread, .timeout = 20);

static void *itself(void *argument)
{
    return argument;
}

Test(thread, result)
{
    int object;
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, itself, &object) == 0);
    cr_expect(ordo_thread_join(thread) == &object);
    cr_assert(ordo_thread_spawn(&thread, itself, NULL) == 0);
    cr_expect(ordo_thread_join(thread) == NULL);
}

static void *leave_early(void *result)
{
    pthread_exit(result);
}

Test(thread, result_of_pthread_exit)
{
    int object;
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, leave_early, &object) == 0);
    cr_expect(ordo_thread_join(thread) == &object);
}

static void *self(void *unused)
{
    (void)unused;
    ordo_thread *const first = ordo_thread_self();
    ordo_thread_yield();
    return first == ordo_thread_self() ? first : NULL;
}

Test(thread, self)
{
    ordo_thread *const mine = ordo_thread_self();
    ordo_thread *thread;
    pthread_t foreign;
    void *its;

    cr_expect(mine != NULL && mine == ordo_thread_self());
    cr_assert(ordo_thread_spawn(&thread, self, NULL) == 0);
    ordo_thread *const handle = thread;
    cr_expect(ordo_thread_join(thread) == handle, "self is the handle");
    cr_assert(pthread_create(&foreign, NULL, self, NULL) == 0);
    pthread_join(foreign, &its);
    cr_expect(its != NULL && its != mine, "a thread that ordo did not spawn");
}

static unsigned int plain; /* spawn and join order the accesses */

static void *add_one(void *unused)
{
    plain++;
    return unused;
}

Test(thread, one_after_the_other)
{
    const unsigned int rounds = test_rounds(100);

    for (unsigned int i = 0; i < rounds; i++) {
        ordo_thread *thread;
        plain++;
        cr_assert(ordo_thread_spawn(&thread, add_one, NULL) == 0);
        ordo_thread_join(thread);
    }
    cr_expect(plain == 2 * rounds);
}

static ordo_atomic_u32 gate, started;

static void *wait_at_the_gate(void *number)
{
    ordo_fetch_add(&started, 1, ordo_relaxed);
    while (ordo_load(&gate, ordo_acquire) == 0)
        ordo_futex_wait(&gate, 0);
    return number;
}

static void open_gate(void)
{
    ordo_store(&gate, 1, ordo_release);
    ordo_futex_wake(&gate, UINT32_MAX);
}

Test(thread, many_at_once)
{
    enum { count = 64 };
    ordo_thread *threads[count];

    for (uintptr_t i = 0; i < count; i++)
        cr_assert(ordo_thread_spawn(&threads[i], wait_at_the_gate, (void *)i) == 0);
    open_gate();
    for (uintptr_t i = 0; i < count; i++)
        cr_expect(ordo_thread_join(threads[i]) == (void *)i);
    cr_expect(ordo_load(&started, ordo_relaxed) == count);
}

/* A stack larger than the address space may be: creation fails, and afterwards works again. (A
 * limit on the number of processes does not bind root.) */
Test(thread, none_to_be_had)
{
    ordo_thread *const untouched = ordo_thread_self();
    ordo_thread *thread = untouched;
    pthread_attr_t usual, huge;

    pthread_getattr_default_np(&usual);
    pthread_attr_init(&huge);
    cr_assert(pthread_attr_setstacksize(&huge, (size_t)1 << 50) == 0);
    cr_assert(pthread_setattr_default_np(&huge) == 0);
    for (int i = 0; i < 100; i++) {
        const int error = ordo_thread_spawn(&thread, itself, NULL);
        cr_expect(error == EAGAIN || error == ENOMEM, "%d", error);
        cr_expect(thread == untouched);
    }
    pthread_setattr_default_np(&usual);
    cr_assert(ordo_thread_spawn(&thread, itself, &thread) == 0);
    cr_expect(ordo_thread_join(thread) == &thread);
}

static void join_myself(void)
{
    ordo_thread_join(ordo_thread_self());
}

/* Forked by the thread, the child has it as its only one. (In QEMU's children no thread starts.) */
static void *join_itself(void *unused)
{
    (void)unused;
    return child_aborts(join_myself, "ordo: thread.c: join of the thread itself\n")
               ? "aborted"
               : NULL;
}

Test(thread, joins_that_abort)
{
    ordo_thread *thread;

    cr_expect(child_aborts(join_myself,
                           "ordo: thread.c: join of a thread that was not spawned\n"));
    cr_assert(ordo_thread_spawn(&thread, join_itself, NULL) == 0);
    cr_expect(ordo_thread_join(thread) != NULL);
}
