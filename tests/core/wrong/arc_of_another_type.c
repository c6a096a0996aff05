// expect: incompatible type|no viable|invalid initializer|conversion from|no known conversion
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
ORDO_ARC(long_arc, long_weak, long);
void wrong(const int_arc *arc);
void wrong(const int_arc *arc)
{
    long_arc other = ordo_arc_clone(arc);
    ordo_arc_drop(&other);
}
