// expect: mutex 'lock' is still held at the end of function
#include <ordo/ordo.h>
static ordo_ticket_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_ticket_lock_lock(&lock);
}
