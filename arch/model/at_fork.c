/* at_fork.c: core/at_fork.h for the model checker, in which nobody forks. */
#include <stdbool.h>

bool ordo_at_fork_in_child(void (*function)(void));

bool ordo_at_fork_in_child(void (*function)(void))
{
    (void)function;
    return true;
}
