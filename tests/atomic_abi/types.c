/* types.c: a C11 program as anyone writes it, of atomic types that are libatomic's: several threads
 * count in each, and every count must arrive. programs.sh runs it on GCC's library and on ours.
 *
 * Of the structs all members are always equal, so that a torn value is seen. */
#include <complex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { threads = 4 };
static int rounds;

static _Atomic long double real;
static _Atomic double _Complex number;
static _Atomic unsigned char byte;
__extension__ typedef unsigned __int128 uint128;
static _Atomic uint128 wide;

struct odd { unsigned char a, b, c; };
struct twelve { unsigned a, b, c; };
struct large { unsigned long a, b, c; };
static _Atomic struct odd odd;
static _Atomic struct twelve twelve;
static _Atomic struct large large;
static atomic_bool torn;
static atomic_flag taken = ATOMIC_FLAG_INIT;
static int guarded;

/* Weak, in a loop, as books teach it: the failed exchange loads. */
#define COUNT_IN(object, type)                                                                     \
    do {                                                                                           \
        type old = atomic_load(&object), new;                                                      \
        do {                                                                                       \
            if (old.a != old.b || old.b != old.c)                                                  \
                torn = true;                                                                       \
            new = old;                                                                             \
            new.a++, new.b++, new.c++;                                                             \
        } while (!atomic_compare_exchange_weak_explicit(&object, &old, new, memory_order_release,  \
                                                        memory_order_relaxed));                    \
    } while (0)

static void *count(void *unused)
{
    for (int i = 0; i < rounds; i++) {
        real += 1;
        number += 1 + 2 * I;
        byte ^= 0xff; /* an even number of times in all */
        wide += (uint128)1 << 63;
        COUNT_IN(odd, struct odd);
        COUNT_IN(twelve, struct twelve);
        COUNT_IN(large, struct large);
        while (atomic_flag_test_and_set_explicit(&taken, memory_order_acquire)) {
        }
        guarded++;
        atomic_flag_clear_explicit(&taken, memory_order_release);
    }
    return unused;
}

static int failures;
static void check(const char *what, bool right)
{
    if (!right) {
        printf("types.c: %s: counts were lost\n", what);
        failures++;
    }
}

int main(int argument_count, char **arguments)
{
    rounds = argument_count > 1 ? atoi(arguments[1]) : 10000;
    pthread_t started[threads];
    for (int i = 0; i < threads; i++)
        if (pthread_create(&started[i], NULL, count, NULL) != 0)
            return 2;
    for (int i = 0; i < threads; i++)
        pthread_join(started[i], NULL);

    const int all = threads * rounds;
    check("long double", real == all);
    check("double _Complex", creal(number) == all && cimag(number) == 2.0 * all);
    check("unsigned char", byte == 0);
    check("__int128", wide == (uint128)all << 63);
    check("3 bytes", atomic_load(&odd).a == (unsigned char)all);
    check("12 bytes", atomic_load(&twelve).a == (unsigned)all);
    check("24 bytes", atomic_load(&large).a == (unsigned long)all);
    check("under a flag", guarded == all);
    if (torn) {
        puts("types.c: a torn value was read");
        failures++;
    }
    if (failures == 0)
        printf("types.c: 8 types, %d counts in each\n", all);
    return failures != 0;
}
