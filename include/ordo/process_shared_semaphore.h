/* process_shared_semaphore.h: a semaphore in memory that processes share (MAP_SHARED).
 *
 * All as in semaphore.h, but:
 * Sharing: between the threads of all processes that have the memory mapped, at whatever address.
 * Killed processes: one that is killed while it waits stays counted, for which later posts make a
 *     needless system call; the tokens it had taken are gone.
 * Fork: parent and child use the same semaphore if its memory is shared.
 * Without futexes: refused. wait_until and post return ENOTSUP, the other functions abort.
 * Destruction: the memory may be unmapped as in semaphore.h, but a wake by the address of memory
 *     that is no longer shared, or used anew, does nothing or returns a wait for no reason.
 */
#ifndef ORDO_PROCESS_SHARED_SEMAPHORE_H
#define ORDO_PROCESS_SHARED_SEMAPHORE_H

#include "ordo/semaphore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_process_shared_semaphore {
    ordo_semaphore semaphore;
} ordo_process_shared_semaphore;

#define ORDO_PROCESS_SHARED_SEMAPHORE_INIT(count, maximum) { ORDO_SEMAPHORE_INIT(count, maximum) }

void ordo_process_shared_semaphore_wait(ordo_process_shared_semaphore *semaphore);
__attribute__((warn_unused_result)) bool
ordo_process_shared_semaphore_try_wait(ordo_process_shared_semaphore *semaphore);
__attribute__((warn_unused_result)) int
ordo_process_shared_semaphore_wait_until(ordo_process_shared_semaphore *semaphore,
                                         uint64_t deadline);
int ordo_process_shared_semaphore_post(ordo_process_shared_semaphore *semaphore, uint32_t count);
uint32_t ordo_process_shared_semaphore_value(const ordo_process_shared_semaphore *semaphore);

#ifdef __cplusplus
}
#endif
#endif
