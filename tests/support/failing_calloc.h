/* failing_calloc.h: takes the place of the C library's calloc in the test programs, and fails when
 * told to. core/thread.c allocates with it; and so does pthread_create, for what it has to give
 * back when it fails half-way.
 *
 * Not in the sanitizers' programs, which have a calloc of their own: the address of the function is
 * NULL there.
 */
#ifndef ORDO_TEST_FAILING_CALLOC_H
#define ORDO_TEST_FAILING_CALLOC_H

/* The call number `call` of the calling thread from now on, counted from 1, returns NULL; 0: none
 * does. Returns whether the one that was asked for before has been made. */
__attribute__((weak)) _Bool calloc_fails_at(unsigned int call);

#endif
