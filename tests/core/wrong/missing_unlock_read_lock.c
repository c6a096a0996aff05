// expect: mutex 'lock' is (not held on every path through here|still held at the end of function)
#include <ordo/ordo.h>
static ordo_reader_writer_lock lock;
void wrong(bool early);
void wrong(bool early)
{
    ordo_reader_writer_lock_read_lock(&lock);
    if (early)
        return;
    ordo_reader_writer_lock_read_unlock(&lock);
}
