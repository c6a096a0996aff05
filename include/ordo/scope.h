/* scope.h: names for the hidden variables of scope guards. Not for use outside ordo's headers.
 *
 * A guard, or a scope, ends with its block, also if that is left by break, continue, return or goto.
 * It ends by a C++ exception; by pthread_exit and cancellation in C++, and in C that is compiled with
 * -fexceptions: without that these two leave the lock locked (poison_mutex.h has one that knows). No
 * longjmp ends it, nor does ordo_longjmp.
 */
#ifndef ORDO_SCOPE_H
#define ORDO_SCOPE_H

/* A name that no other expansion gives, so that guards nest without shadowing. */
#define ORDO_SCOPE_NAME(stem) ORDO_SCOPE_JOIN(stem, __COUNTER__)
#define ORDO_SCOPE_JOIN(stem, number) ORDO_SCOPE_PASTE(stem, number)
#define ORDO_SCOPE_PASTE(stem, number) stem##_##number

#endif
