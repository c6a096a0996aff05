/* thread.c: threads with results, with options, many of them, and none left to give. Their ends are
 * in thread_ends.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "child.h"
#include "failing_calloc.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

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

/* ---- Ids ------------------------------------------------------------------------------------- */

enum { spawners = 4 };

struct ids {
    uint64_t *numbers; /* `rounds` of each spawner */
    unsigned int rounds;
    ordo_atomic_u32 wrong;
};

static void *note_id(void *number)
{
    *(uint64_t *)number = ordo_thread_id();
    return ordo_thread_self();
}

/* Every other thread is one that ordo did not start. */
static void spawn_one_after_the_other(unsigned int self, void *shared)
{
    struct ids *const ids = shared;
    uint64_t *const mine = ids->numbers + (size_t)self * ids->rounds;

    for (unsigned int i = 0; i < ids->rounds; i++) {
        ordo_thread *thread;
        pthread_t foreign;

        if (i % 2 == 0) {
            cr_assert(pthread_create(&foreign, NULL, note_id, &mine[i]) == 0);
            pthread_join(foreign, NULL);
        } else {
            cr_assert(ordo_thread_spawn(&thread, note_id, &mine[i]) == 0);
            ordo_thread *const handle = ordo_thread_clone(thread);
            if (ordo_thread_join(thread) != handle || ordo_thread_id_of(handle) != mine[i])
                ordo_fetch_add(&ids->wrong, 1, ordo_relaxed);
            ordo_thread_drop(handle);
        }
    }
}

static int by_number(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* Thousands of threads, most of which have ended by the time that the next ones start; the system
 * gives its own numbers and the memory of the records again. */
Test(thread, ids_are_never_given_again, .timeout = 60)
{
    struct ids ids = {.rounds = test_rounds(100)};
    const size_t count = (size_t)spawners * ids.rounds;

    ids.numbers = malloc((count + 1) * sizeof *ids.numbers);
    cr_assert(ids.numbers != NULL);
    ids.numbers[count] = ordo_thread_id();
    run_threads(spawners, spawn_one_after_the_other, &ids);
    cr_expect(ordo_load(&ids.wrong, ordo_relaxed) == 0, "the handle's is the thread's own");
    qsort(ids.numbers, count + 1, sizeof *ids.numbers, by_number);
    cr_expect(ids.numbers[0] != 0);
    for (size_t i = 0; i < count; i++)
        cr_assert(ids.numbers[i] < ids.numbers[i + 1], "%zu", i);
    free(ids.numbers);
}

/* ---- Options --------------------------------------------------------------------------------- */

static void *name_of_mine(void *name)
{
    return pthread_getname_np(pthread_self(), name, 16) == 0 ? name : NULL;
}

static void expect_name(const char *given, const char *seen)
{
    const struct ordo_thread_options options = {.name = given};
    char name[16] = "";
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn_with(&thread, &options, name_of_mine, name) == 0);
    cr_expect(ordo_thread_join(thread) == name);
    cr_expect(strcmp(name, seen) == 0, "%s", name);
}

Test(thread, name)
{
    char own[16];

    cr_assert(name_of_mine(own) == own);
    expect_name("x", "x");
    expect_name("fifteen letters", "fifteen letters");
    expect_name("sixteen letters!", "sixteen letters");
    expect_name("a name that is longer than any that the kernel keeps", "a name that is ");
    expect_name(NULL, own);
    expect_name("", own);
}

/* The name is copied: the caller's string may be gone before the thread runs. */
Test(thread, name_is_copied)
{
    char given[16] = "before", seen[16] = "";
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn_with(&thread, &(struct ordo_thread_options){.name = given},
                                     name_of_mine, seen)
              == 0);
    memset(given, 'z', sizeof given);
    ordo_thread_join(thread);
    cr_expect(strcmp(seen, "before") == 0, "%s", seen);
}

/* Writes to so many bytes of its stack, and returns how large the system says the stack is. */
static void *use_stack(void *bytes)
{
    const size_t size = *(const size_t *)bytes;
    volatile char *const stack = __builtin_alloca(size);
    pthread_attr_t attributes;
    void *start;
    size_t whole = 0;

    for (size_t i = 0; i < size; i += 1024)
        stack[i] = 1;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
        pthread_attr_getstack(&attributes, &start, &whole);
        pthread_attr_destroy(&attributes);
    }
    return (void *)whole;
}

/* For a thread whose result nobody gets. */
static void *note_stack(void *bytes)
{
    *(size_t *)bytes = (size_t)use_stack(bytes);
    return NULL;
}

Test(thread, stack_size)
{
    static const size_t sizes[] = {1, 100001, 2 << 20, (48 << 20) + 1};

    for (unsigned int i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct ordo_thread_options options = {.stack_size = sizes[i], .name = "stack"};
        size_t used = sizes[i] / 2; /* the system needs some of it, ThreadSanitizer a lot */
        ordo_thread *thread;

        cr_assert(ordo_thread_spawn_with(&thread, &options, use_stack, &used) == 0);
        const size_t whole = (size_t)ordo_thread_join(thread);
        cr_expect(whole >= sizes[i], "%zu of %zu bytes", whole, sizes[i]);
        cr_expect(whole <= 4 * sizes[i] + (1 << 20), "%zu for %zu bytes", whole, sizes[i]);
    }
}

/* In a scope, beside a thread that has none. */
Test(thread, options_in_a_scope)
{
    static const size_t size = 48 << 20;
    const struct ordo_thread_options options = {.name = "in a scope", .stack_size = size};
    char name[16] = "", own[16], usual[16] = "";
    size_t used = size / 2;

    cr_assert(name_of_mine(own) == own);
    ORDO_THREAD_SCOPE (scope) {
        cr_assert(ordo_thread_scope_spawn_with(&scope, &options, name_of_mine, name) == 0);
        cr_assert(ordo_thread_scope_spawn(&scope, name_of_mine, usual) == 0);
        cr_assert(ordo_thread_scope_spawn_with(&scope, &options, note_stack, &used) == 0);
    }
    cr_expect(strcmp(name, "in a scope") == 0, "%s", name);
    cr_expect(strcmp(usual, own) == 0, "%s", usual);
    cr_expect(used >= size && used <= 4 * size, "%zu of %zu bytes", used, size);
}

/* ---- Failures -------------------------------------------------------------------------------- */

/* Does spawn_with fail with one of these two errors, and leave *thread alone? */
static bool fails_with(const struct ordo_thread_options *options, int error, int other_error)
{
    ordo_thread *const untouched = ordo_thread_self();
    ordo_thread *thread = untouched;
    const int result = ordo_thread_spawn_with(&thread, options, itself, NULL);

    return (result == error || result == other_error) && thread == untouched;
}

static void expect_that_threads_can_be_had(void)
{
    int object;
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, itself, &object) == 0);
    cr_expect(ordo_thread_join(thread) == &object);
}

Test(thread, impossible_stack_size)
{
    const size_t page = 4096;

    for (size_t size = SIZE_MAX; size > SIZE_MAX - page; size -= 511) {
        const struct ordo_thread_options options = {.stack_size = size};
        cr_expect(fails_with(&options, EINVAL, EINVAL), "%zu", size);
        ORDO_THREAD_SCOPE (scope) {
            cr_expect(ordo_thread_scope_spawn_with(&scope, &options, itself, NULL) == EINVAL);
            cr_expect(scope.newest == NULL);
        }
    }
    expect_that_threads_can_be_had();
}

/* Stacks that are larger than the address space, or than what is left of it. (A limit on the number
 * of processes does not bind root.) */
Test(thread, none_to_be_had)
{
    for (int i = 0; i < 100; i++) {
        const struct ordo_thread_options huge = {.stack_size = (size_t)1 << (48 + i % 15)};
        cr_expect(fails_with(&huge, EAGAIN, ENOMEM), "%d", i);
    }
    expect_that_threads_can_be_had();
}

/* The same for spawn and scope_spawn, by the default size. What the scope has stays in it. */
Test(thread, none_to_be_had_by_default)
{
    ordo_thread *const untouched = ordo_thread_self();
    ordo_thread *thread = untouched;
    pthread_attr_t usual, huge;

    pthread_getattr_default_np(&usual);
    pthread_attr_init(&huge);
    cr_assert(pthread_attr_setstacksize(&huge, (size_t)1 << 50) == 0);
    plain = 0;
    ORDO_THREAD_SCOPE (scope) {
        cr_assert(ordo_thread_scope_spawn(&scope, add_one, NULL) == 0);
        ordo_thread *const newest = scope.newest;
        cr_assert(pthread_setattr_default_np(&huge) == 0);
        for (int i = 0; i < 100; i++) {
            int error = ordo_thread_spawn(&thread, itself, NULL);
            cr_expect(error == EAGAIN || error == ENOMEM, "%d", error);
            cr_expect(thread == untouched);
            error = ordo_thread_scope_spawn(&scope, itself, NULL);
            cr_expect(error == EAGAIN || error == ENOMEM, "%d", error);
            cr_expect(scope.newest == newest);
        }
        pthread_setattr_default_np(&usual);
    }
    cr_expect(plain == 1, "joined");
    expect_that_threads_can_be_had();
}

/* Each allocation in turn fails: that of the record, and those of the C library. */
Test(thread, no_memory)
{
    const struct ordo_thread_options options = {.name = "name", .stack_size = 123456};
    ordo_thread *const untouched = ordo_thread_self();
    ordo_thread *thread;
    unsigned int failures = 0;

    if (calloc_fails_at == NULL) {
        puts("SKIP thread/no_memory: the sanitizer has a calloc of its own");
        return;
    }
    for (int way = 0; way < 3; way++)
        ORDO_THREAD_SCOPE (scope)
            for (unsigned int call = 1, failed = true; failed; call++) {
                thread = untouched;
                calloc_fails_at(call);
                const int error =
                    way == 0 ? ordo_thread_spawn(&thread, itself, untouched)
                    : way == 1 ? ordo_thread_spawn_with(&thread, &options, itself, untouched)
                               : ordo_thread_scope_spawn(&scope, itself, untouched);
                failed = calloc_fails_at(0) && error != 0;
                failures += failed;
                if (error != 0)
                    cr_expect((error == EAGAIN || error == ENOMEM) && thread == untouched
                                  && scope.newest == NULL,
                              "%d", error);
                else if (way < 2)
                    cr_expect(ordo_thread_join(thread) == untouched);
                cr_expect(call > 1 || error == ENOMEM, "the record");
            }
    cr_expect(failures >= 3, "%u", failures);
    expect_that_threads_can_be_had();
}

static void need_a_record(void)
{
    calloc_fails_at(1);
    ordo_thread_self();
}

Test(thread, no_memory_for_oneself)
{
    cr_expect(calloc_fails_at == NULL
              || child_aborts(need_a_record,
                              "ordo: thread.c: no memory for the record of a thread\n"));
    cr_expect(ordo_thread_id() != 0, "which needs none");
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

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
