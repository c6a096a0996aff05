// expect: writing variable 'balance' requires holding mutex 'lock' exclusively
#include <ordo/ordo.h>
static ordo_reader_writer_lock lock;
static int balance ORDO_GUARDED_BY(lock);
void wrong(void);
void wrong(void)
{
    ordo_reader_writer_lock_read_lock(&lock);
    balance = 1;
    ordo_reader_writer_lock_read_unlock(&lock);
}
