/* hostile.h: a system whose futexes do all that futex.h allows and a quiet machine hardly ever
 * does. In the program `hostile` each call of a futex operation, in core/ and in the tests, comes
 * to hostile.c first (the linker's --wrap). */
#ifndef ORDO_TEST_HOSTILE_H
#define ORDO_TEST_HOSTILE_H

#include <stdint.h>

enum hostile_act {
    hostile_spurious,     /* a wait returned 0, or what means the same, and had not slept */
    hostile_interrupted,  /* a wait returned EINTR and had not slept */
    hostile_signal,       /* a signal was sent to a thread in a wait, */
    hostile_handled,      /* and handled there */
    hostile_stray_wake,   /* a wake of a word that somebody waited for of late */
    hostile_yield, hostile_short_delay, hostile_long_delay,
    hostile_acts
};

/* How often each happened in this process. */
uint32_t hostile_count(enum hostile_act act);

#endif
