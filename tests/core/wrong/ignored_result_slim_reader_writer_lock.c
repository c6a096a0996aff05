// expect: ignoring return value of .*ordo_slim_reader_writer_lock_try_read_lock|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static ordo_slim_reader_writer_lock lock;
void wrong(void);
void wrong(void)
{
    ordo_slim_reader_writer_lock_try_read_lock(&lock);
}
