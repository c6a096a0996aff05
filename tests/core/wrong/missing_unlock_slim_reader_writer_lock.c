// expect: mutex 'lock' is still held at the end of function
#include <ordo/ordo.h>
static ordo_slim_reader_writer_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
}
