/* any.c: libatomic's functions of any size, for objects that are not as wide as a word and aligned
 * to that; and __atomic_is_lock_free.
 *
 * The way is chosen by the object's size and address, so that all accesses to one object go the
 * same way:
 *
 *   1, 2, 4, 8 or 16 bytes, aligned to that: by_size.S or .c, the function of that size, which the
 *       compiler calls for the same object where it knows the alignment
 *   inside one aligned word of 8 or 16 bytes: the word is compared and exchanged, and what else is
 *       in it kept
 *   all else: under the lock of the object's address
 *
 * Orders: the first two hand them down. Under a lock all are seq_cst. Two objects with locks: each
 * access is a critical section, which happens before whatever follows it, so that a cycle of such
 * accesses cannot be. One with a lock and one without: the unlock is an exchange(release), the lock
 * a compare-exchange(acquire) or exchange(acquire); on x86-64 each is a full barrier, and on ARM64
 * no acquire (ldar, ldaxr, casa, swpa) passes an earlier release (stlr, stlxr, swpl).
 *
 * Where __atomic_is_lock_free says false, an access in a signal handler may wait for the lock that
 * the interrupted thread holds, and two processes have two locks.
 */
#include <string.h>

#include "lock_table.h"
#include "sized.h"

/* The C name is the compiler's builtin. */
bool is_lock_free(size_t size, const void *object) __asm__("__atomic_is_lock_free");

/* ---- Inside a word --------------------------------------------------------------------------- */

/* Where an object lies inside an aligned word; a size of 0: in none. */
struct part {
    void *word;
    unsigned int word_size;
    unsigned int shift; /* little-endian: the object is the word's bits from here on */
};

static inline struct part part_of(size_t size, const void *object)
{
    const uintptr_t address = (uintptr_t)object;

    /* A size of 0 is inside none: there may be no memory. */
    if (size - 1 < 8 - address % 8)
        return (struct part){(void *)(address & ~(uintptr_t)7), 8, address % 8 * 8};
    if (size - 1 < 16 - address % 16)
        return (struct part){(void *)(address & ~(uintptr_t)15), 16, address % 16 * 8};
    return (struct part){NULL, 0, 0};
}

static inline uint128 load_word(struct part part, int order)
{
    return part.word_size == 8 ? load_8(part.word, order) : load_16(part.word, order);
}

static inline bool compare_exchange_word(struct part part, uint128 *expected, uint128 desired,
                                         int success, int failure)
{
    return part.word_size == 8
               ? compare_exchange_8(part.word, expected, (uint64_t)desired, success, failure)
               : compare_exchange_16(part.word, expected, desired, success, failure);
}

/* The low `size` bytes, 1 to 15. */
static inline uint128 low_bytes(uint128 value, size_t size)
{
    return value & (((uint128)1 << size * 8) - 1);
}

/* Plain memory of 1 to 15 bytes as a number, and back: the first bytes and the last ones, which may
 * overlap; of less than 4 the one in the middle too. */
static inline uint128 read_bytes(const char *from, size_t size)
{
    uint64_t first8, last8;
    uint32_t first4, last4;

    if (size >= 8) {
        memcpy(&first8, from, 8);
        memcpy(&last8, from + size - 8, 8);
        return first8 | (uint128)last8 << (size - 8) * 8;
    }
    if (size >= 4) {
        memcpy(&first4, from, 4);
        memcpy(&last4, from + size - 4, 4);
        return first4 | (uint64_t)last4 << (size - 4) * 8;
    }
    return (uint32_t)((unsigned char)from[0] | (unsigned char)from[size / 2] << size / 2 * 8
                      | (unsigned char)from[size - 1] << (size - 1) * 8);
}

static inline void write_bytes(char *to, uint128 value, size_t size)
{
    if (size >= 8) {
        const uint64_t first = (uint64_t)value, last = (uint64_t)(value >> (size - 8) * 8);

        memcpy(to, &first, 8);
        memcpy(to + size - 8, &last, 8);
    } else if (size >= 4) {
        const uint32_t first = (uint32_t)value, last = (uint32_t)(value >> (size - 4) * 8);

        memcpy(to, &first, 4);
        memcpy(to + size - 4, &last, 4);
    } else {
        to[0] = (char)value;
        to[size / 2] = (char)(value >> size / 2 * 8);
        to[size - 1] = (char)(value >> (size - 1) * 8);
    }
}

/* The word with another object in it. */
static inline uint128 replaced(uint128 word, struct part part, size_t size, uint128 object)
{
    return word ^ low_bytes(word >> part.shift ^ object, size) << part.shift;
}

/* Returns the object before. */
static inline uint128 exchange_part(struct part part, size_t size, uint128 value, int order)
{
    uint128 word = load_word(part, __ATOMIC_RELAXED);

    while (!compare_exchange_word(part, &word, replaced(word, part, size, value), order,
                                  __ATOMIC_RELAXED))
        ;
    return word >> part.shift;
}

static inline bool compare_exchange_part(struct part part, size_t size, char *expected,
                                         uint128 desired, int success, int failure)
{
    const uint128 wanted = read_bytes(expected, size);
    uint128 word = load_word(part, failure);

    do {
        const uint128 seen = low_bytes(word >> part.shift, size);

        if (seen != wanted) {
            write_bytes(expected, seen, size);
            return false;
        }
    } while (!compare_exchange_word(part, &word, replaced(word, part, size, desired), success,
                                    failure));
    return true;
}

/* ---- The functions --------------------------------------------------------------------------- */

void load_any(size_t size, const void *object, void *result, int order)
{
    const struct part part = part_of(size, object);

    if (part.word_size == 8) {
        write_bytes(result, load_8(part.word, order) >> part.shift, size);
    } else if (part.word_size == 16) {
        write_bytes(result, load_16(part.word, order) >> part.shift, size);
    } else {
        ordo_atomic_u32 *const lock = lock_object(object);

        memcpy(result, object, size);
        unlock_object(lock);
    }
}

void store_any(size_t size, void *object, const void *value, int order)
{
    const struct part part = part_of(size, object);

    if (part.word_size != 0) {
        exchange_part(part, size, read_bytes(value, size), order);
    } else {
        ordo_atomic_u32 *const lock = lock_object(object);

        memcpy(object, value, size);
        unlock_object(lock);
    }
}

/* The value may lie where the result is to be. */
static void swap_in_place(char *object, char *value, size_t size)
{
    char piece[64];

    for (size_t done = 0, length; done < size; done += length) {
        length = size - done < sizeof piece ? size - done : sizeof piece;
        memcpy(piece, value + done, length);
        memcpy(value + done, object + done, length);
        memcpy(object + done, piece, length);
    }
}

void exchange_any(size_t size, void *object, const void *value, void *result, int order)
{
    const struct part part = part_of(size, object);

    if (part.word_size != 0) {
        write_bytes(result, exchange_part(part, size, read_bytes(value, size), order), size);
    } else {
        ordo_atomic_u32 *const lock = lock_object(object);

        if (result == value) {
            swap_in_place(object, result, size);
        } else {
            memcpy(result, object, size);
            memcpy(object, value, size);
        }
        unlock_object(lock);
    }
}

bool compare_exchange_any(size_t size, void *object, void *expected, const void *desired,
                          int success, int failure)
{
    const struct part part = part_of(size, object);

    if (part.word_size != 0)
        return compare_exchange_part(part, size, expected, read_bytes(desired, size), success,
                                     failure);

    ordo_atomic_u32 *const lock = lock_object(object);
    const bool is_equal = memcmp(object, expected, size) == 0;

    if (is_equal)
        memcpy(object, desired, size);
    else
        memcpy(expected, object, size);
    unlock_object(lock);
    return is_equal;
}

/* NULL stands for an object of the best alignment; the compiler gives minus its alignment for a type.
 *
 * 16 bytes are lock-free. On x86-64 that takes CMPXCHG16B, which all but the first CPUs have, and
 * which this library takes for granted, as all of ordo does. Without AVX, and on ARM64 without LSE2,
 * a load of 16 bytes writes back what it read, so that it faults on read-only memory. */
bool is_lock_free(size_t size, const void *object)
{
    return size <= 16 - (uintptr_t)object % 16; /* what is in a word of 8 is in one of 16 */
}
