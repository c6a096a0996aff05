// expect: releasing mutex 'lock' that was not held
#include <ordo/ordo.h>
static ordo_ticket_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_ticket_lock_lock(&lock);
    ordo_ticket_lock_unlock(&lock);
    ordo_ticket_lock_unlock(&lock);
}
