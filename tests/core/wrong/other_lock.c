// expect: reading variable 'balance' requires holding mutex 'mutex'
#include <ordo/ordo.h>
static ordo_mutex mutex, another;
static int balance ORDO_GUARDED_BY(mutex);
int wrong(void);
int wrong(void)
{
    ordo_mutex_lock(&another);
    const int seen = balance;
    ordo_mutex_unlock(&another);
    return seen;
}
