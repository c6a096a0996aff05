/* disturber.h: a thread that disturbs the waits of the one that starts it: neither signals nor
 * wakes without cause may end a wait early, or move its deadline. */
#ifndef ORDO_TEST_DISTURBER_H
#define ORDO_TEST_DISTURBER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct disturber {
    pthread_t target, thread;
    void (*wake)(void *word);
    void *word;
    bool is_over;
};

/* Every 100 us, until disturber_stop: a signal to the caller, whose handler does nothing and is
 * without SA_RESTART, and wake(word), if that is not NULL. */
void disturber_start(struct disturber *disturber, void (*wake)(void *word), void *word);
void disturber_stop(struct disturber *disturber);

/* Whether the deadline of ordo_clock_now has passed, and not for long: for 5 s at most. */
bool has_just_passed(uint64_t deadline);

#endif
