// expect: releasing mutex 'lock' that was not held
#include <ordo/ordo.h>
static ordo_reader_writer_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_reader_writer_lock_read_lock(&lock);
    ordo_reader_writer_lock_read_unlock(&lock);
    ordo_reader_writer_lock_read_unlock(&lock);
}
