/* program.c: an unmodified program, which knows nothing of ordo: C's and GCC's atomic operations on
 * every size, from two threads. It prints "sums hold" and returns 0 if they do. With
 * -moutline-atomics it calls helpers of every operation and size, in several orders each. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { rounds = 1000, threads = 2 };

/* What a thread does with objects of one type; it owns one bit of `bits`. Counts what is wrong. */
#define OPERATIONS(T)                                                                              \
    static T sum_##T, swapped_##T, compared_##T, synchronised_##T, bits_##T;                       \
    static int work_##T(T bit)                                                                     \
    {                                                                                              \
        int wrong = 0;                                                                             \
        for (int i = 0; i < rounds; i++) {                                                         \
            T seen = __atomic_load_n(&compared_##T, __ATOMIC_RELAXED);                             \
            while (!__atomic_compare_exchange_n(&compared_##T, &seen, (T)(seen + 1), 1,            \
                                                __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))               \
                continue;                                                                          \
            while (!__atomic_compare_exchange_n(&compared_##T, &seen, (T)(seen + 1), 1,            \
                                                __ATOMIC_RELEASE, __ATOMIC_RELAXED))               \
                continue;                                                                          \
            __atomic_fetch_add(&sum_##T, 4, __ATOMIC_RELAXED);                                     \
            __atomic_sub_fetch(&sum_##T, 1, __ATOMIC_SEQ_CST);                                     \
            __atomic_exchange_n(&swapped_##T, (T)i, __ATOMIC_ACQUIRE);                             \
            wrong += (__atomic_fetch_or(&bits_##T, bit, __ATOMIC_ACQUIRE) & bit) != 0;             \
            wrong += (__atomic_fetch_xor(&bits_##T, bit, __ATOMIC_RELEASE) & bit) == 0;            \
            wrong += (__atomic_fetch_xor(&bits_##T, bit, __ATOMIC_SEQ_CST) & bit) != 0;            \
            wrong += (__atomic_fetch_and(&bits_##T, (T)~bit, __ATOMIC_RELEASE) & bit) == 0;        \
            do                                                                                     \
                seen = __sync_fetch_and_or(&synchronised_##T, 0);                                  \
            while (!__sync_bool_compare_and_swap(&synchronised_##T, seen, (T)(seen + 2)));         \
            __sync_fetch_and_sub(&synchronised_##T, 1);                                            \
        }                                                                                          \
        return wrong;                                                                              \
    }                                                                                              \
    static int wrong_##T(void)                                                                     \
    {                                                                                              \
        return (sum_##T != (T)(3 * rounds * threads)) +                                            \
               (compared_##T != (T)(2 * rounds * threads)) +                                       \
               (synchronised_##T != (T)(rounds * threads)) + (swapped_##T != (T)(rounds - 1)) +    \
               (bits_##T != 0);                                                                    \
    }

OPERATIONS(uint8_t)
OPERATIONS(uint16_t)
OPERATIONS(uint32_t)
OPERATIONS(uint64_t)

/* GCC calls libatomic for these. */
#ifdef __clang__
static unsigned __int128 wide;

static void add_wide(void)
{
    unsigned __int128 seen = 0, step = (unsigned __int128)1 << 64 | 1;

    while (!__atomic_compare_exchange_n(&wide, &seen, seen + step, 1, __ATOMIC_SEQ_CST,
                                        __ATOMIC_ACQUIRE))
        continue;
}

static int wrong_wide(void)
{
    return (uint64_t)wide != rounds * threads || (uint64_t)(wide >> 64) != rounds * threads;
}
#else
static void add_wide(void)
{
}

static int wrong_wide(void)
{
    return 0;
}
#endif

static int wrong_bits;

static void *work(void *bit)
{
    unsigned char mine = *(unsigned char *)bit;

    __atomic_fetch_add(&wrong_bits, work_uint8_t(mine) + work_uint16_t(mine) +
                       work_uint32_t(mine) + work_uint64_t(mine), __ATOMIC_SEQ_CST);
    for (int i = 0; i < rounds; i++)
        add_wide();
    return NULL;
}

int main(void)
{
    unsigned char bits[threads] = {1, 128};
    pthread_t other;
    int wrong;

    if (pthread_create(&other, NULL, work, &bits[1]) != 0)
        return 2;
    work(&bits[0]);
    pthread_join(other, NULL);
    wrong = wrong_bits + wrong_uint8_t() + wrong_uint16_t() + wrong_uint32_t() + wrong_uint64_t() +
            wrong_wide();
    printf(wrong ? "%d sums are wrong\n" : "sums hold\n", wrong);
    return wrong != 0;
}
