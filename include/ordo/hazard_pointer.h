/* hazard_pointer.h: reclamation where readers name the nodes they are at, each in a slot that all
 * can see. A node is destroyed once it is in nobody's slot. See reclamation.h for its use.
 *
 *     static ordo_hazard_domain domain = ORDO_HAZARD_DOMAIN_INIT(NULL);
 *     ordo_participant *self;
 *     if (ordo_hazard_register(&domain, &self) == 0) ...
 *
 * Size: a domain 24 bytes; 192 bytes a participant, from the domain's allocator, used again by
 *     others and freed with the domain. All zero bytes are a domain with the C library's heap.
 * Orderings: those of reclamation.h.
 * Errors: ENOMEM from register; nothing has changed then. Nothing else can fail.
 * Progress: leave is wait-free. Protect is lock-free: it begins again only if `source` was changed.
 *     Retire is wait-free, but for the destroy functions. Register is lock-free, the allocator
 *     aside; unregister and reclaim are wait-free, the destroy functions aside. Nobody waits.
 * Cost: reading is a store and, where the system has membarrier(2), no fence for each protect;
 *     each 8 R-th retire of a participant, or a later one, scans all slots and makes a heavy fence
 *     (membarrier.h). R: how many participants there ever were at once, a running reclaim counted
 *     as one more.
 * Memory: at most 16 R^2 nodes are retired and not yet destroyed, whatever readers do, stopped ones
 *     too: 16 R for each participant, given back or not. A scan leaves at most the 8 R that are in
 *     slots. (What the destroy functions of a scan retire comes on top, until its end.)
 * Misuse: destroying a domain that has a participant aborts; so do the uses that reclamation.h
 *     names. Retiring twice, or what is still linked, is not noticed.
 * Signals, fork, sharing: as reclamation.h says.
 * Destruction: ordo_hazard_domain_destroy, when every thread has unregistered or ended. It destroys
 *     what is left. The domain may be used again.
 * Source: Michael, Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects, 2004; the
 *     asymmetric fence: Dice, Herlihy and Kogan, Fast Non-intrusive Memory Reclamation for Highly-
 *     Concurrent Data Structures, 2016. Mara Bos names them in chapter 10.
 */
#ifndef ORDO_HAZARD_POINTER_H
#define ORDO_HAZARD_POINTER_H

#include "ordo/reclamation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_hazard_domain {
    struct ordo_participants participants;
} ordo_hazard_domain;

/* `allocator` outlives the domain; NULL is the C library's heap. */
#define ORDO_HAZARD_DOMAIN_INIT(allocator)                                                         \
    { { ORDO_ATOMIC_INIT(0), ORDO_ATOMIC_INIT(0), (allocator) } }

/* Registers the calling thread and stores its participant in *participant. Returns 0 or ENOMEM. */
__attribute__((warn_unused_result)) int ordo_hazard_register(ordo_hazard_domain *domain,
                                                             ordo_participant **participant);

void ordo_hazard_domain_destroy(ordo_hazard_domain *domain);

#ifdef __cplusplus
}
#endif
#endif
