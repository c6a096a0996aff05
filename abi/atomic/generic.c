/* generic.c: libatomic's functions of any size, and __atomic_is_lock_free.
 *
 * Three ways, chosen by the object's size and address, so that all accesses to one object go the
 * same way:
 *
 *   1, 2, 4, 8 or 16 bytes, aligned to that: the function of that size, which the compiler calls
 *       for the same object where it knows the alignment
 *   inside one aligned word of 8 or 16 bytes: the word is compared and exchanged, what else is in
 *       it kept
 *   all else: under the lock of the object's address
 *
 * Orders: the first two hand them down. Under a lock all are seq_cst. Two objects with locks: every
 * access is a critical section, so that it happens before whatever follows it, and a cycle of such
 * accesses cannot be. One with a lock and one without: the unlock is an exchange(release), the lock
 * a compare-exchange(acquire); on x86-64 both are full barriers, on ARM64 a seq_cst load or a later
 * acquire (ldar, ldaxr, casa) does not pass an earlier release (stlr, stlxr, swpl).
 *
 * Not to be used in a signal handler where __atomic_is_lock_free says false: who was interrupted
 * may hold the lock. Nor between processes: each has its own table.
 */
#include <stddef.h>
#include <string.h>

#include "lock_table.h"
#include "sized.h"

/* The C names are the compiler's builtins. */
void generic_load(size_t size, const void *object, void *result, int order)
    __asm__("__atomic_load");
void generic_store(size_t size, void *object, const void *value, int order)
    __asm__("__atomic_store");
void generic_exchange(size_t size, void *object, const void *value, void *result, int order)
    __asm__("__atomic_exchange");
bool generic_compare_exchange(size_t size, void *object, void *expected, const void *desired,
                              int success, int failure) __asm__("__atomic_compare_exchange");
bool generic_is_lock_free(size_t size, const void *object) __asm__("__atomic_is_lock_free");

#define FOR_EACH_SIZE(_) _(1, uint8_t) _(2, uint16_t) _(4, uint32_t) _(8, uint64_t) _(16, uint128)

/* ---- Inside a word --------------------------------------------------------------------------- */

/* Where an object lies inside an aligned word; a size of 0: in none. Little-endian: 8 bytes are the
 * first half of a uint128. */
struct part {
    void *word;
    size_t word_size;
    size_t offset;
};

static inline struct part part_of(size_t size, const void *object)
{
    const uintptr_t address = (uintptr_t)object;

    for (size_t word_size = 8; word_size <= 16; word_size *= 2) {
        const size_t offset = address % word_size;

        if (size <= word_size - offset)
            return (struct part){(void *)(address - offset), word_size, offset};
    }
    return (struct part){NULL, 0, 0};
}

static inline uint128 load_word(const struct part *part, int order)
{
    return part->word_size == 8 ? load_8(part->word, order) : load_16(part->word, order);
}

static inline bool compare_exchange_word(const struct part *part, uint128 *expected,
                                         uint128 desired, int success, int failure)
{
    return part->word_size == 8
               ? compare_exchange_8(part->word, expected, (uint64_t)desired, success, failure)
               : compare_exchange_16(part->word, expected, desired, success, failure);
}

static inline char *object_in(uint128 *word, const struct part *part)
{
    return (char *)word + part->offset;
}

/* Returns the word before. */
static inline uint128 exchange_part(size_t size, const struct part *part, const void *value,
                                    int order)
{
    uint128 before = load_word(part, __ATOMIC_RELAXED), after;

    do {
        after = before;
        memcpy(object_in(&after, part), value, size);
    } while (!compare_exchange_word(part, &before, after, order, __ATOMIC_RELAXED));
    return before;
}

static inline bool compare_exchange_part(size_t size, const struct part *part, void *expected,
                                         const void *desired, int success, int failure)
{
    uint128 before = load_word(part, failure), after;

    do {
        if (memcmp(object_in(&before, part), expected, size) != 0) {
            memcpy(expected, object_in(&before, part), size);
            return false;
        }
        after = before;
        memcpy(object_in(&after, part), desired, size);
    } while (!compare_exchange_word(part, &before, after, success, failure));
    return true;
}

/* ---- Under a lock ---------------------------------------------------------------------------- */

static void copy_locked(const void *object, void *to, const void *from, size_t size)
{
    ordo_mutex *const lock = lock_of(object);

    ordo_mutex_lock(lock);
    memcpy(to, from, size);
    ordo_mutex_unlock(lock);
}

/* The value may lie where the result is to be, so it is read first, piece by piece. */
static void exchange_locked(size_t size, char *object, const char *value, char *result)
{
    ordo_mutex *const lock = lock_of(object);
    char piece[64];

    ordo_mutex_lock(lock);
    for (size_t done = 0, length; done < size; done += length) {
        length = size - done < sizeof piece ? size - done : sizeof piece;
        memcpy(piece, value + done, length);
        memcpy(result + done, object + done, length);
        memcpy(object + done, piece, length);
    }
    ordo_mutex_unlock(lock);
}

static bool compare_exchange_locked(size_t size, void *object, void *expected, const void *desired)
{
    ordo_mutex *const lock = lock_of(object);

    ordo_mutex_lock(lock);
    const bool is_equal = memcmp(object, expected, size) == 0;
    if (is_equal)
        memcpy(object, desired, size);
    else
        memcpy(expected, object, size);
    ordo_mutex_unlock(lock);
    return is_equal;
}

/* ---- The functions --------------------------------------------------------------------------- */

/* In a switch on the size. */
#define IF_ALIGNED(size, ...)                                                                      \
    case size:                                                                                     \
        if ((uintptr_t)object % (size) == 0) {                                                     \
            __VA_ARGS__                                                                            \
        }                                                                                          \
        break;

void generic_load(size_t size, const void *object, void *result, int order)
{
#define LOAD(size, T)                                                                              \
    IF_ALIGNED(size, const T value = load_##size(object, order); memcpy(result, &value, size);     \
               return;)
    switch (size) {
    case 0: return;
        FOR_EACH_SIZE(LOAD)
    default: break;
    }
    const struct part part = part_of(size, object);

    if (part.word_size != 0) {
        uint128 word = load_word(&part, order);

        memcpy(result, object_in(&word, &part), size);
    } else {
        copy_locked(object, result, object, size);
    }
}

void generic_store(size_t size, void *object, const void *value, int order)
{
#define STORE(size, T)                                                                             \
    IF_ALIGNED(size, T copy; memcpy(&copy, value, size); store_##size(object, copy, order); return;)
    switch (size) {
    case 0: return;
        FOR_EACH_SIZE(STORE)
    default: break;
    }
    const struct part part = part_of(size, object);

    if (part.word_size != 0)
        exchange_part(size, &part, value, order);
    else
        copy_locked(object, object, value, size);
}

void generic_exchange(size_t size, void *object, const void *value, void *result, int order)
{
#define EXCHANGE(size, T)                                                                          \
    IF_ALIGNED(size, T copy; memcpy(&copy, value, size);                                           \
               copy = exchange_##size(object, copy, order); memcpy(result, &copy, size); return;)
    switch (size) {
    case 0: return;
        FOR_EACH_SIZE(EXCHANGE)
    default: break;
    }
    const struct part part = part_of(size, object);

    if (part.word_size != 0) {
        uint128 before = exchange_part(size, &part, value, order);

        memcpy(result, object_in(&before, &part), size);
    } else {
        exchange_locked(size, object, value, result);
    }
}

bool generic_compare_exchange(size_t size, void *object, void *expected, const void *desired,
                              int success, int failure)
{
#define COMPARE_EXCHANGE(size, T)                                                                  \
    IF_ALIGNED(size, T copy; memcpy(&copy, desired, size);                                         \
               return compare_exchange_##size(object, expected, copy, success, failure);)
    switch (size) {
    case 0: return true;
        FOR_EACH_SIZE(COMPARE_EXCHANGE)
    default: break;
    }
    const struct part part = part_of(size, object);

    return part.word_size != 0
               ? compare_exchange_part(size, &part, expected, desired, success, failure)
               : compare_exchange_locked(size, object, expected, desired);
}

/* An object that is not there, NULL, stands for one of the best alignment; the compiler gives the
 * alignment of a type as an address that has no better one. */
bool generic_is_lock_free(size_t size, const void *object)
{
    return part_of(size, object).word_size != 0;
}
