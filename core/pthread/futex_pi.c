/* futex_pi.c: refused; see refuse.h. */
#include "ordo/futex_pi.h"

#include "refuse.h"

REFUSE_ERROR(ordo_futex_lock_pi, (ordo_atomic_u32 *word, uint64_t deadline, unsigned int flags))
REFUSE_ERROR(ordo_futex_trylock_pi, (ordo_atomic_u32 *word, unsigned int flags))
REFUSE_ERROR(ordo_futex_unlock_pi, (ordo_atomic_u32 *word, unsigned int flags))
REFUSE_ERROR(ordo_futex_wait_requeue_pi,
             (const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
              ordo_atomic_u32 *lock, unsigned int flags))
REFUSE_ERROR(ordo_futex_compare_requeue_pi,
             (const ordo_atomic_u32 *word, uint32_t expected, uint32_t move, ordo_atomic_u32 *lock,
              unsigned int flags, uint32_t *count))
