/* clock.h: the clock of every deadline in ordo. The model checker has a virtual one. */
#ifndef ORDO_CLOCK_H
#define ORDO_CLOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t ordo_clock_now(void);

/* The deadline that does not come. */
#define ORDO_NEVER UINT64_MAX

#ifdef __cplusplus
}
#endif
#endif
