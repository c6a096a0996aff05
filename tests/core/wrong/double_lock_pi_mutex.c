// expect: acquiring mutex 'lock' that is already held
#include <ordo/ordo.h>
static ordo_pi_mutex lock;
void wrong(void);
void wrong(void)
{
    ordo_pi_mutex_lock(&lock);
    ordo_pi_mutex_lock(&lock);
    ordo_pi_mutex_unlock(&lock);
}
