/* rcu.h: read, copy, update: a pointer to an object that many read, and that nobody changes. Who
 * wants another value makes a changed copy, and puts that in its place.
 *
 *     struct settings { ordo_retired retired; int size; };
 *     static ORDO_RCU(struct settings) settings;
 *
 *     ORDO_RCU_SCOPE(now, &settings, self)  // now: const struct settings *
 *         use(now->size);
 *
 *     error = ordo_rcu_update(&settings.rcu, self, copy_with_size, free_settings, &size);
 *
 * `self` is a participant of a domain of hazard_pointer.h or quiescent.h (see reclamation.h, whose
 * rules hold here: ordo_retired is the object's first member). All that use one pointer use one
 * domain. The scheme with reference counts is a pointer of its own, counted_pointer.h: there, what
 * was read may be kept for as long as one likes.
 *
 * Size: that of a pointer. All zero bytes: NULL, no object.
 * Orderings: making an object happens before what all that read it do with it. All that they do
 *     with it in their sections happens before its destruction. A reader may see an object that has
 *     just been replaced; each next reading in a thread sees the same or a newer one.
 * Errors: ENOMEM from update if `copy` returned NULL; nothing has changed then.
 * Progress: reading as protect of the scheme: wait-free with quiescent states, lock-free with
 *     hazard pointers. replace is wait-free, the destroy functions aside. update is lock-free:
 *     it copies again only if another update or replace came between.
 * Memory: replaced objects wait for their destruction as the scheme says.
 * Fairness: none among updaters.
 * Misuse: that of the scheme. Signals, fork: as reclamation.h says. Sharing: between the threads of
 *     one process. Destruction: replace by NULL, before the domain is destroyed.
 * Source: Mara Bos, chapter 10; McKenney and Slingwine, Read-Copy Update, 1998.
 */
#ifndef ORDO_RCU_H
#define ORDO_RCU_H

#include "ordo/reclamation.h"
#include "ordo/scope.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_rcu {
    ordo_atomic_ptr current;
} ordo_rcu;

#define ORDO_RCU_INIT(object) { ORDO_ATOMIC_INIT(object) }

/* One that knows the type of its objects. */
#define ORDO_RCU(T)                                                                                \
    union {                                                                                        \
        ordo_rcu rcu;                                                                              \
        const T *typed;                                                                            \
    }

/* The object, or NULL; it stays until the slot is used again or its section is left. */
static inline const void *ordo_rcu_read(const ordo_rcu *rcu, ordo_participant *participant,
                                        unsigned int slot)
{
    return ordo_participant_protect(participant, slot, &rcu->current);
}

/* Puts `object`, or NULL, in its place; retires what was there, for `destroy`. */
void ordo_rcu_replace(ordo_rcu *rcu, ordo_participant *participant, ordo_retired *object,
                      void (*destroy)(ordo_retired *object, void *context), void *context);

/* Puts copy(current, context) in the place of the current object, which may be NULL, and retires
 * that; what the copy was made from is then what it replaces. Returns 0, or ENOMEM if `copy` gave
 * NULL. A copy that came too late is destroyed at once, and another one made. `copy` runs in a
 * section of one slot. */
__attribute__((warn_unused_result)) int
ordo_rcu_update(ordo_rcu *rcu, ordo_participant *participant,
                ordo_retired *(*copy)(const ordo_retired *current, void *context),
                void (*destroy)(ordo_retired *object, void *context), void *context);

/* Runs the statement that follows in a section of one slot, with `name` pointing to the object of
 * an ORDO_RCU; not at all if there is none. Leaving it by break, return or goto ends the section
 * too. */
#define ORDO_RCU_SCOPE(name, pointer, reader)                                                      \
    ORDO_RCU_SCOPE_(ORDO_SCOPE_NAME(ordo_section), name, pointer, reader)
#define ORDO_RCU_SCOPE_(section, name, pointer, reader)                                            \
    for (struct ordo_rcu_section section __attribute__((cleanup(ordo_rcu_section_end))) =          \
             ordo_rcu_section_start(reader);                                                       \
         section.participant != 0; ordo_rcu_section_end(&section))                                 \
        for (__typeof__((pointer)->typed) name = (__typeof__((pointer)->typed))ordo_rcu_read(      \
                 &(pointer)->rcu, section.participant, section.first);                             \
             name != 0; name = 0)

struct ordo_rcu_section {
    ordo_participant *participant;
    unsigned int first;
};

static inline struct ordo_rcu_section ordo_rcu_section_start(ordo_participant *participant)
{
    struct ordo_rcu_section section = {participant, ordo_participant_enter(participant, 1)};

    return section;
}

static inline void ordo_rcu_section_end(struct ordo_rcu_section *section)
{
    if (section->participant != 0)
        ordo_participant_leave(section->participant, section->first);
    section->participant = 0;
}

#ifdef __cplusplus
}
#endif
#endif
