/* counted_pointer.c: see counted_pointer.h.
 *
 * Between reading a pointer and counting a reference in the object, the object could go. So the
 * reader counts where it reads: the pointer's word has, beside the address, the number of loans.
 *
 *     word         bits 0-63     the object's address, or 0
 *                  bits 64-127   loans: references given to readers that the object does not know
 *                                of; of no meaning beside address 0
 *     references   those that the object knows of, minus those dropped that it does not know of,
 *                  plus SHARE for each pointer that leads to it
 *
 * A reader adds a loan, in one operation with learning the address, and has a reference. Whoever
 * drops one, a loan or not, subtracts 1 from `references`. Whoever takes the object out of the
 * pointer learns the number of loans by the same operation, adds it to `references`, and takes back
 * the share. From then on the object knows of all.
 *
 * Nobody brings `references` to 0 while there is a reference. As long as the object is in a pointer
 * its share is there, and the loans not known yet are fewer than a share: a pointer never has more
 * than MOST_LOANS and one for each thread, because a reader that finds that many makes the object
 * know of them before it goes on, and between taking the loans from the word and adding them there
 * is at most one such number for each thread: 2^20 times 2^22 threads (Linux has no more), against
 * a share of 2^44. And when the share is taken back, in one addition with the loans, there is the
 * reference that the pointer had, which is now the caller's.
 *     The share is added before the object is in the pointer, so before any loan is dropped.
 *
 * Ordering. Putting in releases and reading acquires; all that changes the word is a read-modify-
 * write, which goes on with the release sequence. Drops release, and the last one acquires them all,
 * since `references` too is only changed by read-modify-writes. Nothing is touched after a drop that
 * is not the last.
 *
 * A compare-exchange on a word whose address is `expected` takes what it finds there as the number
 * of loans. The caller's reference keeps the object, so no other object has that address: no ABA.
 */
#include "ordo/counted_pointer.h"

#include <errno.h>
#include <stddef.h>

#include "ordo/misuse.h"

#define LOAN       ((ordo_u128)1 << 64)
#define MOST_LOANS (1 << 20)
#define SHARE      ((int64_t)1 << 44)

static ordo_counted *object_of(ordo_u128 word)
{
    return (ordo_counted *)(uintptr_t)(uint64_t)word;
}

static int64_t loans_of(ordo_u128 word)
{
    return (int64_t)(word >> 64);
}

static ordo_u128 word_of(ordo_counted *object)
{
    return (uintptr_t)object;
}

/* ---- Objects --------------------------------------------------------------------------------- */

void ordo_counted_drop(ordo_counted **reference)
{
    ordo_counted *const object = *reference;

    *reference = NULL;
    /* Release: pairs with the acquire of the last one. */
    if (object == NULL || ordo_fetch_sub(&object->references, 1, ordo_release) != 1)
        return;
    /* Acquire: pairs with the release of all other drops. */
    (void)ordo_load(&object->references, ordo_acquire);
    object->destroy(object, object->context);
}

/* Before the object comes into a pointer, and after it was taken out, with the last word. Relaxed:
 * the caller has a reference all the time. */
static void add_share(ordo_counted *object)
{
    if (object != NULL && ordo_fetch_add(&object->references, SHARE - 1, ordo_relaxed)
                              >= SHARE << 17)
        ordo_misuse("counted_pointer.c: an object in too many pointers");
}

static void take_share(ordo_counted *object, int64_t loans)
{
    if (object != NULL)
        ordo_fetch_add(&object->references, loans - SHARE + 1, ordo_relaxed);
}

/* ---- Pointers -------------------------------------------------------------------------------- */

/* The caller has one of the loans, so the object stays. */
__attribute__((cold, noinline)) static void settle(ordo_counted_pointer *pointer, ordo_u128 word)
{
    ordo_counted *const object = object_of(word);

    while (object_of(word) == object && loans_of(word) >= MOST_LOANS)
        /* Relaxed: nothing new is learnt or given. */
        if (ordo_compare_exchange_weak(&pointer->word, &word, word_of(object), ordo_relaxed,
                                       ordo_relaxed)) {
            ordo_fetch_add(&object->references, loans_of(word), ordo_relaxed);
            return;
        }
}

ordo_counted *ordo_counted_pointer_read(ordo_counted_pointer *pointer)
{
    /* Acquire: pairs with the release of who put the object in. */
    const ordo_u128 word = ordo_add_fetch(&pointer->word, LOAN, ordo_acquire);

    if (object_of(word) != NULL && loans_of(word) >= MOST_LOANS)
        settle(pointer, word);
    return object_of(word);
}

ordo_counted *ordo_counted_pointer_exchange(ordo_counted_pointer *pointer, ordo_counted *object)
{
    add_share(object);

    /* Release: pairs with the acquire in read. Acquire: the object that was there. */
    const ordo_u128 word = ordo_exchange(&pointer->word, word_of(object), ordo_acq_rel);

    take_share(object_of(word), loans_of(word));
    return object_of(word);
}

bool ordo_counted_pointer_compare_exchange(ordo_counted_pointer *pointer,
                                           const ordo_counted *expected, ordo_counted **object)
{
    ordo_u128 word = ordo_load(&pointer->word, ordo_relaxed);
    ordo_counted *old;

    add_share(*object);
    do
        if (object_of(word) != expected) {
            take_share(*object, 0);
            return false;
        }
    /* Release: pairs with the acquire in read. The old object is one that the caller knows. */
    while (!ordo_compare_exchange_weak(&pointer->word, &word, word_of(*object), ordo_release,
                                       ordo_relaxed));
    *object = NULL;
    old = object_of(word);
    take_share(old, loans_of(word));
    ordo_counted_drop(&old);
    return true;
}

int ordo_counted_pointer_update(ordo_counted_pointer *pointer,
                                ordo_counted *(*copy)(const ordo_counted *current, void *context),
                                void *context)
{
    for (;;) {
        ordo_counted *old = ordo_counted_pointer_read(pointer);
        ordo_counted *mine = copy(old, context);
        const bool failed = mine == NULL;
        const bool done = !failed && ordo_counted_pointer_compare_exchange(pointer, old, &mine);

        ordo_counted_drop(&mine);
        ordo_counted_drop(&old);
        if (failed || done)
            return failed ? ENOMEM : 0;
    }
}
