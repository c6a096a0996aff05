/* operations.c: what one operation costs, uncontended: the called routine of ordo beside the code
 * that the compiler puts inline for its builtin. `make bench` builds it for this machine and runs it.
 *
 * Both sides of a row are measured in turn, several rounds in one run; the table has the median of
 * each and the median of the rounds' ratios, which other load on the machine disturbs least. A
 * second thread is alive, as in any program that needs atomics: glibc elides its own without one.
 */
#include <ordo/atomic.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { rounds = 15, repetitions = 200000 };

static ordo_atomic_u32 word;
static ordo_atomic_u128 pair, their_pair; /* libatomic may lock: the two never share an object */
static volatile uint32_t sink;            /* a result that is used cannot be left out */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* A function that repeats one expression and returns nanoseconds for each. */
#define MEASURED(name, expression)                                                                 \
    static double name(void)                                                                       \
    {                                                                                              \
        const double start = now();                                                                \
        for (int i = 0; i < repetitions; i++)                                                      \
            expression;                                                                            \
        return (now() - start) / repetitions;                                                      \
    }

#define PLAIN(object) (&(object).plain)

MEASURED(our_load, (void)ordo_load(&word, ordo_acquire))
MEASURED(their_load, (void)__atomic_load_n(PLAIN(word), __ATOMIC_ACQUIRE))
MEASURED(our_store, ordo_store(&word, 1, ordo_release))
MEASURED(their_store, __atomic_store_n(PLAIN(word), 1, __ATOMIC_RELEASE))
MEASURED(our_seq_cst_store, ordo_store(&word, 1, ordo_seq_cst))
MEASURED(their_seq_cst_store, __atomic_store_n(PLAIN(word), 1, __ATOMIC_SEQ_CST))
MEASURED(our_exchange, (void)ordo_exchange(&word, 1, ordo_acq_rel))
MEASURED(their_exchange, (void)__atomic_exchange_n(PLAIN(word), 1, __ATOMIC_ACQ_REL))
MEASURED(our_add, (void)ordo_fetch_add(&word, 1, ordo_acq_rel))
MEASURED(their_add, (void)__atomic_fetch_add(PLAIN(word), 1, __ATOMIC_ACQ_REL))
MEASURED(our_or, sink = ordo_fetch_or(&word, (uint32_t)i, ordo_acq_rel))
MEASURED(their_or, sink = __atomic_fetch_or(PLAIN(word), (uint32_t)i, __ATOMIC_ACQ_REL))
MEASURED(our_fence, ordo_thread_fence(ordo_seq_cst))
MEASURED(their_fence, __atomic_thread_fence(__ATOMIC_SEQ_CST))
MEASURED(our_pair_load, (void)ordo_load(&pair, ordo_acquire))
MEASURED(their_pair_load, (void)__atomic_load_n(PLAIN(their_pair), __ATOMIC_ACQUIRE))
MEASURED(our_pair_add, (void)ordo_fetch_add(&pair, 1, ordo_acq_rel))
MEASURED(their_pair_add, (void)__atomic_fetch_add(PLAIN(their_pair), 1, __ATOMIC_ACQ_REL))

static double our_compare(void)
{
    uint32_t expected = ordo_load(&word, ordo_relaxed);
    const double start = now();
    for (int i = 0; i < repetitions; i++)
        if (ordo_compare_exchange(&word, &expected, expected + 1, ordo_acq_rel, ordo_acquire))
            expected++;
    return (now() - start) / repetitions;
}

static double their_compare(void)
{
    uint32_t expected = ordo_load(&word, ordo_relaxed);
    const double start = now();
    for (int i = 0; i < repetitions; i++)
        if (__atomic_compare_exchange_n(PLAIN(word), &expected, expected + 1, false,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            expected++;
    return (now() - start) / repetitions;
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *samples)
{
    qsort(samples, rounds, sizeof *samples, by_size);
    return samples[rounds / 2];
}

static void *sleep_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

int main(void)
{
    static const struct {
        const char *name;
        double (*ours)(void), (*theirs)(void);
    } rows[] = {
        {"load acquire", our_load, their_load},
        {"store release", our_store, their_store},
        {"store seq_cst", our_seq_cst_store, their_seq_cst_store},
        {"exchange acq_rel", our_exchange, their_exchange},
        {"fetch_add acq_rel", our_add, their_add},
        {"fetch_or acq_rel", our_or, their_or},
        {"compare_exchange acq_rel", our_compare, their_compare},
        {"fence seq_cst", our_fence, their_fence},
        {"load acquire, 128 bits", our_pair_load, their_pair_load},
        {"fetch_add acq_rel, 128 bits", our_pair_add, their_pair_add},
    };
    pthread_t second;

    if (pthread_create(&second, NULL, sleep_for_ever, NULL) != 0) {
        fputs("operations.c: cannot create a second thread\n", stderr);
        return EXIT_FAILURE;
    }
    printf("%-28s %10s %12s %7s\n", "uncontended, ns", "ordo call", "compiler", "ratio");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double ours[rounds], theirs[rounds], ratios[rounds];
        for (int round = 0; round < rounds; round++) {
            ours[round] = rows[i].ours();
            theirs[round] = rows[i].theirs();
            ratios[round] = ours[round] / theirs[round];
        }
        const double our_median = median(ours), their_median = median(theirs);
        printf("%-28s %10.2f %12.2f %6.2fx\n", rows[i].name, our_median, their_median,
               median(ratios));
    }
    puts("128 bits: the compiler's side is libatomic");
    return EXIT_SUCCESS;
}
