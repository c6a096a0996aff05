/* robust_list.h: the list of the locks that a thread has, which the kernel goes through when the
 * thread ends, in whatever way: to each word of it that still has the thread's number it gives
 * FUTEX_OWNER_DIED instead, and wakes one waiter. For ordo's robust mutex.
 *
 * The kernel knows one such list per thread, and the C library registers it for its own robust
 * mutexes. So ours go into that one, and follow its form: glibc's links point to `next` fields, the
 * word of a lock is 32 bytes before its `next`, the pointer to the one before is in front of
 * `next`, also that of the list's head; bit 0 of a link marks a lock with priority inheritance (and
 * ours are not). Where there is no such list (another C library, QEMU, a bare clone) there is none
 * for ordo.
 *
 * The model checker has its own version of these functions. Not for signal handlers.
 */
#ifndef ORDO_ROBUST_LIST_H
#define ORDO_ROBUST_LIST_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Part of a lock. The futex word is 24 bytes before it. */
struct ordo_robust_entry {
    uintptr_t previous, next;
};

/* The head of a thread's list. */
typedef struct ordo_robust_list ordo_robust_list;

/* The caller's, or NULL. One short system call. */
ordo_robust_list *ordo_robust_list_of_caller(void);

/* Tells the kernel of a lock whose word the caller may own although it is not in the list, because
 * it is about to be locked or unlocked; NULL: no longer. */
void ordo_robust_list_set_pending(ordo_robust_list *list, struct ordo_robust_entry *entry);

void ordo_robust_list_insert(ordo_robust_list *list, struct ordo_robust_entry *entry);
void ordo_robust_list_remove(struct ordo_robust_entry *entry);

#ifdef __cplusplus
}
#endif
#endif
