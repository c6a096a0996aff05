// expect: ignoring return value of .*ordo_semaphore_try_wait|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ordo_semaphore lock;
void wrong(void);
void wrong(void) { ordo_semaphore_try_wait(&lock); }
