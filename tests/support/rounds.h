/* rounds.h: how often the tests repeat. 10^5 natively, 10^4 under QEMU (the variable ORDO_QEMU says
 * so), ten times that with ORDO_LONG=1; divided by ORDO_SLOW, where rounds take longer: in the
 * program `hostile` and under sanitizers. A test that runs once per symbol takes its share of it.
 */
#ifndef ORDO_TEST_ROUNDS_H
#define ORDO_TEST_ROUNDS_H

#include <stdbool.h>
#include <stdlib.h>

static inline unsigned test_rounds(unsigned share)
{
    unsigned rounds = getenv("ORDO_QEMU") != NULL ? 10000 : 100000;
    if (getenv("ORDO_LONG") != NULL)
        rounds *= 10;
    if (getenv("ORDO_SLOW") != NULL)
        rounds /= (unsigned)atoi(getenv("ORDO_SLOW"));
    return rounds > share ? rounds / share : 1;
}

/* Rounds prove something only while threads really run at once, which they do not on a busy
 * machine: a thread goes on, within bounds, until enough of its rounds met another's store. */
static inline bool test_goes_on(unsigned round, unsigned rounds, unsigned contended)
{
    return round < rounds || (contended < rounds / 4 && round < rounds * 8);
}

#endif
