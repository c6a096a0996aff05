// Each lock by calls, by try, by deadline, by guard and by scope.
#include <ordo/ordo.h>

static ordo_mutex mutex = ORDO_MUTEX_INIT;
static ordo_spin_lock spin_lock = ORDO_SPIN_LOCK_INIT;
static ordo_byte_mutex byte_mutex = ORDO_BYTE_MUTEX_INIT;
static ordo_byte_condition_variable byte_condition = ORDO_BYTE_CONDITION_VARIABLE_INIT;
static ordo_pi_mutex pi_mutex = ORDO_PI_MUTEX_INIT;
static ordo_reader_writer_lock readers = ORDO_READER_WRITER_LOCK_INIT;
static ordo_error_checking_mutex checking = ORDO_ERROR_CHECKING_MUTEX_INIT;
static ordo_recursive_mutex recursive = ORDO_RECURSIVE_MUTEX_INIT;
static ordo_process_shared_mutex shared = ORDO_PROCESS_SHARED_MUTEX_INIT;
static ordo_condition_variable condition = ORDO_CONDITION_VARIABLE_INIT;
static int by_mutex ORDO_GUARDED_BY(mutex);
static int by_spin_lock ORDO_GUARDED_BY(spin_lock);
static int by_byte_mutex ORDO_GUARDED_BY(byte_mutex);
static int by_pi_mutex ORDO_GUARDED_BY(pi_mutex);
static int by_readers ORDO_GUARDED_BY(readers);
static int by_checking ORDO_GUARDED_BY(checking);
static int by_shared ORDO_GUARDED_BY(shared);
static ORDO_MUTEX(int) owner;
static ORDO_SPIN_LOCK(int) spinner;

static void add(void) ORDO_REQUIRES(mutex);
static void add(void)
{
    by_mutex++;
}

void calls(uint64_t deadline);
void calls(uint64_t deadline)
{
    ordo_mutex_lock(&mutex);
    add();
    while (by_mutex == 0)
        ordo_condition_variable_wait(&condition, &mutex);
    ordo_mutex_unlock(&mutex);
    if (ordo_mutex_try_lock(&mutex)) {
        by_mutex++;
        ordo_mutex_unlock(&mutex);
    }
    ordo_byte_mutex_lock(&byte_mutex);
    while (by_byte_mutex == 0)
        ordo_byte_condition_variable_wait(&byte_condition, &byte_mutex);
    ordo_byte_mutex_unlock(&byte_mutex);
    if (ordo_byte_mutex_lock_until(&byte_mutex, deadline) == 0) {
        by_byte_mutex++;
        ordo_byte_mutex_unlock(&byte_mutex);
    }
    if (ordo_spin_lock_try_lock(&spin_lock)) {
        by_spin_lock++;
        ordo_spin_lock_unlock(&spin_lock);
    }
    if (ordo_pi_mutex_try_lock(&pi_mutex)) {
        by_pi_mutex++;
        ordo_pi_mutex_unlock(&pi_mutex);
    }
    if (ordo_process_shared_mutex_try_lock(&shared)) {
        by_shared++;
        ordo_process_shared_mutex_unlock(&shared);
    }
    if (ordo_mutex_lock_until(&mutex, deadline) == 0) {
        by_mutex++;
        ordo_mutex_unlock(&mutex);
    }
    if (ordo_error_checking_mutex_lock(&checking) == 0) {
        by_checking++;
        if (ordo_error_checking_mutex_unlock(&checking) != 0)
            return;
    }
    ordo_recursive_mutex_lock(&recursive);
    ordo_recursive_mutex_lock(&recursive);
    ordo_recursive_mutex_unlock(&recursive);
    ordo_recursive_mutex_unlock(&recursive);
}

int read_and_write(void);
int read_and_write(void)
{
    int seen = 0;

    ordo_reader_writer_lock_write_lock(&readers);
    by_readers++;
    ordo_reader_writer_lock_downgrade(&readers);
    seen = by_readers;
    ordo_reader_writer_lock_read_unlock(&readers);
    if (ordo_reader_writer_lock_try_read_lock(&readers)) {
        seen += by_readers;
        ordo_reader_writer_lock_read_unlock(&readers);
    }
    return seen;
}

int guards(void);
int guards(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ORDO_SPIN_LOCK_GUARD(&spin_lock);
    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    ORDO_PROCESS_SHARED_MUTEX_GUARD(&shared);
    by_spin_lock++;
    by_pi_mutex++;
    by_shared++;
    return by_mutex++;
}

int scopes(void);
int scopes(void)
{
    ORDO_SPIN_LOCK_SCOPE (value, &spinner)
        ++*value;
    ORDO_MUTEX_SCOPE (value, &owner) {
        ++*value;
        if (*value > 3)
            return *value;
    }
    return 0;
}
