// expect: mutex 'lock' is still held at the end of function
#include <ordo/ordo.h>
static ordo_mcs_lock lock;
void wrong(void);
void wrong(void)
{
    struct ordo_mcs_node node;
    ordo_mcs_lock_lock(&lock, &node);
}
