/* served.c: a program of which ordo serves each atomic operation, if ordo-cc with GCC compiles it.
 *
 * Nothing here knows of ordo. audit.sh has the number of call sites of each function. All of it is
 * in one function, not inlined, so that none is there twice. It fails if a result is wrong.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

static uint8_t narrow;
static uint32_t word = 1;
static uint64_t wide;
static unsigned __int128 widest;
static struct { char bytes[24]; } object, copy;

__attribute__((noinline)) static bool work(void)
{
    uint32_t expected = 0;
    bool right = true;

    right &= !__atomic_compare_exchange_n(&word, &expected, 5, false, __ATOMIC_RELEASE,
                                          __ATOMIC_ACQUIRE);
    right &= expected == 1;
    right &= __atomic_compare_exchange_n(&word, &expected, 5, false, __ATOMIC_SEQ_CST,
                                         __ATOMIC_RELAXED);
    right &= __atomic_fetch_add(&word, 2, __ATOMIC_RELAXED) == 5;
    right &= __atomic_add_fetch(&word, 2, __ATOMIC_SEQ_CST) == 9;
    right &= __atomic_fetch_nand(&word, 1, __ATOMIC_ACQUIRE) == 9;
    right &= __atomic_load_n(&word, __ATOMIC_ACQUIRE) == ~UINT32_C(1);
    __atomic_store_n(&narrow, 200, __ATOMIC_RELEASE);
    right &= __atomic_exchange_n(&narrow, 7, __ATOMIC_ACQ_REL) == 200;
    __atomic_fetch_or(&wide, 4, __ATOMIC_RELEASE);
    right &= __atomic_load_n(&wide, __ATOMIC_RELAXED) == 4;
    __atomic_store_n(&widest, (unsigned __int128)1 << 100, __ATOMIC_SEQ_CST);
    right &= __atomic_load_n(&widest, __ATOMIC_SEQ_CST) >> 100 == 1;
    object.bytes[23] = 3;
    __atomic_load(&object, &copy, __ATOMIC_ACQUIRE);
    return right & (copy.bytes[23] == 3);
}

int main(void)
{
    return work() ? 0 : 1;
}
