// expect: ignoring return value
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
void wrong(const int_weak *weak, int_arc *arc);
void wrong(const int_weak *weak, int_arc *arc) { ordo_weak_upgrade(weak, arc); }
