/* objects.c [ROUNDS]: objects of many sizes at many places, across words, cache lines and pages: the
 * functions of any size do what they say to the object, and to nothing beside it; three threads at
 * once see no half of a value and lose none, nor what happens to the bytes beside. Where the object
 * has one, the functions of one size and the instructions that a compiler inlines take turns with
 * the functions of any size on the same object. The same for memory that is mapped twice.
 */
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"

enum { threads = 3, page = 4096, most = page + 100 };

static const size_t sizes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,   10,  12,
                               13, 15, 16, 17, 24, 31, 32, 48, 64, 100, page + 8};
/* From the boundary of two pages. */
static const int places[] = {-9, -8, -5, -3, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 15, 16, 56, 60, 63};

static unsigned int rounds = 200;
static unsigned char *memory; /* four pages; the boundary is after the first */
static ptrdiff_t again;       /* so far on they are mapped again, for threads of odd numbers */
static pthread_barrier_t barrier;

/* ---- Values: a number of 8 bits, spread over all bytes, so that halves of two are noticed ----- */

static void spread(unsigned char *to, size_t size, unsigned int number)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)(number ^ i * 37);
}

static unsigned int number_in(const unsigned char *from, size_t size)
{
    for (size_t i = 1; i < size; i++)
        CHECK((from[i] ^ (i * 37 & 0xff)) == from[0], "size %zu: byte %zu is of another value", size,
              i);
    return from[0];
}

/* ---- The operations, by turns in every way that reaches such an object ------------------------ */

static bool has_own_functions(size_t size, const void *object)
{
    return (size == 1 || size == 2 || size == 4 || size == 8 || size == 16)
           && (uintptr_t)object % size == 0;
}

/* What a compiler inlines, or calls by another ABI; size is constant. */
#define INLINED(size, T)                                                                           \
    case size: {                                                                                   \
        T wanted, value;                                                                           \
        memcpy(&wanted, expected, size);                                                           \
        memcpy(&value, desired, size);                                                             \
        const T seen = INLINED_##size(object, wanted, value);                                      \
        memcpy(expected, &seen, size);                                                             \
        return seen == wanted;                                                                     \
    }
#define SYNC(T, object, wanted, value) __sync_val_compare_and_swap((T *)(object), wanted, value)
#define INLINED_1(object, wanted, value) SYNC(uint8_t, object, wanted, value)
#define INLINED_2(object, wanted, value) SYNC(uint16_t, object, wanted, value)
#define INLINED_4(object, wanted, value) SYNC(uint32_t, object, wanted, value)
#define INLINED_8(object, wanted, value) SYNC(uint64_t, object, wanted, value)
#ifdef __aarch64__
/* What Clang calls. */
extern uint128 __aarch64_cas16_acq_rel(uint128 expected, uint128 desired, void *object);
#define INLINED_16(object, wanted, value) __aarch64_cas16_acq_rel(wanted, value, object)
#else
#define INLINED_16(object, wanted, value) SYNC(uint128, object, wanted, value)
#endif

static bool inlined_compare_exchange(size_t size, void *object, void *expected, const void *desired)
{
    switch (size) {
        INLINED(1, uint8_t)
        INLINED(2, uint16_t)
        INLINED(4, uint32_t)
        INLINED(8, uint64_t)
        INLINED(16, uint128)
    default: abort();
    }
}

#define COMPARE_EXCHANGE(size, T)                                                                  \
    case size: {                                                                                   \
        T value;                                                                                   \
        memcpy(&value, desired, size);                                                             \
        return abi_compare_exchange_##size(object, expected, value, acq_rel, acquire);             \
    }

static bool compare_exchange(size_t size, void *object, void *expected, const void *desired,
                             unsigned int turn)
{
    if (!has_own_functions(size, object) || turn % 3 == 0)
        return abi_compare_exchange(size, object, expected, desired, acq_rel, acquire);
    if (turn % 3 == 1)
        return inlined_compare_exchange(size, object, expected, desired);
    switch (size) {
        COMPARE_EXCHANGE(1, uint8_t)
        COMPARE_EXCHANGE(2, uint16_t)
        COMPARE_EXCHANGE(4, uint32_t)
        COMPARE_EXCHANGE(8, uint64_t)
        COMPARE_EXCHANGE(16, uint128)
    default: abort();
    }
}

#define LOAD(size, T)                                                                              \
    case size: {                                                                                   \
        const T value = abi_load_##size(object, acquire);                                          \
        memcpy(result, &value, size);                                                              \
        return;                                                                                    \
    }

static void load(size_t size, const void *object, void *result, unsigned int turn)
{
    if (!has_own_functions(size, object) || turn % 2 == 0) {
        abi_load(size, object, result, acquire);
        return;
    }
    switch (size) {
        LOAD(1, uint8_t)
        LOAD(2, uint16_t)
        LOAD(4, uint32_t)
        LOAD(8, uint64_t)
        LOAD(16, uint128)
    default: abort();
    }
}

#define EXCHANGE(size, T)                                                                          \
    case size: {                                                                                   \
        T copy;                                                                                    \
        memcpy(&copy, value, size);                                                                \
        copy = abi_exchange_##size(object, copy, acq_rel);                                         \
        memcpy(result, &copy, size);                                                               \
        return;                                                                                    \
    }

static void exchange(size_t size, void *object, const void *value, void *result, unsigned int turn)
{
    if (!has_own_functions(size, object) || turn % 2 == 0) {
        abi_exchange(size, object, value, result, acq_rel);
        return;
    }
    switch (size) {
        EXCHANGE(1, uint8_t)
        EXCHANGE(2, uint16_t)
        EXCHANGE(4, uint32_t)
        EXCHANGE(8, uint64_t)
        EXCHANGE(16, uint128)
    default: abort();
    }
}

/* ---- One thread ------------------------------------------------------------------------------ */

static void check_beside(const unsigned char *object, size_t size)
{
    for (int i = 1; i <= 16; i++) {
        CHECK(object[-i] == 0xa5, "size %zu at %p: %d before it changed", size, (void *)object, i);
        CHECK(object[size + (size_t)i - 1] == 0xa5, "size %zu at %p: %d after it changed", size,
              (void *)object, i);
    }
}

static void values(unsigned char *object, size_t size)
{
    static unsigned char a[most], b[most], seen[most];

    memset(object - 16, 0xa5, size + 32);
    spread(a, size, 1);
    spread(b, size, 2);
    abi_store(size, object, a, seq_cst);
    CHECK(memcmp(object, a, size) == 0, "size %zu: store", size);
    abi_load(size, object, seen, seq_cst);
    CHECK(memcmp(seen, a, size) == 0, "size %zu: load", size);
    abi_exchange(size, object, b, seen, seq_cst);
    CHECK(memcmp(object, b, size) == 0 && memcmp(seen, a, size) == 0, "size %zu: exchange", size);
    memcpy(seen, a, size);
    abi_exchange(size, object, seen, seen, seq_cst); /* in place */
    CHECK(memcmp(object, a, size) == 0 && memcmp(seen, b, size) == 0, "size %zu: in place", size);
    CHECK(!abi_compare_exchange(size, object, seen, b, seq_cst, seq_cst), "size %zu", size);
    CHECK(memcmp(object, a, size) == 0 && memcmp(seen, a, size) == 0, "size %zu: mismatch", size);
    for (size_t i = 0; i < size; i += i + 1) { /* one bit is enough for a mismatch */
        seen[i] ^= 0x80;
        CHECK(!abi_compare_exchange(size, object, seen, b, seq_cst, seq_cst), "size %zu", size);
        CHECK(memcmp(seen, a, size) == 0, "size %zu: mismatch in byte %zu", size, i);
    }
    CHECK(abi_compare_exchange(size, object, seen, b, seq_cst, seq_cst), "size %zu", size);
    CHECK(memcmp(object, b, size) == 0 && memcmp(seen, a, size) == 0, "size %zu: match", size);
    check_beside(object, size);

    const bool is_inside = (uintptr_t)object % 16 + size <= 16;
    CHECK(abi_is_lock_free(size, object) == is_inside, "size %zu at %p", size, (void *)object);
}

/* ---- Three threads --------------------------------------------------------------------------- */

static struct {
    unsigned char *object;
    size_t size;
    unsigned int put, got; /* sums of the numbers that the exchanges brought and took */
} job;

static void run_job(unsigned int thread)
{
    unsigned char *const object = job.object + (thread % 2 != 0 ? again : 0);
    unsigned char value[most], seen[most];
    unsigned int put = 0, got = 0;

    /* An exchange loses nothing: what was put in came out again, or is there at the end. */
    for (unsigned int i = 0; i < rounds; i++) {
        const unsigned int number = (i * threads + thread) % 256;

        spread(value, job.size, number);
        exchange(job.size, object, value, seen, i);
        put += number;
        got += number_in(seen, job.size);
        load(job.size, object, seen, i);
        number_in(seen, job.size);
        abi_fetch_add_1(object - 1, 1, relaxed);
        abi_fetch_add_1(object + job.size, 1, relaxed);
    }
    __sync_fetch_and_add(&job.put, put);
    __sync_fetch_and_add(&job.got, got);
    pthread_barrier_wait(&barrier);
    /* A compare-exchange that succeeds changes what the thread has seen. */
    for (unsigned int i = 0; i < rounds; i++) {
        load(job.size, object, seen, i);
        do
            spread(value, job.size, (number_in(seen, job.size) + 1) % 256);
        while (!compare_exchange(job.size, object, seen, value, i));
    }
    pthread_barrier_wait(&barrier);
}

static void *help(void *thread)
{
    for (;;) {
        pthread_barrier_wait(&barrier);
        if (job.object == NULL)
            return NULL;
        run_job((unsigned int)(uintptr_t)thread);
    }
}

static void together(unsigned char *object, size_t size)
{
    static unsigned char seen[most];

    memset(object - 16, 0, size + 32);
    spread(object, size, 0);
    job.object = object;
    job.size = size;
    job.put = job.got = 0;
    pthread_barrier_wait(&barrier); /* all start */
    run_job(0);
    abi_load(size, object, seen, seq_cst);
    CHECK(number_in(seen, size) == (job.put - job.got + threads * rounds) % 256,
          "size %zu at %p: an operation is lost", size, (void *)object);
    CHECK(object[-1] == threads * rounds % 256 && object[size] == threads * rounds % 256,
          "size %zu at %p: what is beside it lost something", size, (void *)object);
}

static unsigned char *map(int file)
{
    void *const start = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    CHECK(start != MAP_FAILED, "mmap");
    return start;
}

int main(int argc, char **argv)
{
    pthread_t thread[threads];
    unsigned int count = 0;

    if (argc > 1)
        rounds = (unsigned int)atoi(argv[1]);
    const int file = memfd_create("objects", 0);
    CHECK(file >= 0 && ftruncate(file, 4 * page) == 0, "memfd_create");
    memory = map(file);
    again = map(file) - memory;
    pthread_barrier_init(&barrier, NULL, threads);
    for (uintptr_t i = 1; i < threads; i++)
        CHECK(pthread_create(&thread[i], NULL, help, (void *)i) == 0, "pthread_create");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t j = 0; j < sizeof places / sizeof *places; j++) {
            unsigned char *const object = memory + page + places[j];

            values(object, sizes[i]);
            if (sizes[i] < page || j % 8 == 0) {
                together(object, sizes[i]);
                count++;
            }
        }
    job.object = NULL;
    pthread_barrier_wait(&barrier);
    for (int i = 1; i < threads; i++)
        pthread_join(thread[i], NULL);
    /* An object of no bytes is not touched, wherever it is. */
    abi_load(0, (void *)1, NULL, seq_cst);
    abi_store(0, (void *)1, NULL, seq_cst);
    CHECK(abi_is_lock_free(0, (void *)1) && abi_is_lock_free(16, NULL), "no bytes, or no object");
    CHECK(!abi_is_lock_free(SIZE_MAX, NULL) && !abi_is_lock_free(17, NULL), "too large");
    printf("objects: %u objects, %u rounds in %d threads\n", count, rounds, threads);
    return 0;
}
