/* random.h: a small repeatable random number generator for tests (splitmix64). The caller owns the
 * state, so that every thread has its own and a failing run can be repeated exactly. */
#ifndef ORDO_TEST_RANDOM_H
#define ORDO_TEST_RANDOM_H

#include <stdint.h>

/* Mixes 64 bits so that each bit of the result depends on each bit of `word`. */
static inline uint64_t random_mix(uint64_t word)
{
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
}

static inline uint64_t random_next(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15;
    return random_mix(*state);
}

#endif
