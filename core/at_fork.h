/* at_fork.h: what is to be done in the child of a fork. A seam: in the model checker none forks. */
#ifndef ORDO_CORE_AT_FORK_H
#define ORDO_CORE_AT_FORK_H

#include <stdbool.h>

/* Calls it in the child of each fork from now on. False: there is no memory for that. */
bool ordo_at_fork_in_child(void (*function)(void));

#endif
