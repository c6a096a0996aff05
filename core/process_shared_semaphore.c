/* process_shared_semaphore.c: see the header, and semaphore_word.h for how it works. */
#include "ordo/process_shared_semaphore.h"

#include "semaphore_word.h"

bool ordo_process_shared_semaphore_try_wait(ordo_process_shared_semaphore *semaphore)
{
    return semaphore_word_try_wait(&semaphore->semaphore.state);
}

void ordo_process_shared_semaphore_wait(ordo_process_shared_semaphore *semaphore)
{
    if (!ordo_process_shared_semaphore_try_wait(semaphore))
        semaphore_word_wait(&semaphore->semaphore.state, ORDO_NEVER, ordo_futex_shared);
}

int ordo_process_shared_semaphore_wait_until(ordo_process_shared_semaphore *semaphore,
                                             uint64_t deadline)
{
    return ordo_process_shared_semaphore_try_wait(semaphore)
               ? 0
               : semaphore_word_wait(&semaphore->semaphore.state, deadline, ordo_futex_shared);
}

int ordo_process_shared_semaphore_post(ordo_process_shared_semaphore *semaphore, uint32_t count)
{
    return semaphore_word_post(&semaphore->semaphore.state, count, ordo_futex_shared);
}

uint32_t ordo_process_shared_semaphore_value(const ordo_process_shared_semaphore *semaphore)
{
    return ordo_semaphore_value(&semaphore->semaphore);
}
