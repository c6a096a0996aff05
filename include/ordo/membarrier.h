/* membarrier.h: an asymmetric fence. One side runs often and pays nothing, the other pays for both.
 *
 * If thread A does a store, then ordo_fence_light, then a load, and thread B a store, then
 * ordo_fence_heavy, then a load, at least one of the loads sees the other thread's store: as with
 * two seq_cst fences. Two light fences order nothing between two threads.
 *
 * Heavy is a system call that interrupts the process's other CPUs: some microseconds. Thread-safe,
 * safe in a signal handler; goes on working in the child of a fork. A process that was started with
 * membarrier(2) and then has it taken away by a sandbox aborts in the heavy fence.
 */
#ifndef ORDO_MEMBARRIER_H
#define ORDO_MEMBARRIER_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

void ordo_fence_light(void);
void ordo_fence_heavy(void);

/* For tests: true asks for the cheap light side, as at start-up; false makes both sides seq_cst
 * fences, as on a system without membarrier(2). Returns which it is now: false if the system does
 * not have it. Only while no other thread uses either fence. The model checker has no choice here.
 */
bool ordo_fence_force(bool use_membarrier);

#ifdef __cplusplus
}
#endif
#endif
