/* mixed.c [ROUNDS]: threads of code from two compilers count in the same 16 bytes. GCC calls
 * libatomic for them; Clang puts its own instructions inline (on x86-64 with -mcx16). GCC's library
 * takes a lock on ARM64, of which Clang's code knows nothing, so that counts are lost; on ours, which
 * uses the same instructions, every count must arrive.
 *
 * With COUNT, which is the name of the function, the part that programs.sh compiles with each. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

__extension__ typedef unsigned __int128 uint128;

#ifdef COUNT

/* Both halves change each time. */
void COUNT(uint128 *object, int rounds);
void COUNT(uint128 *object, int rounds)
{
    const uint128 step = (uint128)1 << 64 | 1;
    for (int i = 0; i < rounds; i++) {
        __atomic_fetch_add(object, step, __ATOMIC_RELAXED);
        uint128 old = __atomic_load_n(object, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(object, &old, old + step, 1, __ATOMIC_ACQ_REL,
                                            __ATOMIC_RELAXED)) {
        }
    }
}

#else

void count_gcc(uint128 *object, int rounds);
void count_clang(uint128 *object, int rounds);

static _Alignas(16) uint128 object;
static int rounds = 20000;
static pthread_barrier_t start;

static void *run(void *count)
{
    pthread_barrier_wait(&start);
    (*(void (**)(uint128 *, int))count)(&object, rounds);
    return NULL;
}

int main(int argument_count, char **arguments)
{
    static void (*counts[])(uint128 *, int) = {count_gcc, count_clang, count_gcc, count_clang};
    enum { threads = sizeof counts / sizeof counts[0] };
    pthread_t started[threads];
    if (argument_count > 1)
        rounds = atoi(arguments[1]);
    pthread_barrier_init(&start, NULL, threads);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&started[i], NULL, run, &counts[i]) != 0)
            return 2;
    for (int i = 0; i < threads; i++)
        pthread_join(started[i], NULL);

    const unsigned long wanted = 2UL * threads * (unsigned)rounds;
    const unsigned long low = (unsigned long)object, high = (unsigned long)(object >> 64);
    if (low != wanted || high != wanted) {
        printf("mixed.c: %ld and %ld of %lu counts were lost\n", (long)(wanted - low),
               (long)(wanted - high), wanted);
        return 1;
    }
    printf("mixed.c: %lu counts by code of two compilers\n", wanted);
    return 0;
}

#endif
