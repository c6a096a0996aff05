// expect: array of void|incomplete|not a pointer-to-object|indirection on operand
// compilers: gcc clang
#include <ordo/ordo.h>
int wrong(ordo_arc *arc, const void *value);
int wrong(ordo_arc *arc, const void *value)
{
    return ordo_arc_new(arc, value, 0, 0);
}
