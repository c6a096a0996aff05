/* robust_list.c: include/ordo/robust_list.h for the model checker, where no thread is killed:
 * checks that locks are announced, and that each is put in and taken out in turn.
 */
#include "engine.h"
#include "ordo/robust_list.h"

struct ordo_robust_list {
    struct ordo_robust_entry *pending;
};

static struct ordo_robust_list lists[MAX_THREADS];

ordo_robust_list *ordo_robust_list_of_caller(void)
{
    return &lists[model_current];
}

void ordo_robust_list_set_pending(ordo_robust_list *list, struct ordo_robust_entry *entry)
{
    list->pending = entry;
}

void ordo_robust_list_insert(ordo_robust_list *list, struct ordo_robust_entry *entry)
{
    const void *const site = __builtin_return_address(0);

    if (list != &lists[model_current] || list->pending != entry)
        model_fail(model_misuse, site, "a lock that was not announced enters the robust list");
    memory_access(entry, sizeof *entry, true, site);
}

void ordo_robust_list_remove(struct ordo_robust_entry *entry)
{
    const void *const site = __builtin_return_address(0);

    if (lists[model_current].pending != entry)
        model_fail(model_misuse, site, "a lock that was not announced leaves the robust list");
    memory_access(entry, sizeof *entry, true, site);
}
