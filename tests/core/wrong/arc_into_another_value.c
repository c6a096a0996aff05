// expect: pointer type mismatch|conditional expression between distinct pointer types|incompatible operand types
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
bool wrong(int_arc *arc, long *value);
bool wrong(int_arc *arc, long *value)
{
    return ordo_arc_into_inner(arc, value);
}
