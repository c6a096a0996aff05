// expect: request for member|is not a structure|member reference|pointer type mismatch|conditional expression between distinct pointer types|incompatible operand types
// compilers: gcc clang
#include <ordo/ordo.h>
ORDO_ARC(int_arc, int_weak, int);
ORDO_ARC(long_arc, long_weak, long);
bool wrong(const int_weak *weak, long_arc *arc);
bool wrong(const int_weak *weak, long_arc *arc)
{
    return ordo_weak_upgrade(weak, arc);
}
