/* misuse.c: see misuse.h; wrong use ends in the program's ordo_panic. In the place of core/misuse.c
 * and arch/order.c, which write a line on standard error. The name of the operation with the wrong
 * ordering is left to the backtrace, as it would need memory to put it together with the reason.
 */
#include "ordo/freestanding.h"

void ordo_misuse(const char *what)
{
    ordo_panic(what);
    __builtin_trap();
}

void ordo_bad_order(const char *operation, int order)
{
    (void)operation;
    (void)order;
    ordo_misuse("atomic.h: an operation with an ordering that it does not take");
}
