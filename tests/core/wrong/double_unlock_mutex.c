// expect: releasing mutex 'lock' that was not held
#include <ordo/ordo.h>
static ordo_mutex lock;
void wrong(void);
void wrong(void)
{
    ordo_mutex_lock(&lock);
    ordo_mutex_unlock(&lock);
    ordo_mutex_unlock(&lock);
}
