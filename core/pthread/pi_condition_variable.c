/* pi_condition_variable.c: refused; see refuse.h. */
#include "ordo/pi_condition_variable.h"

#include "refuse.h"

#define FILE_NAME "pi_condition_variable.c"
#define CONDITION_AND_MUTEX ordo_pi_condition_variable *condition, ordo_pi_mutex *mutex

REFUSE(void, ordo_pi_condition_variable_wait, (CONDITION_AND_MUTEX))
REFUSE_ERROR(ordo_pi_condition_variable_wait_until, (CONDITION_AND_MUTEX, uint64_t deadline))
REFUSE(void, ordo_pi_condition_variable_notify_one, (CONDITION_AND_MUTEX))
REFUSE(void, ordo_pi_condition_variable_notify_all, (CONDITION_AND_MUTEX))
