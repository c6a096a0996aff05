// expect: ignoring return value of .*ordo_ticket_lock_try_lock|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ordo_ticket_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_ticket_lock_try_lock(&lock);
}
