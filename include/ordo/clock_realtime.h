/* clock_realtime.h: the clock that people set. For nothing but system calls that know no other one;
 * every deadline in ordo is one of clock.h. The model checker has a virtual one. */
#ifndef ORDO_CLOCK_REALTIME_H
#define ORDO_CLOCK_REALTIME_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Nanoseconds of CLOCK_REALTIME. */
uint64_t ordo_clock_realtime(void);

#ifdef __cplusplus
}
#endif
#endif
