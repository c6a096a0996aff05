/* process_shared_semaphore.c: refused; see refuse.h. */
#include "ordo/process_shared_semaphore.h"

#include "refuse.h"

#define FILE_NAME "process_shared_semaphore.c"
#define SEMAPHORE ordo_process_shared_semaphore *semaphore

REFUSE(void, ordo_process_shared_semaphore_wait, (SEMAPHORE))
REFUSE(bool, ordo_process_shared_semaphore_try_wait, (SEMAPHORE))
REFUSE_ERROR(ordo_process_shared_semaphore_wait_until, (SEMAPHORE, uint64_t deadline))
REFUSE_ERROR(ordo_process_shared_semaphore_post, (SEMAPHORE, uint32_t count))
REFUSE(uint32_t, ordo_process_shared_semaphore_value, (const SEMAPHORE))
