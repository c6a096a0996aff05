// expect: ignoring return value of .*ordo_sequence_lock_try_read|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ORDO_SEQUENCE_LOCK(int) lock;
void wrong(int *to);
void wrong(int *to) { ordo_sequence_lock_try_get(&lock, to); }
