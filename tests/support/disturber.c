/* disturber.c: see disturber.h. Not built on ordo's threads, which are under test themselves. */
#include "disturber.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void ignore(int signal)
{
    (void)signal;
}

static void *disturb(void *argument)
{
    struct disturber *const disturber = argument;

    while (!__atomic_load_n(&disturber->is_over, __ATOMIC_RELAXED)) {
        pthread_kill(disturber->target, SIGUSR1);
        if (disturber->wake != NULL)
            disturber->wake(disturber->word);
        usleep(100);
    }
    return NULL;
}

void disturber_start(struct disturber *disturber, void (*wake)(void *word), void *word)
{
    const struct sigaction action = {.sa_handler = ignore};

    sigaction(SIGUSR1, &action, NULL);
    *disturber = (struct disturber){.target = pthread_self(), .wake = wake, .word = word};
    if (pthread_create(&disturber->thread, NULL, disturb, disturber) != 0)
        abort();
}

void disturber_stop(struct disturber *disturber)
{
    __atomic_store_n(&disturber->is_over, true, __ATOMIC_RELAXED);
    pthread_join(disturber->thread, NULL);
}

bool has_just_passed(uint64_t deadline)
{
    enum { second = 1000000000 };
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    const uint64_t now = (uint64_t)time.tv_sec * second + (uint64_t)time.tv_nsec;
    return now >= deadline && now - deadline < UINT64_C(5) * second;
}
