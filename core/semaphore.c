/* semaphore.c: see semaphore.h, and semaphore_word.h for how it works. */
#include "ordo/semaphore.h"

#include "semaphore_word.h"

bool ordo_semaphore_try_wait(ordo_semaphore *semaphore)
{
    return semaphore_word_try_wait(&semaphore->state);
}

void ordo_semaphore_wait(ordo_semaphore *semaphore)
{
    if (!ordo_semaphore_try_wait(semaphore))
        semaphore_word_wait(&semaphore->state, ORDO_NEVER, ordo_futex_private);
}

int ordo_semaphore_wait_until(ordo_semaphore *semaphore, uint64_t deadline)
{
    return ordo_semaphore_try_wait(semaphore)
               ? 0
               : semaphore_word_wait(&semaphore->state, deadline, ordo_futex_private);
}

int ordo_semaphore_post(ordo_semaphore *semaphore, uint32_t count)
{
    return semaphore_word_post(&semaphore->state, count, ordo_futex_private);
}

uint32_t ordo_semaphore_value(const ordo_semaphore *semaphore)
{
    return tokens(ordo_load(&semaphore->state, ordo_relaxed));
}
