/* quiescent.h: reclamation where readers say when they hold nothing. What is retired is destroyed
 * when every reader of that time has said so since. See reclamation.h for its use.
 *
 *     static ordo_quiescent_domain domain = ORDO_QUIESCENT_DOMAIN_INIT(NULL);
 *     ordo_participant *self;
 *     if (ordo_quiescent_register(&domain, &self) == 0)
 *         for (;;) {
 *             ...                           // read, at no cost at all
 *             ordo_quiescent_announce(self);
 *         }
 *
 * Two kinds of participants, in one domain if that is wanted. One is online, and may hold anything
 * from one announcement to the next: sections cost nothing, and are there to be checked. The other,
 * for threads that cannot announce, the epoch form, holds something only inside of its sections.
 *
 * Size: a domain 48 bytes; 192 bytes a participant, from the domain's allocator, used again by
 *     others and freed with the domain. All zero bytes are a domain with the C library's heap.
 * Orderings: those of reclamation.h. What readers did up to their announcement, or in sections that
 *     wait_for_readers waited for, happens before its return. Later sections find what was unlinked
 *     before its call unlinked.
 * Errors: ENOMEM from register; nothing has changed then. Nothing else can fail.
 * Progress: enter, protect, leave and announce are wait-free (who ends a wait also makes a system
 *     call). Retire, reclaim and unregister are wait-free, but for the destroy functions. Register
 *     is lock-free, the allocator aside, and so is call_later. wait_for_readers blocks, one caller
 *     at a time, without order; it sleeps, and readers wake it.
 * Cost: no fence for readers where the system has membarrier(2); every 64th retire of a participant
 *     looks at all participants, and makes a heavy fence (membarrier.h).
 * Memory: unbounded while a reader stays: what is retired meanwhile waits for it. As long as none
 *     stays longer than a participant takes to retire 64 N nodes, that one keeps at most
 *     128 (N + 1) that are not yet destroyed. There is no thread in the background: the nodes of a
 *     participant that does nothing stay where they are until it does something, or ends.
 * Misuse: an announcement, going offline or wait_for_readers inside of a section abort, and so do a
 *     section while offline, and destroying a domain that has a participant.
 * Signals, fork, sharing: as reclamation.h says.
 * Destruction: ordo_quiescent_domain_destroy, when every thread has unregistered or ended. It
 *     destroys what is left. The domain may be used again.
 * Source: McKenney and Slingwine, Read-Copy Update, 1998; Fraser, Practical Lock-Freedom, 2004, for
 *     epochs; Desnoyers and others, User-Level Implementations of Read-Copy Update, 2012. Mara Bos
 *     names it in chapter 10.
 */
#ifndef ORDO_QUIESCENT_H
#define ORDO_QUIESCENT_H

#include "ordo/mutex.h"
#include "ordo/reclamation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_quiescent_domain {
    struct ordo_participants participants;
    ordo_atomic_ptr posted; /* by call_later */
    ordo_atomic_u64 epoch;
    ordo_atomic_u32 sleeper;
    ordo_mutex waiting;
} ordo_quiescent_domain;

/* `allocator` outlives the domain; NULL is the C library's heap. */
#define ORDO_QUIESCENT_DOMAIN_INIT(allocator)                                                      \
    { { ORDO_ATOMIC_INIT(0), ORDO_ATOMIC_INIT(0), (allocator) }, ORDO_ATOMIC_INIT(0),              \
      ORDO_ATOMIC_INIT(0), ORDO_ATOMIC_INIT(0), ORDO_MUTEX_INIT }

/* Registers the calling thread, which is online then, or outside of sections in the epoch form.
 * Stores its participant in *participant. Returns 0 or ENOMEM. */
__attribute__((warn_unused_result)) int ordo_quiescent_register(ordo_quiescent_domain *domain,
                                                                ordo_participant **participant);
__attribute__((warn_unused_result)) int
ordo_quiescent_register_epoch(ordo_quiescent_domain *domain, ordo_participant **participant);

/* Says that the caller holds nothing now that it read before. */
void ordo_quiescent_announce(ordo_participant *participant);

/* From here on, and until online, the caller reads nothing, and nobody waits for it: for threads
 * that are about to sleep. Not in the epoch form, which is offline outside of its sections. */
void ordo_quiescent_offline(ordo_participant *participant);
void ordo_quiescent_online(ordo_participant *participant);

/* Returns when every section that was open has ended, and every online participant has announced.
 * The caller need not be registered; its own participants count as having announced. */
void ordo_quiescent_wait_for_readers(ordo_quiescent_domain *domain);

/* Calls function(node, context) when wait_for_readers would have returned, or later: retire for a
 * thread that is not registered. It runs in one that is, or where the domain is destroyed. */
void ordo_quiescent_call_later(ordo_quiescent_domain *domain, ordo_retired *node,
                               void (*function)(ordo_retired *node, void *context), void *context);

void ordo_quiescent_domain_destroy(ordo_quiescent_domain *domain);

#ifdef __cplusplus
}
#endif
#endif
