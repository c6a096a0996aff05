/* membarrier.h: an asymmetric fence. One side runs often and pays nothing, the other pays for both.
 *
 * If thread A does a store, then ordo_fence_light, then a load, and thread B a store, then
 * ordo_fence_heavy, then a load, at least one of the loads sees the other thread's store: as with two
 * seq_cst fences. Two light fences order nothing between two threads.
 */
#ifndef ORDO_MEMBARRIER_H
#define ORDO_MEMBARRIER_H

#ifdef __cplusplus
extern "C" {
#endif

void ordo_fence_light(void);
void ordo_fence_heavy(void);

#ifdef __cplusplus
}
#endif
#endif
