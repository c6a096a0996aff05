/* at_fork.c: see at_fork.h.
 *
 * pthread_atfork without the object that the C library adds to its callers: that one needs the C
 * runtime's start files, and has no branch-protection note. (Linux Standard Base, core.) The last
 * argument would take the handler back when a shared object is unloaded, which libordo.so never is.
 */
#include "at_fork.h"

#include <stddef.h>

extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void),
                             void *shared_object);

bool ordo_at_fork_in_child(void (*function)(void))
{
    return __register_atfork(NULL, NULL, function, NULL) == 0;
}
