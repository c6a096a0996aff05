// expect: reading variable 'balance' requires holding mutex 'mutex'
#include <ordo/ordo.h>
static ordo_mutex mutex;
static int balance ORDO_GUARDED_BY(mutex);
int wrong(void);
int wrong(void) { return balance; }
