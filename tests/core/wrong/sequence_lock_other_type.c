// expect: comparison (of|between) distinct pointer types
// compilers: gcc clang
#include <ordo/ordo.h>
static ORDO_SEQUENCE_LOCK(int) lock;
void wrong(double *to);
void wrong(double *to) { ordo_sequence_lock_get(&lock, to); }
