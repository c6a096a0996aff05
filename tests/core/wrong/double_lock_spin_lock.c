// expect: acquiring mutex 'lock' that is already held
#include <ordo/ordo.h>
static ordo_spin_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_spin_lock_lock(&lock);
    ordo_spin_lock_lock(&lock);
    ordo_spin_lock_unlock(&lock);
}
