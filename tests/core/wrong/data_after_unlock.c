// expect: writing variable 'balance' requires holding mutex 'mutex' exclusively
#include <ordo/ordo.h>
static ordo_mutex mutex;
static int balance ORDO_GUARDED_BY(mutex);
void wrong(void);
void wrong(void)
{
    ordo_mutex_lock(&mutex);
    balance = 1;
    ordo_mutex_unlock(&mutex);
    balance = 2;
}
