/* process_shared_condition_variable.c: refused; see refuse.h. */
#include "ordo/process_shared_condition_variable.h"

#include "refuse.h"

#define FILE_NAME "process_shared_condition_variable.c"

#define CONDITION_AND_MUTEX                                                                        \
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex

REFUSE(void, ordo_process_shared_condition_variable_wait, (CONDITION_AND_MUTEX))
REFUSE(void, ordo_process_shared_condition_variable_notify_one, (CONDITION_AND_MUTEX))
REFUSE(void, ordo_process_shared_condition_variable_notify_all, (CONDITION_AND_MUTEX))
REFUSE_ERROR(ordo_process_shared_condition_variable_wait_until,
             (CONDITION_AND_MUTEX, uint64_t deadline))
