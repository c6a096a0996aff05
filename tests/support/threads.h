/* threads.h: runs one function in several threads at once, for tests that need contention. */
#ifndef ORDO_TEST_THREADS_H
#define ORDO_TEST_THREADS_H

enum { max_test_threads = 8 };

/* Calls body(0, shared) ... body(count - 1, shared), each in its own thread. They are let go
 * together, so that even short bodies overlap. Returns when all have ended. */
void run_threads(unsigned count, void (*body)(unsigned self, void *shared), void *shared);

/* Waits until `count` threads have called it with this counter, which starts at 0. They go on
 * within nanoseconds of each other if each has a CPU: no barrier that sleeps is as close. */
void meet(unsigned *arrived, unsigned count);

#endif
