/* low_half.h: the 32 bits of a 64-bit word that can be a futex. ordo's architectures are
 * little-endian: they come first.
 */
#ifndef ORDO_LOW_HALF_H
#define ORDO_LOW_HALF_H

#include "ordo/atomic.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the low half comes first");

static inline const ordo_atomic_u32 *low_half(const ordo_atomic_u64 *word)
{
    return (const ordo_atomic_u32 *)word;
}

#endif
