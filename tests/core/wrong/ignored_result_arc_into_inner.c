// expect: ignoring return value
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
void wrong(int_arc *arc, int *out);
void wrong(int_arc *arc, int *out) { (void)out; ordo_arc_into_inner(arc, out); }
