// expect: pointer type mismatch|conditional expression between distinct pointer types|incompatible operand types
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
int wrong(int_arc *arc, const long *value);
int wrong(int_arc *arc, const long *value)
{
    return ordo_arc_new(arc, value, 0, 0);
}
