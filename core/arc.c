/* arc.c: see arc.h. Before each value stands:
 *
 *     strong   how many Arcs there are. 0: the value is not made yet, or is gone; only new_cyclic
 *              makes a 0 into a 1, and no 0 after a 1 changes any more.
 *     weak     how many Weaks there are, and 1 for all Arcs together, which the last Arc gives up
 *              after it has destroyed the value. 0: the memory is freed.
 *                  LOOKED_AT          is 1 while a get_mut looks at `strong`
 *                  DISTURBED | n      is n, and an Arc was downgraded while one looked
 *     and what does not change: how the value is destroyed, and its memory given back.
 *
 * Nothing is destroyed twice, or used after: who has an Arc counts in `strong`, and who has either
 * counts in `weak`, so that the step to 0 is the last user's. From strong 0 upgrade does not go up
 * again. Who is not the last touches nothing after its decrement. Who is the last one in `strong`
 * still counts in `weak`. Who is the last in `weak` has read beforehand what it needs to give the
 * memory back, and touches nothing after its decrement either.
 *
 * Everything that others did before is over then: each decrement is a release, and the last one in
 * `weak` an acquire too. In `strong` the last owner acquires by a load of what its own decrement
 * wrote, which reads from the same release sequence as the decrement did; so only the last drop
 * pays for it. (As a fence would do; but ThreadSanitizer does not know fences.)
 *
 * get_mut needs one instant in which both counters are 1. It changes `weak` from 1 to LOOKED_AT,
 * reads `strong`, and changes `weak` back to 1, which fails if an Arc was downgraded meanwhile, so
 * that between the two steps no Weak was there or came. Suppose it read 1 in `strong`, but another
 * Arc was there after that value. It was not cloned from an Arc, for there was only ours; so a Weak
 * was upgraded. That Weak either
 *   - was dropped before the first step. Then its upgrade happens before the decrement, whose
 *     release the first step acquires, and get_mut would have read a value as late as that.
 *   - or was made after the last step, from an Arc that was dropped before the value was read. But
 *     its downgrade acquires what the last step releases; so the reading happens before that drop,
 *     and cannot have seen it.
 * A second get_mut finds LOOKED_AT or DISTURBED instead of 1, and is right to say that it is not
 * the only one. DISTURBED is taken away only by who looked. Otherwise a second thread could
 * downgrade, drop, upgrade, drop the Weak and put LOOKED_AT there itself, and the first would not
 * notice. Clones and drops of Weaks can meet DISTURBED, but not LOOKED_AT, for then there is no
 * Weak; and none of these drops is the last, because who looks has an Arc.
 *
 * Counters do not wrap: upgrade and downgrade refuse to pass the limit; clones pass it and abort,
 * at most once for each thread, for which 2^62 and more are left.
 */
#include "ordo/arc.h"

#include <errno.h>
#include <string.h>

#include "ordo/misuse.h"

#define LOOKED_AT SIZE_MAX
#define DISTURBED (SIZE_MAX / 2 + 1) /* the highest bit */

struct header {
    ordo_atomic_usize strong, weak;
    void (*destroy)(void *value);
    const struct ordo_allocator *allocator;
    size_t size, alignment; /* the value's */
};

_Static_assert(sizeof(struct header) == 48, "arc.h says so");

/* ---- Memory ---------------------------------------------------------------------------------- */

static struct header *header_of(void *value)
{
    if (value == NULL)
        ordo_misuse("arc.c: use of an Arc that is empty");
    return (struct header *)value - 1;
}

static void *value_of(struct header *header)
{
    return header + 1;
}

/* From the beginning of the memory to the value. */
static size_t offset(size_t alignment)
{
    return (sizeof(struct header) + alignment - 1) & -alignment;
}

void *ordo_arc_untyped_allocate(size_t size, size_t alignment, void (*destroy)(void *value),
                                const struct ordo_allocator *allocator)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        ordo_misuse("arc.c: an alignment that is no power of two");
    if (alignment < _Alignof(struct header))
        alignment = _Alignof(struct header);
    if (size > SIZE_MAX - offset(alignment))
        return NULL;
    char *const memory = ordo_allocate(allocator, offset(alignment) + size, alignment);
    if (memory == NULL)
        return NULL;
    void *const value = memory + offset(alignment);
    *header_of(value) = (struct header){
        .weak = ORDO_ATOMIC_INIT(1),
        .destroy = destroy,
        .allocator = allocator,
        .size = size,
        .alignment = alignment,
    };
    return value;
}

/* Gives up a Weak, or what all Arcs have together. */
static void drop_weak(struct header *header)
{
    const struct ordo_allocator *const allocator = header->allocator;
    const size_t before_value = offset(header->alignment);
    char *const memory = (char *)value_of(header) - before_value;
    const size_t size = before_value + header->size;

    /* Release and acquire: each pairs with the other in another drop_weak, so that all who used the
     * memory have done so. */
    if (ordo_fetch_sub(&header->weak, 1, ordo_acq_rel) == 1)
        ordo_deallocate(allocator, memory, size);
}

/* ---- Making ---------------------------------------------------------------------------------- */

int ordo_arc_untyped_finish(void **arc, void *value, int error)
{
    *arc = NULL;
    if (value == NULL)
        return ENOMEM;
    struct header *const header = header_of(value);
    if (error != 0) {
        drop_weak(header);
        return error;
    }
    /* Release: pairs with the acquire in upgrade. */
    ordo_store(&header->strong, 1, ordo_release);
    *arc = value;
    return 0;
}

int ordo_arc_untyped_new(void **arc, size_t size, size_t alignment, const void *bytes,
                         void (*destroy)(void *value), const struct ordo_allocator *allocator)
{
    void *const value = ordo_arc_untyped_allocate(size, alignment, destroy, allocator);

    if (value != NULL && bytes != NULL)
        memcpy(value, bytes, size);
    return ordo_arc_untyped_finish(arc, value, 0);
}

/* ---- Arcs ------------------------------------------------------------------------------------ */

__attribute__((cold, noreturn)) static void too_many(void)
{
    ordo_misuse("arc.c: more than ORDO_ARC_MAX Arcs or Weaks of one value");
}

/* Relaxed: whoever clones has an Arc, so that there is nothing to wait for and nothing to say. */
void ordo_arc_untyped_clone(void *arc)
{
    if (ordo_fetch_add(&header_of(arc)->strong, 1, ordo_relaxed) >= ORDO_ARC_MAX)
        too_many();
}

/* Takes one from `strong`; whether that was the last. */
static bool was_last(struct header *header)
{
    /* Release: pairs with the acquires here, in get_mut, make_mut and try_unwrap. */
    if (ordo_fetch_sub(&header->strong, 1, ordo_release) != 1)
        return false;
    /* Acquire: pairs with the releases above, see at the top. */
    (void)ordo_load(&header->strong, ordo_acquire);
    return true;
}

void ordo_arc_untyped_drop(void **arc)
{
    void *const value = *arc;

    if (value == NULL)
        return;
    struct header *const header = header_of(value);
    *arc = NULL; /* already for the destructor */
    if (was_last(header)) {
        if (header->destroy != NULL)
            header->destroy(value);
        drop_weak(header);
    }
}

/* The count in `weak`, without marks. */
static size_t allocations(size_t weak)
{
    return weak == LOOKED_AT ? 1 : weak & ~DISTURBED;
}

void ordo_arc_untyped_downgrade(void *arc)
{
    size_t before;

    /* Acquire: pairs with the release in is_only. */
    if (!ordo_fetch_update_if(&header_of(arc)->weak, ordo_acquire, ordo_relaxed, weak,
                              allocations(weak) <= ORDO_ARC_MAX,
                              weak == LOOKED_AT ? DISTURBED | 2 : weak + 1, &before))
        too_many();
}

/* Whether the caller's Arc is all there is. */
static bool is_only(struct header *header)
{
    size_t weak = 1;

    /* Acquire: pairs with the release in drop_weak, so that `strong` shows whether that Weak was
     * upgraded before. */
    if (!ordo_compare_exchange(&header->weak, &weak, LOOKED_AT, ordo_acquire, ordo_relaxed))
        return false;
    /* Acquire: pairs with the release in was_last: the value is as the other owners left it. */
    const bool only = ordo_load(&header->strong, ordo_acquire) == 1;
    weak = LOOKED_AT;
    /* Release: pairs with the acquire in downgrade. Without them the load would have to see a
     * decrement that comes after this step: C allows it, RC11 and the processors do not. */
    if (ordo_compare_exchange(&header->weak, &weak, 1, ordo_release, ordo_relaxed))
        return only;
    ordo_fetch_sub(&header->weak, DISTURBED, ordo_relaxed);
    return false;
}

void *ordo_arc_untyped_get_mut(void **arc)
{
    return is_only(header_of(*arc)) ? *arc : NULL;
}

int ordo_arc_untyped_make_mut(void **arc, int (*copy)(void *to, const void *from))
{
    struct header *const header = header_of(*arc);

    if (copy == NULL && header->destroy != NULL)
        ordo_misuse("arc.c: make_mut of bytes that have a destructor");
    if (is_only(header))
        return 0;
    /* Before anything changes, because from strong 0 there is no way back. */
    void *const mine = ordo_arc_untyped_allocate(header->size, header->alignment, header->destroy,
                                                 header->allocator);
    if (mine == NULL)
        return ENOMEM;
    size_t one = 1;
    /* Acquire: pairs with the release in was_last. */
    const bool moves = ordo_compare_exchange(&header->strong, &one, 0, ordo_acquire, ordo_relaxed);
    int error = 0;

    if (moves || copy == NULL)
        memcpy(mine, *arc, header->size);
    else
        error = copy(mine, *arc);
    if (error != 0) {
        drop_weak(header_of(mine));
        return error;
    }
    if (moves)
        drop_weak(header); /* the Weaks keep the memory, but not the value */
    else
        ordo_arc_untyped_drop(arc);
    return ordo_arc_untyped_finish(arc, mine, 0);
}

/* `strong` is 0 by this thread's hand. */
static bool move_out(void **arc, void *out)
{
    struct header *const header = header_of(*arc);

    memcpy(out, *arc, header->size);
    *arc = NULL;
    drop_weak(header);
    return true;
}

bool ordo_arc_untyped_try_unwrap(void **arc, void *out)
{
    size_t one = 1;

    /* Acquire: pairs with the release in was_last. */
    return ordo_compare_exchange(&header_of(*arc)->strong, &one, 0, ordo_acquire, ordo_relaxed)
           && move_out(arc, out);
}

bool ordo_arc_untyped_into_inner(void **arc, void *out)
{
    if (was_last(header_of(*arc)))
        return move_out(arc, out);
    *arc = NULL;
    return false;
}

size_t ordo_arc_untyped_strong_count(void *arc)
{
    return ordo_load(&header_of(arc)->strong, ordo_relaxed);
}

size_t ordo_arc_untyped_weak_count(void *arc)
{
    return allocations(ordo_load(&header_of(arc)->weak, ordo_relaxed)) - 1;
}

void ordo_arc_untyped_preset_counts(void *arc, size_t strong, size_t weak)
{
    ordo_store(&header_of(arc)->strong, strong, ordo_relaxed);
    ordo_store(&header_of(arc)->weak, weak + 1, ordo_relaxed);
}

/* ---- Weaks ----------------------------------------------------------------------------------- */

bool ordo_weak_untyped_upgrade(void *weak, void **arc)
{
    size_t before = 0;

    *arc = NULL;
    /* Acquire: pairs with the release in finish, for a Weak that is older than the first Arc. */
    if (weak != NULL
        && ordo_fetch_update_if(&header_of(weak)->strong, ordo_acquire, ordo_relaxed, strong,
                                strong != 0 && strong < ORDO_ARC_MAX, strong + 1, &before)) {
        *arc = weak;
        return true;
    }
    if (before != 0)
        too_many();
    return false;
}

/* Relaxed: as clone of an Arc. */
void ordo_weak_untyped_clone(void *weak)
{
    if (weak != NULL
        && allocations(ordo_fetch_add(&header_of(weak)->weak, 1, ordo_relaxed)) > ORDO_ARC_MAX)
        too_many();
}

void ordo_weak_untyped_drop(void **weak)
{
    void *const value = *weak;

    *weak = NULL;
    if (value != NULL)
        drop_weak(header_of(value));
}

size_t ordo_weak_untyped_strong_count(void *weak)
{
    return weak != NULL ? ordo_arc_untyped_strong_count(weak) : 0;
}

size_t ordo_weak_untyped_weak_count(void *weak)
{
    return ordo_weak_untyped_strong_count(weak) != 0 ? ordo_arc_untyped_weak_count(weak) : 0;
}
