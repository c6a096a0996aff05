/* ordo.h: everything ordo offers to C and C++ programs, in one include.
 *
 * atomic.h   typed atomics, fences, copies of shared memory (with order.h, typed.h and symbols.h)
 * cpu.h      the CPU features that the routines choose by
 * spin_lock.h, mutex.h
 * thread.h, futex.h, clock.h, membarrier.h   what they stand on, for locks of one's own
 */
#ifndef ORDO_ORDO_H
#define ORDO_ORDO_H

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/cpu.h"
#include "ordo/futex.h"
#include "ordo/membarrier.h"
#include "ordo/mutex.h"
#include "ordo/spin_lock.h"
#include "ordo/thread.h"

#endif
