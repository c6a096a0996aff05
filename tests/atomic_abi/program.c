/* program.c: a program that knows nothing of ordo: C's atomics of 16 and 24 bytes, of an integer of
 * 128 bits and of a long double, whose operations a compiler leaves to libatomic.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

enum { threads = 3, rounds = 2000 };

struct pair { long a, b; };
struct triple { long a, b, c; };
struct odd { char bytes[5]; };

static _Atomic(struct pair) pair;
static _Atomic(struct triple) triple;
static _Atomic(struct odd) odd;
__extension__ typedef unsigned __int128 uint128;
static _Atomic(uint128) wide;
static _Atomic(long double) real;
static atomic_int small;
static atomic_flag flag;
static int guarded;

static void *work(void *unused)
{
    for (int i = 0; i < rounds; i++) {
        struct pair p = atomic_load(&pair), p2;
        struct triple t = atomic_load_explicit(&triple, memory_order_relaxed), t2;
        struct odd o = atomic_load(&odd), o2;
        uint128 w; /* (of += Clang 14 makes a call that no library has) */

        do
            p2 = (struct pair){p.a + 1, p.b - 1};
        while (!atomic_compare_exchange_weak(&pair, &p, p2));
        do
            t2 = (struct triple){t.a + 1, t.b - 1, t.c + 2};
        while (!atomic_compare_exchange_strong_explicit(&triple, &t, t2, memory_order_release,
                                                        memory_order_acquire));
        do {
            o2 = o;
            if (++o2.bytes[0] == 100)
                o2.bytes[0] = 0, o2.bytes[4]++;
        } while (!atomic_compare_exchange_weak(&odd, &o, o2));
        for (w = atomic_load(&wide);
             !atomic_compare_exchange_weak(&wide, &w, w + ((uint128)1 << 64) + 3);)
            ;
        real += 0.5L;
        small++;
        while ((atomic_flag_test_and_set_explicit)(&flag, memory_order_acquire))
            ;
        guarded++;
        (atomic_flag_clear_explicit)(&flag, memory_order_release);
        (atomic_thread_fence)(memory_order_seq_cst);
    }
    return unused;
}

int main(void)
{
    const long n = threads * rounds;
    pthread_t thread[threads];

    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, work, NULL) != 0)
            return 1;
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);

    const struct pair p = pair;
    const struct triple t = triple;
    const struct odd o = odd;
    const bool right = p.a == n && p.b == -n && t.a == n && t.b == -n && t.c == 2 * n
                       && o.bytes[0] + 100 * o.bytes[4] == n && (long)(wide >> 64) == n
                       && (long)wide == 3 * n && real == 0.5L * n && small == n && guarded == n;

    printf("program.c: %s, 16 bytes %slock-free, 24 bytes %slock-free\n", right ? "right" : "WRONG",
           atomic_is_lock_free(&pair) ? "" : "not ", atomic_is_lock_free(&triple) ? "" : "not ");
    return right && atomic_is_lock_free(&pair) && !atomic_is_lock_free(&triple) ? 0 : 1;
}
