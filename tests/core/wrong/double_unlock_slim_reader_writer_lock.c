// expect: releasing mutex 'lock' that was not held
#include <ordo/ordo.h>
static ordo_slim_reader_writer_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    ordo_slim_reader_writer_lock_write_unlock(&lock);
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}
