// expect: acquiring mutex 'lock' that is already held
#include <ordo/ordo.h>
static ordo_process_shared_mutex lock;
void wrong(void);
void wrong(void)
{
    ordo_process_shared_mutex_lock(&lock);
    ordo_process_shared_mutex_lock(&lock);
    ordo_process_shared_mutex_unlock(&lock);
}
