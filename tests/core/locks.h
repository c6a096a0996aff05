/* locks.h: a lock as the tests see it, so that one test serves all of them. */
#ifndef ORDO_TEST_LOCKS_H
#define ORDO_TEST_LOCKS_H

#include <stdbool.h>

struct lock_kind {
    const char *name;
    void (*lock)(void *lock);
    bool (*try_lock)(void *lock);
    void (*unlock)(void *lock);
    bool is_recursive;  /* its owner's try_lock succeeds */
    bool leaves_traces; /* unlocked, it is not as it was before */
    bool is_handed_on;  /* to who waits longest, so that each locking may cost a change of threads */
    bool needs_futex;   /* refuses in a build without */
};

/* All are unlocked when their bytes are 0, and fit into 64 of them. */
extern const struct lock_kind lock_kinds[];
extern const unsigned int lock_kind_count;

#endif
