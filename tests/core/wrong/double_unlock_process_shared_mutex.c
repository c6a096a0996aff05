// expect: releasing mutex 'lock' that was not held
#include <ordo/ordo.h>
static ordo_process_shared_mutex lock;
void wrong(void);
void wrong(void)
{
    ordo_process_shared_mutex_lock(&lock);
    ordo_process_shared_mutex_unlock(&lock);
    ordo_process_shared_mutex_unlock(&lock);
}
