// expect: acquiring mutex 'lock' that is already held
#include <ordo/ordo.h>
static ordo_mcs_lock lock;
void wrong(void);
void wrong(void)
{
    struct ordo_mcs_node node;
    ordo_mcs_lock_lock(&lock, &node);
    ordo_mcs_lock_lock(&lock, &node);
    ordo_mcs_lock_unlock(&lock, &node);
}
