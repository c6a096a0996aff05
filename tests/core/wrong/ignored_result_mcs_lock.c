// expect: ignoring return value of .*ordo_mcs_lock_try_lock|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ordo_mcs_lock lock;
void wrong(void);
void wrong(void)
{
    struct ordo_mcs_node node;
    ordo_mcs_lock_try_lock(&lock, &node);
}
