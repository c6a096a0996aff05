/* robust_list.c: see robust_list.h; get_robust_list(2), and Linux's Documentation/locking/
 * robust-futex-ABI.rst.
 *
 * The kernel reads the list when the thread ends, on that thread: it finds all stores up to some
 * instruction done, and none after it. So only the compiler may not change their order, and each
 * function is right if the chain of `next` is whole after each of its stores. It never reads
 * `previous`. Both neighbours belong to locks that the same thread has, so no other thread looks.
 */
#include "ordo/robust_list.h"

#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ordo/atomic.h"

struct ordo_robust_list {
    struct robust_list_head head;
};

enum { word_offset = -32 }; /* from an entry's `next`, where the kernel's pointers point */

_Static_assert(offsetof(struct ordo_robust_entry, next) == 8, "glibc looks for `previous` there");

ordo_robust_list *ordo_robust_list_of_caller(void)
{
    ordo_robust_list *list = NULL;
    size_t size = 0;
    const long result = syscall(SYS_get_robust_list, 0, &list, &size);

    return result == 0 && list != NULL && size == sizeof list->head
                   && list->head.futex_offset == word_offset
               ? list
               : NULL;
}

/* A store that the compiler leaves where it is among the others. */
static void store_in_order(uintptr_t *place, uintptr_t value)
{
    ordo_compiler_fence(ordo_seq_cst);
    *(volatile uintptr_t *)place = value;
    ordo_compiler_fence(ordo_seq_cst);
}

/* The entry that a link names. */
static struct ordo_robust_entry *entry_of(uintptr_t link)
{
    const uintptr_t next = link & ~(uintptr_t)1;

    return (struct ordo_robust_entry *)(next - offsetof(struct ordo_robust_entry, next));
}

void ordo_robust_list_set_pending(ordo_robust_list *list, struct ordo_robust_entry *entry)
{
    store_in_order((uintptr_t *)&list->head.list_op_pending,
                   entry != NULL ? (uintptr_t)&entry->next : 0);
}

void ordo_robust_list_insert(ordo_robust_list *list, struct ordo_robust_entry *entry)
{
    uintptr_t *const head = (uintptr_t *)&list->head.list.next;

    entry->previous = (uintptr_t)head;
    entry->next = *head;
    entry_of(entry->next)->previous = (uintptr_t)&entry->next;
    store_in_order(head, (uintptr_t)&entry->next);
}

void ordo_robust_list_remove(struct ordo_robust_entry *entry)
{
    store_in_order(&entry_of(entry->previous)->next, entry->next);
    entry_of(entry->next)->previous = entry->previous;
}
