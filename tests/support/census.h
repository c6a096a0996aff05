/* census.h: an allocator that counts what it gave and got back, and fails when told to. It writes
 * over what is released, and over what it gives, so that neither can be taken for zero or for what
 * it was. A release of the wrong size, of the wrong memory or twice aborts with a message.
 */
#ifndef ORDO_TEST_CENSUS_H
#define ORDO_TEST_CENSUS_H

#include <stdbool.h>

#include "ordo/allocator.h"
#include "ordo/atomic.h"

struct census {
    struct ordo_allocator allocator; /* give its address to what is tested */
    ordo_atomic_u32 allocations;     /* that succeeded */
    ordo_atomic_u32 live;            /* not yet released */
    ordo_atomic_u32 calls;           /* that succeeded or not */
    unsigned int fails_at;           /* the call that fails, from 1; 0: none does */
};

/* Everything 0. */
void census_start(struct census *census);

/* The same, but call number `fails_at` will fail. For loops of the kind
 *
 *     for (unsigned i = 1; census_fails(&census, i); i++)
 *         try everything, which must lose nothing
 *
 * which end when a whole turn had no call left that could fail. */
bool census_fails(struct census *census, unsigned int fails_at);

#endif
