/* pi_mutex.c: refused; see refuse.h. */
#include "ordo/pi_mutex.h"

#include "refuse.h"

#define FILE_NAME "pi_mutex.c"

REFUSE(void, ordo_pi_mutex_lock, (ordo_pi_mutex *mutex))
REFUSE(bool, ordo_pi_mutex_try_lock, (ordo_pi_mutex *mutex))
REFUSE_ERROR(ordo_pi_mutex_lock_until, (ordo_pi_mutex *mutex, uint64_t deadline))
REFUSE(void, ordo_pi_mutex_unlock, (ordo_pi_mutex *mutex))
REFUSE(bool, ordo_pi_mutex_is_mine, (const ordo_pi_mutex *mutex))
REFUSE(void, ordo_pi_mutex_was_given, (ordo_pi_mutex *mutex))
