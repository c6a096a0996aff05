/* waiting.c: what wait_until of all that is counted or waited for has in common: deadlines,
 * disturbed by wakes without cause and by signals. Semaphores, latch, events, and wait of the
 * atomics themselves.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "disturber.h"
#include "has_futex.h"
#include "ordo/binary_semaphore.h"
#include "ordo/event.h"
#include "ordo/futex.h"
#include "ordo/latch.h"
#include "ordo/process_shared_semaphore.h"
#include "ordo/semaphore.h"
#include "ordo/thread.h"
#include "ordo/wait.h"

TestSuite(waiting, .timeout = 60);

enum { millisecond = 1000000 };

/* Functions of the right type: a void * is no ordo_semaphore *. All are closed at the beginning. */
#define KIND(kind, OPEN)                                                                           \
    static ordo_##kind kind;                                                                       \
    static int kind##_wait_until(uint64_t deadline)                                                \
    {                                                                                              \
        return ordo_##kind##_wait_until(&kind, deadline);                                          \
    }                                                                                              \
    static void kind##_open(void) { OPEN; }

KIND(semaphore, ordo_semaphore_post(&semaphore, 1))
KIND(process_shared_semaphore, ordo_process_shared_semaphore_post(&process_shared_semaphore, 1))
KIND(binary_semaphore, ordo_binary_semaphore_post(&binary_semaphore))
KIND(auto_reset_event, ordo_auto_reset_event_set(&auto_reset_event))
KIND(manual_reset_event, ordo_manual_reset_event_set(&manual_reset_event))

static ordo_latch latch = ORDO_LATCH_INIT(1);
static int latch_wait_until(uint64_t deadline)
{
    return ordo_latch_wait_until(&latch, deadline);
}
static void latch_open(void) { ordo_latch_count_down(&latch, 1); }

static ordo_atomic_u8 byte;
static int byte_wait_until(uint64_t deadline)
{
    return ordo_wait_until(&byte, 0, deadline, ordo_acquire);
}
static void byte_open(void)
{
    ordo_store(&byte, 1, ordo_release);
    ordo_notify_one(&byte);
}

static ordo_atomic_i32 word;
static int word_wait_until(uint64_t deadline)
{
    return ordo_wait_until(&word, 0, deadline, ordo_acquire);
}
static void word_open(void)
{
    ordo_store(&word, -1, ordo_release);
    ordo_notify_one(&word);
}

#define ENTRY(kind) {#kind, &kind, kind##_wait_until, kind##_open}
static const struct kind {
    const char *name;
    void *object;
    int (*wait_until)(uint64_t deadline);
    void (*open)(void);
} kinds[] = {
    ENTRY(semaphore), ENTRY(process_shared_semaphore), ENTRY(binary_semaphore),
    ENTRY(auto_reset_event), ENTRY(manual_reset_event), ENTRY(latch), ENTRY(byte), ENTRY(word),
};
enum { kind_count = sizeof kinds / sizeof *kinds };

static bool is_there(const struct kind *kind)
{
    return kind->object != &process_shared_semaphore || has_futex_for(kind->name);
}

#define FOR_EACH_KIND(kind)                                                                        \
    for (const struct kind *kind = kinds; kind < kinds + kind_count; kind++)                       \
        if (is_there(kind))

Test(waiting, past_deadlines)
{
    FOR_EACH_KIND (kind) {
        cr_expect(kind->wait_until(0) == ETIMEDOUT, "%s", kind->name);
        cr_expect(kind->wait_until(ordo_clock_now() - 1) == ETIMEDOUT, "%s", kind->name);
        kind->open();
        cr_expect(kind->wait_until(0) == 0, "%s: what is there is taken", kind->name);
    }
}

/* ---- Disturbed deadlines --------------------------------------------------------------------- */

static void wake_all(void *object)
{
    ordo_futex_wake(object, UINT32_MAX);
    ordo_notify_all(&byte);
}

Test(waiting, disturbed_deadlines)
{
    FOR_EACH_KIND (kind) {
        struct disturber disturber;

        /* The byte is never a futex itself. */
        disturber_start(&disturber, wake_all, kind->object == &byte ? &word : kind->object);
        const uint64_t deadline = ordo_clock_now() + 40 * millisecond;
        cr_expect(kind->wait_until(deadline) == ETIMEDOUT, "%s", kind->name);
        cr_expect(has_just_passed(deadline), "%s", kind->name);
        disturber_stop(&disturber);
        kind->open();
        cr_expect(kind->wait_until(0) == 0, "%s: no trace of who gave up", kind->name);
    }
}

/* ---- In time --------------------------------------------------------------------------------- */

struct sleeper {
    const struct kind *kind;
    uint64_t deadline;
    int result;
};

static void *sleep_until(void *shared)
{
    struct sleeper *const sleeper = shared;

    sleeper->result = sleeper->kind->wait_until(sleeper->deadline);
    return NULL;
}

Test(waiting, opened_before_the_deadline)
{
    const uint64_t deadlines[] = {ordo_clock_now() + 60000ull * millisecond, INT64_MAX,
                                  UINT64_MAX - 1, ORDO_NEVER};

    FOR_EACH_KIND (kind) {
        struct sleeper sleeper = {kind, deadlines[(kind - kinds) % 4], -1};
        ordo_thread *thread;

        cr_assert(ordo_thread_spawn(&thread, sleep_until, &sleeper) == 0);
        usleep(10000); /* by now it sleeps */
        kind->open();
        ordo_thread_join(thread);
        cr_expect(sleeper.result == 0, "%s", kind->name);
    }
}

/* The deadline and the opening at about the same time: one of the two, and nothing lost. */
Test(waiting, opened_at_the_deadline)
{
    FOR_EACH_KIND (kind) {
        for (int i = 0; i < 50; i++) {
            struct sleeper sleeper = {kind, ordo_clock_now() + 100000, -1};
            ordo_thread *thread;

            cr_assert(ordo_thread_spawn(&thread, sleep_until, &sleeper) == 0);
            usleep(50 + (unsigned)i);
            kind->open();
            ordo_thread_join(thread);
            cr_expect(sleeper.result == 0 || sleeper.result == ETIMEDOUT, "%s", kind->name);
            if (sleeper.result == ETIMEDOUT)
                cr_expect(kind->wait_until(0) == 0, "%s: still there", kind->name);
            if (kind->object == &latch)
                latch = (ordo_latch)ORDO_LATCH_INIT(1);
            else if (kind->object == &manual_reset_event)
                ordo_manual_reset_event_reset(&manual_reset_event);
            ordo_store(&byte, 0, ordo_relaxed);
            ordo_store(&word, 0, ordo_relaxed);
        }
    }
}
