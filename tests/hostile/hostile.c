/* hostile.c: see hostile.h.
 *
 * What it does is within the contract of futex.h and futex_pi.h, so no right program minds:
 *   - a wait returns at once: for no reason, or with EINTR;
 *   - a wake is followed by others, of words that were waited for of late: a late wake of a former
 *     user of that memory, which may be mapped no more, looks the same;
 *   - a thread in a wait gets signals whose handler has no SA_RESTART;
 *   - time passes between the caller's decision to wait and the wait, between its release and the
 *     wake, and after a wait.
 * The calling threads do all that themselves, so it goes on in the child of a fork and needs no
 * thread that a test did not ask for.
 *
 * Each thread draws from a random stream of its own, made of the seed and of how many threads came
 * before it. ORDO_HOSTILE_SEED gives the seed again; how threads interleave is the system's to say.
 */
#include "hostile.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ordo/ordo.h"
#include "random.h"

/* __real_x is the library's x; the linker makes __wrap_x of each call of x. */
#define WRAPPED(name) extern __typeof__(name) __real_##name, __wrap_##name
WRAPPED(ordo_futex_wait);
WRAPPED(ordo_futex_wait_until);
WRAPPED(ordo_futex_wake);
WRAPPED(ordo_futex_wait_bitset);
WRAPPED(ordo_futex_wake_bitset);
WRAPPED(ordo_futex_requeue);
WRAPPED(ordo_futex_compare_requeue);
WRAPPED(ordo_futex_wake_op);
WRAPPED(ordo_futex_wait_any);
WRAPPED(ordo_futex_lock_pi);
WRAPPED(ordo_futex_trylock_pi);
WRAPPED(ordo_futex_unlock_pi);
WRAPPED(ordo_futex_wait_requeue_pi);
WRAPPED(ordo_futex_compare_requeue_pi);

/* ---- Chance ---------------------------------------------------------------------------------- */

enum { recent_words = 32, recent_threads = 8, disturbing_signal = SIGURG };

static uint64_t seed;
static uint32_t streams;
static _Thread_local uint64_t stream;
static _Thread_local bool has_stream;

static uint32_t counts[hostile_acts];

/* The compiler's atomics: the ones under test are not to be relied on here. */
static void happened(enum hostile_act act)
{
    __atomic_fetch_add(&counts[act], 1, __ATOMIC_RELAXED);
}

uint32_t hostile_count(enum hostile_act act)
{
    return __atomic_load_n(&counts[act], __ATOMIC_RELAXED);
}

static uint32_t random_below(uint32_t limit)
{
    if (!has_stream) {
        has_stream = true;
        stream = random_mix(seed + __atomic_fetch_add(&streams, 1, __ATOMIC_RELAXED));
    }
    return (uint32_t)(random_next(&stream) >> 32) % limit;
}

static bool one_in(uint32_t chances)
{
    return random_below(chances) == 0;
}

static void handled(int signal)
{
    (void)signal;
    happened(hostile_handled);
}

/* Runs before any test, in the process of Criterion and in each that it starts. The first draws the
 * seed, says so, and hands it on. */
__attribute__((constructor)) static void begin(void)
{
    const char *const given = getenv("ORDO_HOSTILE_SEED");

    if (given != NULL) {
        seed = strtoull(given, NULL, 0);
    } else {
        char text[24];
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = random_mix((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec) >> 32;
        snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
        printf("hostile: ORDO_HOSTILE_SEED=%s\n", text);
        fflush(stdout);
        setenv("ORDO_HOSTILE_SEED", text, 1);
    }
    setenv("ORDO_SLOW", "10", 1); /* rounds.h: fewer rounds */

    /* Blocked but in a wait, so that a test's own system calls are not interrupted. */
    struct sigaction action = {.sa_handler = handled};
    sigset_t set;
    sigaction(disturbing_signal, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, disturbing_signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

/* ---- Delays, stray wakes, signals ------------------------------------------------------------ */

/* Not a point at which a thread is cancelled: a futex is none either. */
static void sleep_for(long nanoseconds)
{
    const struct timespec time = {.tv_nsec = nanoseconds};
    int before;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    nanosleep(&time, NULL);
    pthread_setcancelstate(before, &before);
}

static void delay(void)
{
    const uint32_t chance = random_below(1024);

    if (chance == 0) {
        happened(hostile_long_delay);
        sleep_for(1000000);
    } else if (chance < 16) {
        happened(hostile_short_delay);
        sleep_for(50000);
    } else if (chance < 512) {
        happened(hostile_yield);
        sched_yield();
    }
}

static const ordo_atomic_u32 *words[recent_words]; /* that a wait named */
static pid_t threads[recent_threads];              /* that are in a wait, or 0 */

/* The address may be anybody's by now. A shared wake looks up the page, and finds it or not. */
static void stray_wake(void)
{
    const ordo_atomic_u32 *const word =
        __atomic_load_n(&words[random_below(recent_words)], __ATOMIC_RELAXED);

    if (word == NULL)
        return;
    happened(hostile_stray_wake);
    __real_ordo_futex_wake_bitset(word, one_in(2) ? 1 : UINT32_MAX, ORDO_FUTEX_ANY,
                                  one_in(4) ? ordo_futex_shared : ordo_futex_private);
}

/* In the child of a fork the number is of a thread in another process, and not found. */
static void send_signal(void)
{
    const pid_t thread =
        __atomic_load_n(&threads[random_below(recent_threads)], __ATOMIC_RELAXED);

    if (thread != 0 && syscall(SYS_tgkill, getpid(), thread, disturbing_signal) == 0)
        happened(hostile_signal);
}

static void disturb_others(void)
{
    if (one_in(4))
        stray_wake();
    if (one_in(8))
        send_signal();
}

/* ---- Before and after ------------------------------------------------------------------------ */

/* What a call keeps until its end: errno, and the place of a waiting thread. */
struct call {
    int errno_before;
    uint32_t place;
    sigset_t mask;
};

static struct call before_wake(void)
{
    const struct call call = {.errno_before = errno};

    delay(); /* after the release */
    disturb_others();
    return call;
}

static void after_wake(const struct call *call)
{
    disturb_others();
    errno = call->errno_before;
}

/* Returns the result of a wait that does not take place, or -1: it is to. */
static int unreal_wait(const ordo_atomic_u32 *word, int spurious_result)
{
    __atomic_store_n(&words[random_below(recent_words)], word, __ATOMIC_RELAXED);
    if (!one_in(8))
        return -1;
    if (one_in(2)) {
        happened(hostile_interrupted);
        return EINTR;
    }
    happened(hostile_spurious);
    return spurious_result;
}

static struct call before_wait(void)
{
    struct call call = {.errno_before = errno, .place = random_below(recent_threads)};
    sigset_t set;

    disturb_others();
    delay(); /* after the announcement */
    __atomic_store_n(&threads[call.place], (pid_t)syscall(SYS_gettid), __ATOMIC_RELAXED);
    sigemptyset(&set);
    sigaddset(&set, disturbing_signal);
    pthread_sigmask(SIG_UNBLOCK, &set, &call.mask);
    return call;
}

static void after_wait(const struct call *call)
{
    pthread_sigmask(SIG_SETMASK, &call->mask, NULL);
    __atomic_store_n(&threads[call->place], 0, __ATOMIC_RELAXED);
    delay(); /* woken, but late */
    errno = call->errno_before;
}

/* ---- The operations ------------------------------------------------------------------------- */

#define WAIT(word, spurious_result, real)                                                          \
    do {                                                                                           \
        const struct call call = before_wait();                                                    \
        int result = unreal_wait(word, spurious_result);                                           \
        if (result < 0)                                                                            \
            result = real;                                                                         \
        after_wait(&call);                                                                         \
        return result;                                                                             \
    } while (0)

#define WAKE(type, real)                                                                           \
    do {                                                                                           \
        const struct call call = before_wake();                                                    \
        const type result = real;                                                                  \
        after_wake(&call);                                                                         \
        return result;                                                                             \
    } while (0)

int __wrap_ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected)
{
    WAIT(word, 0, __real_ordo_futex_wait(word, expected));
}

int __wrap_ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline)
{
    WAIT(word, 0, __real_ordo_futex_wait_until(word, expected, deadline));
}

uint32_t __wrap_ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count)
{
    WAKE(uint32_t, __real_ordo_futex_wake(word, count));
}

int __wrap_ordo_futex_wait_bitset(const ordo_atomic_u32 *word, uint32_t expected,
                                  uint64_t deadline, uint32_t bits, unsigned int flags)
{
    WAIT(word, 0, __real_ordo_futex_wait_bitset(word, expected, deadline, bits, flags));
}

uint32_t __wrap_ordo_futex_wake_bitset(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                                       unsigned int flags)
{
    WAKE(uint32_t, __real_ordo_futex_wake_bitset(word, count, bits, flags));
}

uint32_t __wrap_ordo_futex_requeue(const ordo_atomic_u32 *from, uint32_t wake,
                                   const ordo_atomic_u32 *to, uint32_t move, unsigned int flags)
{
    WAKE(uint32_t, __real_ordo_futex_requeue(from, wake, to, move, flags));
}

int __wrap_ordo_futex_compare_requeue(const ordo_atomic_u32 *from, uint32_t expected,
                                      uint32_t wake, const ordo_atomic_u32 *to, uint32_t move,
                                      unsigned int flags, uint32_t *count)
{
    WAKE(int, __real_ordo_futex_compare_requeue(from, expected, wake, to, move, flags, count));
}

uint32_t __wrap_ordo_futex_wake_op(const ordo_atomic_u32 *first, uint32_t wake,
                                   ordo_atomic_u32 *second, uint32_t wake_second,
                                   uint32_t operation, unsigned int flags)
{
    WAKE(uint32_t,
         __real_ordo_futex_wake_op(first, wake, second, wake_second, operation, flags));
}

/* A wake for no reason would have to name a word, and whoever calls this believes the name. */
int __wrap_ordo_futex_wait_any(const struct ordo_futex_waiter *waiters, unsigned int count,
                               uint64_t deadline, unsigned int flags, unsigned int *which)
{
    WAIT(count == 0 ? NULL : waiters->word, EINTR,
         __real_ordo_futex_wait_any(waiters, count, deadline, flags, which));
}

int __wrap_ordo_futex_lock_pi(ordo_atomic_u32 *word, uint64_t deadline, unsigned int flags)
{
    WAIT(word, EAGAIN, __real_ordo_futex_lock_pi(word, deadline, flags));
}

int __wrap_ordo_futex_trylock_pi(ordo_atomic_u32 *word, unsigned int flags)
{
    WAKE(int, __real_ordo_futex_trylock_pi(word, flags));
}

int __wrap_ordo_futex_unlock_pi(ordo_atomic_u32 *word, unsigned int flags)
{
    WAKE(int, __real_ordo_futex_unlock_pi(word, flags));
}

int __wrap_ordo_futex_wait_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected,
                                      uint64_t deadline, ordo_atomic_u32 *lock, unsigned int flags)
{
    WAIT(word, EAGAIN,
         __real_ordo_futex_wait_requeue_pi(word, expected, deadline, lock, flags));
}

int __wrap_ordo_futex_compare_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected,
                                         uint32_t move, ordo_atomic_u32 *lock, unsigned int flags,
                                         uint32_t *count)
{
    WAKE(int, __real_ordo_futex_compare_requeue_pi(word, expected, move, lock, flags, count));
}
