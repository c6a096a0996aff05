// expect: acquiring mutex 'lock' that is already held
#include <ordo/ordo.h>
static ordo_ticket_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_ticket_lock_lock(&lock);
    ordo_ticket_lock_lock(&lock);
    ordo_ticket_lock_unlock(&lock);
}
