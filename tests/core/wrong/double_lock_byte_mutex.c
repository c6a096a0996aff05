// expect: acquiring mutex 'lock' that is already held
#include <ordo/ordo.h>
static ordo_byte_mutex lock;
void wrong(void);
void wrong(void)
{
    ordo_byte_mutex_lock(&lock);
    ordo_byte_mutex_lock(&lock);
    ordo_byte_mutex_unlock(&lock);
}
