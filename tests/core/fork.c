/* fork.c: locks that another thread uses all the time, across a fork: the child can use those that
 * went through prepare, parent and child. */
#include <criterion/criterion.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ordo/ordo.h"

TestSuite(fork, .timeout = 60);

static ordo_mutex mutex;
static ordo_byte_mutex byte;
static ordo_spin_lock spin_lock;
static ordo_recursive_mutex recursive;
static ordo_error_checking_mutex checking;
static ordo_reader_writer_lock readers;
static ordo_atomic_bool stop;
static unsigned int under_mutex, under_spin_lock, under_recursive, under_checking, under_readers;
static unsigned int under_byte;

static void use_all(void)
{
    ordo_mutex_lock(&mutex);
    under_mutex++;
    ordo_mutex_unlock(&mutex);
    ordo_byte_mutex_lock(&byte);
    under_byte++;
    ordo_byte_mutex_unlock(&byte);
    ordo_spin_lock_lock(&spin_lock);
    under_spin_lock++;
    ordo_spin_lock_unlock(&spin_lock);
    ordo_recursive_mutex_lock(&recursive);
    under_recursive++;
    ordo_recursive_mutex_unlock(&recursive);
    ORDO_ERROR_CHECKING_MUTEX_GUARD(&checking);
    under_checking++;
    ordo_reader_writer_lock_write_lock(&readers);
    under_readers++;
    ordo_reader_writer_lock_write_unlock(&readers);
}

static void *hammer(void *unused)
{
    while (!ordo_load(&stop, ordo_relaxed))
        use_all();
    return unused;
}

#define ALL(step)                                                                                  \
    ordo_mutex_fork_##step(&mutex);                                                                \
    ordo_byte_mutex_fork_##step(&byte);                                                            \
    ordo_spin_lock_fork_##step(&spin_lock);                                                        \
    ordo_recursive_mutex_fork_##step(&recursive);                                                  \
    ordo_reader_writer_lock_fork_##step(&readers)

Test(fork, the_child_can_use_what_was_prepared)
{
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, hammer, NULL) == 0);
    for (int i = 0; i < 50; i++) {
        int status = -1;
        /* The one that is held while the others are taken has to be taken first. */
        ordo_error_checking_mutex_fork_prepare(&checking);
        ALL(prepare);
        const pid_t child = fork();
        if (child == 0) {
            ALL(child);
            ordo_error_checking_mutex_fork_child(&checking);
            alarm(50); /* a failure must not leave it behind */
            use_all();
            _exit(under_mutex >= under_readers ? 0 : 1);
        }
        ALL(parent);
        ordo_error_checking_mutex_fork_parent(&checking);
        cr_assert(waitpid(child, &status, 0) == child && status == 0, "fork %d", i);
        usleep(100);
    }
    ordo_store(&stop, true, ordo_relaxed);
    ordo_thread_join(thread);
}

Test(fork, identity)
{
    const uint64_t id = ordo_thread_id();
    const uint32_t system_id = ordo_thread_system_id();
    int status = -1;

    const pid_t child = fork();
    if (child == 0)
        _exit(ordo_thread_id() == id && ordo_thread_system_id() != system_id
                      && ordo_thread_system_id() == (uint32_t)getpid()
                  ? 0
                  : 1);
    cr_expect(waitpid(child, &status, 0) == child && status == 0);
    cr_expect(ordo_thread_system_id() == system_id);
}
