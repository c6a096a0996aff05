/* process_shared_reader_writer_lock.c: refused; see refuse.h. */
#include "ordo/process_shared_reader_writer_lock.h"

#include "refuse.h"

#define FILE_NAME "process_shared_reader_writer_lock.c"
#define LOCK ordo_process_shared_reader_writer_lock *lock

REFUSE(void, ordo_process_shared_reader_writer_lock_init,
       (LOCK, enum ordo_reader_writer_policy policy))
REFUSE(void, ordo_process_shared_reader_writer_lock_read_lock, (LOCK))
REFUSE(bool, ordo_process_shared_reader_writer_lock_try_read_lock, (LOCK))
REFUSE_ERROR(ordo_process_shared_reader_writer_lock_read_lock_until, (LOCK, uint64_t deadline))
REFUSE(void, ordo_process_shared_reader_writer_lock_read_unlock, (LOCK))
REFUSE(void, ordo_process_shared_reader_writer_lock_write_lock, (LOCK))
REFUSE(bool, ordo_process_shared_reader_writer_lock_try_write_lock, (LOCK))
REFUSE_ERROR(ordo_process_shared_reader_writer_lock_write_lock_until, (LOCK, uint64_t deadline))
REFUSE(void, ordo_process_shared_reader_writer_lock_write_unlock, (LOCK))
REFUSE(void, ordo_process_shared_reader_writer_lock_downgrade, (LOCK))
REFUSE(bool, ordo_process_shared_reader_writer_lock_try_upgrade, (LOCK))
