// expect: ignoring return value of .*ordo_error_checking_mutex_lock|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ordo_error_checking_mutex lock;
void wrong(void);
void wrong(void) { ordo_error_checking_mutex_lock(&lock); }
