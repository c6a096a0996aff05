// expect: no member named
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
void wrong(int_weak *weak);
void wrong(int_weak *weak)
{
    ordo_arc_drop(weak);
}
