/* reclamation.h: when may a node be freed that other threads may still be reading? What a lock-free
 * structure has to know of the answer, whichever scheme gives it.
 *
 *     hazard_pointer.h   readers name each node they are at. Little garbage, whatever they do.
 *     quiescent.h        readers say when they hold nothing (or enter and leave sections). Reading
 *                        costs next to nothing; one reader that stays keeps all garbage.
 *     counted_pointer.h  each object counts who has it. For single objects; not by this interface.
 *
 * A thread registers with a domain of one of the first two, and gets a participant. With that it
 * reads in sections, and retires nodes that no new reader can reach:
 *
 *     const unsigned int first = ordo_participant_enter(self, 1);   // 1: one node at a time
 *     struct node *const node = ordo_participant_protect(self, first, &top);
 *     ...                              // *node stays, even if somebody else unlinks and retires it
 *     ordo_participant_leave(self, first);
 *
 *     ordo_participant_retire(self, &unlinked->retired, free_node, allocator);
 *
 * What is retired has a struct ordo_retired as its FIRST member, so that retiring never allocates,
 * cannot fail, and the node's address is the one that readers protect. Its alignment leaves three
 * low bits of a pointer to it for tags; no scheme looks at them.
 *
 * Slots: a section names how many nodes it may be at, at once; protect puts a node in a slot,
 *     instead of the one that was there. Sections nest: the inner one gets other slots. All open
 *     sections of a participant have at most ORDO_PARTICIPANT_SLOTS; more abort. A node that goes
 *     from role to role keeps its slot: permute the numbers, do not protect it again.
 * When protect suffices: the node that `source` leads to must not have been retired at the moment
 *     when `source` is seen to lead there. So it is if nodes are retired only after `source` has
 *     been changed. A link in a node that may itself have been unlinked (a marked node of a list)
 *     goes on leading to what was retired long ago: hazard pointers do not protect there. Read no
 *     link of a marked node but under a link, still unchanged, to the marked one.
 * Orderings: what came before the store that protect sees in `source`, if that released, happens
 *     before its return. All that readers did in their sections happens before `destroy` of what
 *     they could reach.
 * Retiring: the caller has unlinked the node, or got it from who has, in an order that it could
 *     rely on for reading the node. Each node is retired once, inside a section or outside.
 *     `destroy(node, context)` runs once: some time later, in some thread that retires, reclaims or
 *     unregisters, or where the domain is destroyed. It may retire others, with a participant of
 *     the thread that it runs in. No lock is held then. It may end the thread, or leave by
 *     ordo_longjmp: the others are destroyed later. (Where a domain is destroyed it must return.)
 * Threads: a participant belongs to the thread that registered. If the thread ends, its open
 *     sections end and its participant is given back. What it has retired and could not destroy
 *     then goes to the next thread that registers; reclaim looks after it too. A thread may have
 *     several participants.
 * Signals: not safe in a handler. Fork: in the child, participants of other threads stay as they
 *     were at the fork and hold what they held: use a new domain there. Sharing: between the
 *     threads of one process.
 */
#ifndef ORDO_RECLAMATION_H
#define ORDO_RECLAMATION_H

#include "ordo/allocator.h"
#include "ordo/atomic.h"
#include "ordo/misuse.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORDO_PARTICIPANT_SLOTS 8

/* 24 bytes: the first member of what is retired. Not touched before. */
typedef struct ordo_retired {
    struct ordo_retired *next;
    void (*destroy)(struct ordo_retired *node, void *context);
    void *context;
} ordo_retired;

typedef struct ordo_participant ordo_participant;

/* A scheme, for those who write one. */
struct ordo_reclamation {
    void (*enter)(ordo_participant *participant); /* the outermost section */
    void *(*protect)(ordo_participant *participant, unsigned int slot,
                     const ordo_atomic_ptr *source);
    void (*leave)(ordo_participant *participant, unsigned int first); /* slots from `first` on */
    void (*retire)(ordo_participant *participant, ordo_retired *node);
    void (*reclaim)(ordo_participant *participant);
    void (*unregister)(ordo_participant *participant);
};

/* The part that is the same in every scheme. */
struct ordo_participant {
    const struct ordo_reclamation *scheme;
    unsigned int slots; /* that the open sections have */
};

/* Opens a section with `slots` slots, at least 1. Returns the number of the first. */
static inline unsigned int ordo_participant_enter(ordo_participant *participant,
                                                  unsigned int slots)
{
    const unsigned int first = participant->slots;

    if (slots - 1 >= ORDO_PARTICIPANT_SLOTS - first)
        ordo_misuse("reclamation.h: no slots, or more than a participant has");
    if (first == 0)
        participant->scheme->enter(participant);
    participant->slots = first + slots;
    return first;
}

/* What *source is. If that, without its three low bits, is a node, the node is not destroyed before
 * the slot is used again or its section is left. */
static inline void *ordo_participant_protect(ordo_participant *participant, unsigned int slot,
                                             const ordo_atomic_ptr *source)
{
    if (slot >= participant->slots)
        ordo_misuse("reclamation.h: a slot of no open section");
    return participant->scheme->protect(participant, slot, source);
}

/* Ends the section whose first slot is `first`; those opened later have ended. */
static inline void ordo_participant_leave(ordo_participant *participant, unsigned int first)
{
    if (first >= participant->slots)
        ordo_misuse("reclamation.h: leave of a section that is not open");
    participant->scheme->leave(participant, first);
    participant->slots = first;
}

static inline void ordo_participant_retire(ordo_participant *participant, ordo_retired *node,
                                           void (*destroy)(ordo_retired *node, void *context),
                                           void *context)
{
    node->destroy = destroy;
    node->context = context;
    participant->scheme->retire(participant, node);
}

/* Destroys now what it can of what this participant, and those given back, have retired. */
static inline void ordo_participant_reclaim(ordo_participant *participant)
{
    participant->scheme->reclaim(participant);
}

/* Gives it back. Its thread only, outside of sections. *participant becomes NULL. */
static inline void ordo_participant_unregister(ordo_participant **participant)
{
    if ((*participant)->slots != 0)
        ordo_misuse("reclamation.h: a participant is given back in a section");
    (*participant)->scheme->unregister(*participant);
    *participant = 0;
}

/* ---- For the schemes: the participants of a domain ------------------------------------------- */

/* Records that are added, taken and given back, but stay until the domain is destroyed. */
struct ordo_participants {
    ordo_atomic_ptr newest;
    ordo_atomic_u32 count; /* records: as many as were ever in use at once */
    const struct ordo_allocator *allocator;
};

#ifdef __cplusplus
}
#endif
#endif
