/* misuse.h: how ordo ends a program that uses it wrongly. For ordo's own files, and for code that
 * builds on them and wants the same behaviour.
 */
#ifndef ORDO_MISUSE_H
#define ORDO_MISUSE_H

#ifdef __cplusplus
extern "C" {
#endif

/* Writes `ordo: WHAT`, one line, on standard error, then aborts. WHAT names the file first:
 *
 *     ordo_misuse("mutex.c: unlock of a mutex that is not locked");
 *
 * NDEBUG changes nothing. Safe in a signal handler. */
__attribute__((noreturn, cold)) void ordo_misuse(const char *what);

#ifdef __cplusplus
}
#endif
#endif
