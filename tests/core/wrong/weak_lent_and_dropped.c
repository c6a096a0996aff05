// expect: discards.*qualifier|invalid conversion|no matching function|read-only|incompatible
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
int wrong(int *value, const int_weak *self, void *argument);
int wrong(int *value, const int_weak *self, void *argument)
{
    *value = argument != 0;
    ordo_weak_drop(self);
    return 0;
}
