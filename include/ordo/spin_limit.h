/* spin_limit.h: how often a lock of ordo looks at its word again before it sleeps. The model
 * checker has a limit of one turn: it takes two equal turns of a loop for endless waiting.
 */
#ifndef ORDO_SPIN_LIMIT_H
#define ORDO_SPIN_LIMIT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Turns of a spinning loop, each ended by ordo_spin_hint; at least 1. Right is any number. */
extern const unsigned int ordo_spin_limit;

#ifdef __cplusplus
}
#endif
#endif
