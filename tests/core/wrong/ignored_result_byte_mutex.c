// expect: ignoring return value of .*ordo_byte_mutex_try_lock|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ordo_byte_mutex lock;
void wrong(void);
void wrong(void) { ordo_byte_mutex_try_lock(&lock); }
