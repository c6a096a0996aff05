/* robust_list.c: no thread has a robust list, so robust_mutex.c refuses with ENOTSUP, as it does in
 * a thread of Linux that has none; see refuse.h for the rest, which is never called.
 */
#include "ordo/robust_list.h"

#include <stddef.h>

#include "refuse.h"

#define FILE_NAME "robust_list.c"

ordo_robust_list *ordo_robust_list_of_caller(void)
{
    return NULL;
}

REFUSE(void, ordo_robust_list_set_pending,
       (ordo_robust_list *list, struct ordo_robust_entry *entry))
REFUSE(void, ordo_robust_list_insert, (ordo_robust_list *list, struct ordo_robust_entry *entry))
REFUSE(void, ordo_robust_list_remove, (struct ordo_robust_entry *entry))
