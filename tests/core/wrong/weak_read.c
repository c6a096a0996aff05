// expect: no member named
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
int wrong(const int_weak *weak);
int wrong(const int_weak *weak)
{
    return *weak->value;
}
