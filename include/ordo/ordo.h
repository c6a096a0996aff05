/* ordo.h: everything ordo offers to C and C++ programs, in one include.
 *
 * atomic.h   typed atomics, fences, copies of shared memory (with order.h, typed.h and symbols.h)
 * cpu.h      the CPU features that the routines choose by
 */
#ifndef ORDO_ORDO_H
#define ORDO_ORDO_H

#include "ordo/atomic.h"
#include "ordo/cpu.h"

#endif
