/* process_shared_mutex.c: refused; see refuse.h. */
#include "ordo/process_shared_mutex.h"

#include "refuse.h"

#define FILE_NAME "process_shared_mutex.c"

REFUSE(bool, ordo_process_shared_mutex_try_lock, (ordo_process_shared_mutex *mutex))
REFUSE(void, ordo_process_shared_mutex_lock, (ordo_process_shared_mutex *mutex))
REFUSE(void, ordo_process_shared_mutex_lock_contended, (ordo_process_shared_mutex *mutex))
REFUSE(void, ordo_process_shared_mutex_unlock, (ordo_process_shared_mutex *mutex))
REFUSE_ERROR(ordo_process_shared_mutex_lock_until,
             (ordo_process_shared_mutex *mutex, uint64_t deadline))
