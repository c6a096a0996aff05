// expect: mutex 'lock' is (not held on every path through here|still held at the end of function)
#include <ordo/ordo.h>
static ordo_byte_mutex lock;
void wrong(bool early);
void wrong(bool early)
{
    ordo_byte_mutex_lock(&lock);
    if (early)
        return;
    ordo_byte_mutex_unlock(&lock);
}
