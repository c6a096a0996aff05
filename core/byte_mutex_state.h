/* byte_mutex_state.h: the bits of a byte mutex, for what parks threads in its queue. */
#ifndef ORDO_CORE_BYTE_MUTEX_STATE_H
#define ORDO_CORE_BYTE_MUTEX_STATE_H

#include <stdint.h>

enum byte_mutex_bits { byte_mutex_locked = 1, byte_mutex_parked = 2 };

/* What an unpark gives to a thread in the queue of a byte mutex. */
enum byte_mutex_token {
    byte_mutex_try_again = 0,
    byte_mutex_handed_over = 1 /* the thread has it */
};

#endif
