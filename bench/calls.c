/* calls.c: what one call of each function of libatomic's ABI costs in ours and in GCC's library.
 *
 *     calls [--rounds=N] [--only=SYMBOL] [--order=N] THEIRS OURS
 *
 * Fair means: both libraries are opened in the same way and called through a pointer by the same
 * loop, on the same objects, uncontended and in the cache, on one CPU that the program stays on,
 * with a second thread alive. A round is a burst of calls of each, in an order that is drawn anew;
 * bursts are short, so that most rounds are not interrupted. A row has the median of each side and
 * the median of the rounds' ratios (ours / theirs), with the quartiles of the ratios: where they
 * lie on both sides of 1, the difference is noise. A call of an empty function through the same loop is
 * part of each figure; the first line tells what it costs.
 *
 * Generic functions are called with sizes that have a lock-free form, aligned and not, and with
 * others. A compare-exchange has two rows: it succeeds, or fails and writes *expected. */
#include <errno.h>
#include <fenv.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "libatomic.h"
#include "random.h"

__extension__ typedef unsigned __int128 value;

enum { largest = 256, most_rounds = 100000, burst_ns = 30000, most_rows = 256 };

struct row {
    const struct abi_symbol *symbol;
    size_t index;               /* of the symbol */
    size_t size;
    size_t misalignment;
    bool fails;                 /* a compare that does */
};

static _Alignas(64) unsigned char objects[largest + 64], values[largest + 64],
    results[largest + 64];
static int order = __ATOMIC_SEQ_CST;
static volatile bool never;     /* the compiler cannot know */

/* ---- the loops: one for each kind of prototype ----------------------------------------------- */

typedef void (*any_function)(void);
#define REPEAT(result, parameters, ...)                                                            \
    do {                                                                                           \
        result(*called) parameters = (result(*) parameters)function;                               \
        for (unsigned i = 0; i < count; i++)                                                       \
            called(__VA_ARGS__);                                                                   \
    } while (0)

/* Narrow values travel in one register of 64 bits in both ABIs. */
static void call_narrow(const struct row *row, any_function function, unsigned count)
{
    unsigned char *object = objects;
    const int o = order;
    uint64_t narrow = 0;
    switch (row->symbol->kind) {
    case abi_load:
    case abi_test_and_set:
    case abi_flag_set_explicit:
    case abi_flag_clear_explicit:
        REPEAT(uint64_t, (void *, int), object, o);
        break;
    case abi_store:
    case abi_fetch:
        REPEAT(uint64_t, (void *, uint64_t, int), object, i, o);
        break;
    case abi_compare:
        if (row->fails)
            REPEAT(bool, (void *, void *, uint64_t, int, int), object, (narrow = 1, &narrow), 0, o,
                   o);
        else
            REPEAT(bool, (void *, void *, uint64_t, int, int), object, &narrow, 0, o, o);
        break;
    case abi_flag_set:
    case abi_flag_clear:
        REPEAT(void, (void *), object);
        break;
    case abi_raise:
        REPEAT(void, (int), FE_INEXACT);
        break;
    default:
        REPEAT(void, (int), o);
        break;
    }
}

static void call_wide(const struct row *row, any_function function, unsigned count)
{
    unsigned char *object = objects;
    const int o = order;
    value wide = 0;
    switch (row->symbol->kind) {
    case abi_load:
    case abi_test_and_set:
        REPEAT(value, (void *, int), object, o);
        break;
    case abi_store:
        REPEAT(void, (void *, value, int), object, i, o);
        break;
    case abi_fetch:
        REPEAT(value, (void *, value, int), object, i, o);
        break;
    default:
        if (row->fails)
            REPEAT(bool, (void *, void *, value, int, int), object, (wide = 1, &wide), 0, o, o);
        else
            REPEAT(bool, (void *, void *, value, int, int), object, &wide, 0, o, o);
        break;
    }
}

static void call_generic(const struct row *row, any_function function, unsigned count)
{
    unsigned char *object = objects + row->misalignment;
    const size_t size = row->size;
    const int o = order;
    switch (row->symbol->kind) {
    case abi_generic_load:
    case abi_generic_store:
        REPEAT(void, (size_t, void *, void *, int), size, object, values, o);
        break;
    case abi_generic_exchange:
        REPEAT(void, (size_t, void *, void *, void *, int), size, object, values, results, o);
        break;
    case abi_generic_compare:
        if (row->fails)
            REPEAT(bool, (size_t, void *, void *, void *, int, int), size, object,
                   (values[0] = 1, values), results, o, o);
        else
            REPEAT(bool, (size_t, void *, void *, void *, int, int), size, object, values, results,
                   o, o);
        break;
    default:
        REPEAT(bool, (size_t, void *), size, object);
        break;
    }
}

static bool is_generic(const struct row *row)
{
    return row->symbol->kind >= abi_generic_load && row->symbol->kind <= abi_is_lock_free;
}

static void call(const struct row *row, any_function function, unsigned count)
{
    if (is_generic(row))
        call_generic(row, function, count);
    else if (row->size == 16)
        call_wide(row, function, count);
    else
        call_narrow(row, function, count);
}

static void nothing(void)
{
    if (never)
        abort();
}

/* ---- measuring ------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Nanoseconds for one call. Objects start at zero, so that a compare finds what it should. */
static double measure(const struct row *row, any_function function, unsigned count)
{
    memset(objects, 0, sizeof objects);
    memset(values, 0, sizeof values);
    memset(results, 0, sizeof results);
    call(row, function, 32);
    double start = now();
    call(row, function, count);
    return (now() - start) / count;
}

/* How many calls make a burst. */
static unsigned burst_of(const struct row *row, any_function function)
{
    unsigned count = 64;
    while (count < 1U << 20 && measure(row, function, count) * count < burst_ns)
        count *= 2;
    return count;
}

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double quantile(const double *sorted, size_t count, double part)
{
    return sorted[(size_t)(part * (double)(count - 1) + 0.5)];
}

struct figures {
    double ours, theirs, ratio, low, high; /* medians; the ratio's quartiles */
};

static struct figures measure_row(const struct row *row, any_function theirs, any_function ours,
                                  size_t rounds, uint64_t *random)
{
    static double samples[2][most_rounds], ratios[most_rounds];
    const any_function functions[2] = {theirs, ours};
    unsigned count = burst_of(row, functions[0]);
    for (size_t round = 0; round < rounds; round++) {
        unsigned side = random_next(random) % 2;
        samples[side][round] = measure(row, functions[side], count);
        samples[!side][round] = measure(row, functions[!side], count);
        ratios[round] = samples[1][round] / samples[0][round];
    }
    qsort(samples[0], rounds, sizeof(double), by_size);
    qsort(samples[1], rounds, sizeof(double), by_size);
    qsort(ratios, rounds, sizeof(double), by_size);
    return (struct figures){quantile(samples[1], rounds, 0.5), quantile(samples[0], rounds, 0.5),
                            quantile(ratios, rounds, 0.5), quantile(ratios, rounds, 0.25),
                            quantile(ratios, rounds, 0.75)};
}

/* ---- rows ------------------------------------------------------------------------------------ */

static size_t row_count;
static struct row rows[most_rows];

static void add_row(size_t index, size_t size, size_t misalignment)
{
    const struct abi_symbol *symbol = &abi_symbols[index];
    bool compares = symbol->kind == abi_compare || symbol->kind == abi_generic_compare;
    for (int fails = 0; fails <= (compares ? 1 : 0); fails++)
        rows[row_count++] = (struct row){symbol, index, size, misalignment, fails != 0};
}

static void make_rows(size_t only)
{
    static const size_t generic[][2] = {{1, 0}, {2, 0}, {4, 0}, {8, 0}, {16, 0}, {3, 0}, {7, 0},
                                        {12, 0}, {2, 1}, {8, 4}, {8, 1}, {16, 8}, {24, 0}, {32, 0},
                                        {64, 0}, {256, 0}};
    for (size_t i = 0; i < abi_symbol_count; i++) {
        if (only != abi_symbol_count && i != only)
            continue;
        struct row row = {.symbol = &abi_symbols[i]};
        if (!is_generic(&row))
            add_row(i, abi_symbols[i].size, 0);
        for (size_t j = 0; is_generic(&row) && j < sizeof generic / sizeof generic[0]; j++)
            add_row(i, generic[j][0], generic[j][1]);
    }
}

static const char *name_of(const struct row *row)
{
    static char name[80];
    int length = snprintf(name, sizeof name, "%s", row->symbol->name);
    if (is_generic(row))
        length += snprintf(name + length, sizeof name - (size_t)length, " %zu", row->size);
    if (row->misalignment != 0)
        length += snprintf(name + length, sizeof name - (size_t)length, " at +%zu",
                           row->misalignment);
    if (row->fails)
        snprintf(name + length, sizeof name - (size_t)length, ", fails");
    return name;
}

/* ---- start ----------------------------------------------------------------------------------- */

static void *sleep_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

/* Both where they are now; without a second thread the C library elides atomics of its own. */
static void settle(void)
{
    pthread_t second;
    if (pthread_create(&second, NULL, sleep_for_ever, NULL) != 0) {
        fputs("calls: cannot create a second thread\n", stderr);
        exit(1);
    }
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)sched_getcpu(), &cpus);
    if (sched_setaffinity(0, sizeof cpus, &cpus) != 0)
        fprintf(stderr, "calls: not pinned to a CPU: %s\n", strerror(errno));
}

static size_t number_argument(const char *name, const char *text, size_t least, size_t most)
{
    char *end;
    unsigned long long parsed = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || *text == '-' || parsed < least || parsed > most) {
        fprintf(stderr, "calls: --%s wants a number from %zu to %zu, not %s\n", name, least, most,
                text);
        exit(2);
    }
    return (size_t)parsed;
}

static void print_totals(const struct figures *figures)
{
    size_t worst = 0, best = 0, above = 0, surely = 0;
    double logarithms = 0;
    for (size_t i = 0; i < row_count; i++) {
        worst = figures[i].ratio > figures[worst].ratio ? i : worst;
        best = figures[i].ratio < figures[best].ratio ? i : best;
        above += figures[i].ratio > 1.0;
        surely += figures[i].low > 1.0;
        logarithms += log(figures[i].ratio);
    }
    printf("%zu rows, geometric mean %.2f; ", row_count, exp(logarithms / (double)row_count));
    printf("best %.2f (%s), ", figures[best].ratio, name_of(&rows[best]));
    printf("worst %.2f (%s)\n", figures[worst].ratio, name_of(&rows[worst]));
    printf("%zu medians above 1.00, of which %zu with both quartiles\n", above, surely);
}

int main(int count, char **arguments)
{
    static const struct option options[] = {{"rounds", required_argument, NULL, 'r'},
                                            {"only", required_argument, NULL, 'o'},
                                            {"order", required_argument, NULL, 'm'},
                                            {NULL, 0, NULL, 0}};
    size_t rounds = 301, only = abi_symbol_count;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;)
        switch (option) {
        case 'r': rounds = number_argument("rounds", optarg, 1, most_rounds); break;
        case 'm': order = (int)number_argument("order", optarg, 0, 5); break;
        case 'o':
            only = abi_find(optarg);
            if (only == abi_symbol_count) {
                fprintf(stderr, "calls: no symbol %s; they are those of libatomic.so.1\n", optarg);
                return 2;
            }
            break;
        default: return 2;
        }
    if (count - optind != 2) {
        fputs("calls: give two libraries: calls [OPTIONS] libatomic.so.1 libordo-atomic.so\n",
              stderr);
        return 2;
    }
    struct abi_library theirs, ours;
    abi_open(&theirs, arguments[optind]);
    abi_open(&ours, arguments[optind + 1]);
    bool whole = abi_is_whole(&theirs);
    if (!abi_is_whole(&ours) || !whole)
        return 1;

    settle();
    make_rows(only);
    uint64_t random = (uint64_t)now();
    const struct row empty = {.symbol = &abi_symbols[0], .size = 1};
    printf("an empty call: %.2f ns; ordering %d; %zu rounds\n",
           measure_row(&empty, nothing, nothing, rounds, &random).ours, order, rounds);
    printf("%-38s %8s %8s %7s   %s\n", "ns for a call", "ours", "GCC's", "ratio", "quartiles");
    static struct figures figures[most_rows];
    for (size_t i = 0; i < row_count; i++) {
        figures[i] = measure_row(&rows[i], theirs.functions[rows[i].index],
                                 ours.functions[rows[i].index], rounds, &random);
        printf("%-38s %8.2f %8.2f %6.2fx   %.2f .. %.2f\n", name_of(&rows[i]), figures[i].ours,
               figures[i].theirs, figures[i].ratio, figures[i].low, figures[i].high);
        fflush(stdout);
    }
    print_totals(figures);
    return 0;
}
