// expect: incompatible pointer|cannot convert|no known conversion|no matching function|cannot initialize
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
ORDO_ARC(long_arc, long_weak, long);
int build(int *value, const int_weak *self, void *argument);
int wrong(long_arc *arc);
int wrong(long_arc *arc)
{
    return ordo_arc_new_cyclic(arc, build, 0, 0, 0);
}
