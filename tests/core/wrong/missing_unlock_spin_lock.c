// expect: mutex 'lock' is (not held on every path through here|still held at the end of function)
#include <ordo/ordo.h>
static ordo_spin_lock lock;
void wrong(bool early);
void wrong(bool early)
{
    ordo_spin_lock_lock(&lock);
    if (early)
        return;
    ordo_spin_lock_unlock(&lock);
}
