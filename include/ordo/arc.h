/* arc.h: one value that several threads own together. The last Arc that is dropped destroys it.
 *
 *     ORDO_ARC(settings_arc, settings_weak, struct settings);   // two types, once, at file scope
 *
 *     settings_arc mine;
 *     struct settings value = {.port = 80};
 *     if (ordo_arc_new(&mine, &value, free_settings, NULL) != 0)
 *         ...                                       // no memory; `value` is still the caller's
 *     settings_arc theirs = ordo_arc_clone(&mine);  // for another thread, which drops it
 *     printf("%d", mine.value->port);               // everybody may read
 *     settings_weak weak = ordo_arc_downgrade(&mine);
 *     ordo_arc_drop(&mine);                         // mine.value is NULL now
 *     if (ordo_weak_upgrade(&weak, &mine))          // false once the last Arc is gone
 *         ...
 *
 * A Weak keeps the memory, not the value: for the way back in what would otherwise be a cycle, and
 * for caches.
 *
 * Handles: an Arc and a Weak are pointers. To make another one, clone; what is copied by assignment
 *     is still the same one. Operations that consume a handle leave it empty, which is all zero
 *     bytes. Dropping an empty Arc does nothing. An empty Weak behaves as one whose value is gone.
 *     Several threads may use handles of one value at once, but each handle like a plain variable.
 * Access: `arc.value` is a const T *. `arc.cell` is the same address as a T *, for a T that takes
 *     care of itself (a mutex and its data), or after make_mut. It may also be kept as a plain
 *     pointer, in an atomic say, and be put back into the `cell` of a handle later.
 *
 * Size: 8 bytes each. In memory 48 bytes come before the value, or its alignment if that is more;
 *     both counters are there, beside the value's first bytes. It all is one allocation.
 * Orderings: what is done through one Arc before its drop happens before the value's destruction,
 *     and before what another thread does after a get_mut, make_mut, try_unwrap or into_inner that
 *     gave it the value. What new_cyclic's builder did happens before each upgrade that succeeds.
 *     Clone and downgrade order nothing.
 * Errors: ENOMEM, and what a builder or a copy returns; then nothing has changed.
 * Progress: nobody waits for anybody. Clone, drop, get_mut, try_unwrap, into_inner and the counts
 *     are wait-free, one to three atomic operations; upgrade and downgrade are lock-free: they
 *     repeat a step only if another thread's succeeded. new and make_mut also allocate. (Beside
 *     destructor, copy, builder and allocator, which are the user's.)
 * Memory: the value's goes as its last Arc and Weak do, at once. Arcs that own each other in a
 *     cycle never go.
 * Destructors: may clone and drop other Arcs, and use Weaks, also of the value itself, which cannot
 *     be upgraded any more. A chain of Arcs in which each is the last nests as deep as it is long;
 *     to take a long one apart in a loop, use into_inner.
 * Misuse: more than ORDO_ARC_MAX Arcs, or Weaks, abort before a counter could wrap; so does
 *     each use of an empty Arc but its drop. Dropping a copied handle twice is not noticed.
 * Signals: safe in a handler, but for what allocates, and what may destroy or free by the functions
 *     that do.
 * Fork: no hazard; the child has copies of all Arcs that its thread can reach.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: memory is given back right after the last decrement, by who made it. Nobody else
 *     touches it after an own decrement.
 * Source: Mara Bos, chapter 6, the optimised version, in which all Arcs together count as one Weak;
 *     but its get_mut locks out downgrade, this one does not. (Rust's std::sync::Arc.)
 */
#ifndef ORDO_ARC_H
#define ORDO_ARC_H

#include <stddef.h>
#include <stdint.h>

#include "ordo/allocator.h"
#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How many Arcs of one value there may be, and how many Weaks. The other three quarters of a
 * counter's range are for threads that exceed it at the same time, and for marks. */
#define ORDO_ARC_MAX (SIZE_MAX / 4)

/* Declares the types of the Arcs and Weaks of a T, which has no top-level const. `void` gives Arcs
 * for which the size is said when they are made: see new_sized. */
#define ORDO_ARC(arc_name, weak_name, T)                                                           \
    typedef union arc_name arc_name;                                                               \
    typedef union weak_name weak_name;                                                             \
    union arc_name {                                                                               \
        const __typeof__(T) *value;                                                                \
        __typeof__(T) *cell;                                                                       \
        void *untyped_arc;                                                                         \
        weak_name *ordo_weak_type; /* for the compiler only */                                     \
    };                                                                                             \
    union weak_name {                                                                              \
        void *untyped_weak;                                                                        \
        arc_name *ordo_arc_type; /* for the compiler only */                                       \
    }

/* The untyped form. */
ORDO_ARC(ordo_arc, ordo_weak, void);

/* ---- Making ---------------------------------------------------------------------------------- */

/* int ordo_arc_new(arc, const T *from, void (*destroy)(void *value), allocator)
 *
 * Moves *from into an Arc, the first one; 0 or ENOMEM. With NULL for `from` the caller writes
 * it, through `cell`, before somebody else sees it. `destroy` gets it back when the last Arc goes;
 * NULL: nothing needs to be done. `allocator`: as allocator.h says; it outlives the memory. */
#define ordo_arc_new(arc, from, destroy, allocator)                                                \
    ordo_arc_untyped_new(&(arc)->untyped_arc, ORDO_ARC_SIZE(arc), ORDO_ARC_ALIGNMENT(arc),         \
                         1 ? (from) : (arc)->value, destroy, allocator)

/* The same for another size, for example a T with a flexible array, and another alignment, a power
 * of two. `bytes` points to that many. */
#define ordo_arc_new_sized(arc, size, alignment, bytes, destroy, allocator)                        \
    ordo_arc_untyped_new(&(arc)->untyped_arc, size, alignment, bytes, destroy, allocator)

/* int ordo_arc_new_cyclic(arc, build, argument, destroy, allocator)
 *
 * For a value that has Weaks of itself. int build(T *value, const weak_name *self, V argument)
 * writes the value, and may clone `self`; it can be upgraded, wherever its clones are by then, once
 * build has returned 0. If it returns something else, that is the result, there is no Arc, the
 * value is not destroyed, and Weaks of it can never be upgraded. A build that does not return
 * leaves the memory allocated. */
#define ordo_arc_new_cyclic(arc, build, argument, destroy, allocator)                              \
    __extension__({                                                                                \
        ORDO_AUTO ordo_built = (arc);                                                              \
        __typeof__(*ordo_built->ordo_weak_type) ordo_self = {                                      \
            ordo_arc_untyped_allocate(ORDO_ARC_SIZE(ordo_built), ORDO_ARC_ALIGNMENT(ordo_built),   \
                                      destroy, allocator)};                                        \
        int ordo_error = 0;                                                                        \
        if (ordo_self.untyped_weak != 0)                                                           \
            ordo_error = (build)((__typeof__(ordo_built->cell))ordo_self.untyped_weak,             \
                                 (const __typeof__(ordo_self) *)&ordo_self, argument);             \
        ordo_arc_untyped_finish(&ordo_built->untyped_arc, ordo_self.untyped_weak, ordo_error);     \
    })

/* ---- Arcs ------------------------------------------------------------------------------------ */

/* arc_name ordo_arc_clone(const arc_name *arc): one more Arc of the value. */
#define ordo_arc_clone(arc)                                                                        \
    __extension__({                                                                                \
        ORDO_AUTO ordo_clone = *(arc);                                                             \
        ordo_arc_untyped_clone(ordo_clone.untyped_arc);                                            \
        ordo_clone;                                                                                \
    })

/* void ordo_arc_drop(arc_name *arc): consumes it. The last one destroys the value. */
#define ordo_arc_drop(arc) ordo_arc_untyped_drop(&(arc)->untyped_arc)

/* On a variable: its Arc is dropped at the end of the enclosing block; see scope.h. */
#define ORDO_ARC_SCOPED __attribute__((cleanup(ordo_arc_scope_end)))

/* weak_name ordo_arc_downgrade(const arc_name *arc): a Weak of the value; the Arc stays. */
#define ordo_arc_downgrade(arc)                                                                    \
    __extension__({                                                                                \
        ORDO_AUTO ordo_downgraded = (arc);                                                         \
        ordo_arc_untyped_downgrade(ordo_downgraded->untyped_arc);                                  \
        __typeof__(*ordo_downgraded->ordo_weak_type) ordo_weak_of_it = {                           \
            ordo_downgraded->untyped_arc};                                                         \
        ordo_weak_of_it;                                                                           \
    })

/* T *ordo_arc_get_mut(arc_name *arc): the value, if at one instant of this call nothing else was
 * there, neither Arc nor Weak; otherwise NULL. It may be written until `arc` is cloned or
 * downgraded. */
#define ordo_arc_get_mut(arc)                                                                      \
    ((__typeof__((arc)->cell))ordo_arc_untyped_get_mut(&(arc)->untyped_arc))

/* int ordo_arc_make_mut(arc_name *arc, int (*copy)(void *to, const void *from))
 *
 * Makes `arc` the only one, so that `arc->cell` may be written until it is cloned or downgraded:
 * with other Arcs there, by replacing it with one of a copy of the value; with only Weaks there, by
 * moving the value away from them. Without either it changes nothing. Returns 0, ENOMEM, or what
 * `copy` did not return 0; then `arc` is as before. NULL copies bytes; with a destructor that is
 * misuse, and aborts. */
#define ordo_arc_make_mut(arc, copy) ordo_arc_untyped_make_mut(&(arc)->untyped_arc, copy)

/* bool ordo_arc_try_unwrap(arc_name *arc, T *out): if `arc` is the only Arc, consumes it, moves the
 * value out without destroying it, and returns true; Weaks may be there. Otherwise false. */
#define ordo_arc_try_unwrap(arc, out)                                                              \
    ordo_arc_untyped_try_unwrap(&(arc)->untyped_arc, 1 ? (out) : (arc)->cell)

/* bool ordo_arc_into_inner(arc_name *arc, T *out): drops `arc`; but if it was the last, moves the
 * value out instead of destroying it, and returns true. If all Arcs end in this way, exactly one
 * of them gives the value. */
#define ordo_arc_into_inner(arc, out)                                                              \
    ordo_arc_untyped_into_inner(&(arc)->untyped_arc, 1 ? (out) : (arc)->cell)

/* bool ordo_arc_ptr_eq(const arc_name *a, const arc_name *b): whether they own the same value. */
#define ordo_arc_ptr_eq(a, b) ((a)->untyped_arc == (1 ? (b) : (a))->untyped_arc)

/* size_t: how many Arcs, and how many Weaks there are, or were a moment ago. */
#define ordo_arc_strong_count(arc) ordo_arc_untyped_strong_count((arc)->untyped_arc)
#define ordo_arc_weak_count(arc)   ordo_arc_untyped_weak_count((arc)->untyped_arc)

/* ---- Weaks ----------------------------------------------------------------------------------- */

/* bool ordo_weak_upgrade(const weak_name *weak, arc_name *arc): makes `arc` an Arc of the value, if
 * there still is, or already is, another one; otherwise makes it empty and returns false. */
#define ordo_weak_upgrade(weak, arc)                                                               \
    ordo_weak_untyped_upgrade((weak)->untyped_weak,                                                \
                              &(1 ? (arc) : (weak)->ordo_arc_type)->untyped_arc)

/* weak_name ordo_weak_clone(const weak_name *weak): one more Weak of the value. */
#define ordo_weak_clone(weak)                                                                      \
    __extension__({                                                                                \
        ORDO_AUTO ordo_weak_copy = *(weak);                                                        \
        ordo_weak_untyped_clone(ordo_weak_copy.untyped_weak);                                      \
        ordo_weak_copy;                                                                            \
    })

/* void ordo_weak_drop(weak_name *weak): consumes it. */
#define ordo_weak_drop(weak) ordo_weak_untyped_drop(&(weak)->untyped_weak)

#define ORDO_WEAK_SCOPED __attribute__((cleanup(ordo_weak_scope_end)))

#define ordo_weak_ptr_eq(a, b) ((a)->untyped_weak == (1 ? (b) : (a))->untyped_weak)

/* As the counts of an Arc. The second is 0 if there is no Arc any more. */
#define ordo_weak_strong_count(weak) ordo_weak_untyped_strong_count((weak)->untyped_weak)
#define ordo_weak_weak_count(weak)   ordo_weak_untyped_weak_count((weak)->untyped_weak)

/* ---- For tests ------------------------------------------------------------------------------- */

/* Makes the counters say that there are so many Arcs and Weaks. */
#define ordo_arc_preset_counts(arc, strong, weak)                                                  \
    ordo_arc_untyped_preset_counts((arc)->untyped_arc, strong, weak)

/* ---- What the macros call -------------------------------------------------------------------- */

/* That of an array of one T, because sizeof(void) is 1, but there is no array of void. (The inner
 * typeof is for C++, which would take what follows a single one for part of the expression.) */
#define ORDO_ARC_SIZE(arc)      sizeof(__typeof__(__typeof__(*(arc)->cell))[1])
#define ORDO_ARC_ALIGNMENT(arc) __alignof__(__typeof__(*(arc)->cell))

/* A handle as a void *, which points to the value; where it is consumed or set, its address. */
__attribute__((warn_unused_result)) int
ordo_arc_untyped_new(void **arc, size_t size, size_t alignment, const void *bytes,
                     void (*destroy)(void *value), const struct ordo_allocator *allocator);
/* Memory for a value, without an Arc as yet, or NULL. Then finish makes the Arc and returns 0, or
 * with an error, or with NULL, gives the memory back and returns the error, or ENOMEM. */
__attribute__((warn_unused_result)) void *
ordo_arc_untyped_allocate(size_t size, size_t alignment, void (*destroy)(void *value),
                          const struct ordo_allocator *allocator);
__attribute__((warn_unused_result)) int ordo_arc_untyped_finish(void **arc, void *value,
                                                                int error);
void ordo_arc_untyped_clone(void *arc);
void ordo_arc_untyped_drop(void **arc);
void ordo_arc_untyped_downgrade(void *arc);
void *ordo_arc_untyped_get_mut(void **arc);
__attribute__((warn_unused_result)) int
ordo_arc_untyped_make_mut(void **arc, int (*copy)(void *to, const void *from));
__attribute__((warn_unused_result)) bool ordo_arc_untyped_try_unwrap(void **arc, void *out);
__attribute__((warn_unused_result)) bool ordo_arc_untyped_into_inner(void **arc, void *out);
size_t ordo_arc_untyped_strong_count(void *arc);
size_t ordo_arc_untyped_weak_count(void *arc);
void ordo_arc_untyped_preset_counts(void *arc, size_t strong, size_t weak);

__attribute__((warn_unused_result)) bool ordo_weak_untyped_upgrade(void *weak, void **arc);
void ordo_weak_untyped_clone(void *weak);
void ordo_weak_untyped_drop(void **weak);
size_t ordo_weak_untyped_strong_count(void *weak);
size_t ordo_weak_untyped_weak_count(void *weak);

/* A union's address is also that of its void *. */
static inline void ordo_arc_scope_end(void *arc)
{
    ordo_arc_untyped_drop((void **)arc);
}

static inline void ordo_weak_scope_end(void *weak)
{
    ordo_weak_untyped_drop((void **)weak);
}

#ifdef __cplusplus
}
#endif
#endif
