/* fork.c: locks that other threads use all the time, or wait for, across a fork: the child can use
 * those that went through prepare, parent and child. What it has without is in fork_copies.c. */
#include <criterion/criterion.h>
#include <pthread.h>
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
static ordo_reader_writer_lock readers_first = ORDO_READER_WRITER_LOCK_READERS_FIRST_INIT;
static ordo_reader_writer_lock phase_fair = ORDO_READER_WRITER_LOCK_PHASE_FAIR_INIT;
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
    ordo_reader_writer_lock_read_lock(&readers_first);
    ordo_reader_writer_lock_read_unlock(&readers_first);
    ordo_reader_writer_lock_write_lock(&phase_fair);
    ordo_reader_writer_lock_downgrade(&phase_fair);
    ordo_reader_writer_lock_read_unlock(&phase_fair);
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
    ordo_reader_writer_lock_fork_##step(&readers);                                                 \
    ordo_reader_writer_lock_fork_##step(&readers_first);                                           \
    ordo_reader_writer_lock_fork_##step(&phase_fair)

/* The one that is held while the others are taken has to be taken first. */
static void prepare(void)
{
    ordo_error_checking_mutex_fork_prepare(&checking);
    ALL(prepare);
}

static void in_parent(void)
{
    ALL(parent);
    ordo_error_checking_mutex_fork_parent(&checking);
}

static void in_child(void)
{
    ALL(child);
    ordo_error_checking_mutex_fork_child(&checking);
}

/* In the child of a fork, after what is to be done there. */
static void use_all_and_exit(void)
{
    alarm(50); /* a failure must not leave it behind */
    use_all();
    _exit(under_mutex >= under_readers ? 0 : 1);
}

static bool ends_well(pid_t child)
{
    int status = -1;

    return waitpid(child, &status, 0) == child && status == 0;
}

Test(fork, the_child_can_use_what_was_prepared)
{
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, hammer, NULL) == 0);
    for (int i = 0; i < 50; i++) {
        prepare();
        const pid_t child = fork();
        if (child == 0) {
            in_child();
            use_all_and_exit();
        }
        in_parent();
        cr_assert(ends_well(child), "fork %d", i);
        usleep(100);
    }
    ordo_store(&stop, true, ordo_relaxed);
    ordo_thread_join(thread);
}

/* The use that they are made for: whoever forks needs to know nothing of the locks. */
static void *fork_often(void *unused)
{
    for (int i = 0; i < 10; i++) {
        const pid_t child = fork();
        if (child == 0)
            use_all_and_exit();
        if (!ends_well(child))
            return &stop;
        usleep(100);
    }
    return unused;
}

Test(fork, handlers_of_pthread_atfork)
{
    ordo_thread *user, *forkers[2];

    cr_assert(pthread_atfork(prepare, in_parent, in_child) == 0);
    cr_assert(ordo_thread_spawn(&user, hammer, NULL) == 0);
    for (int i = 0; i < 2; i++)
        cr_assert(ordo_thread_spawn(&forkers[i], fork_often, NULL) == 0);
    for (int i = 0; i < 2; i++)
        cr_expect(ordo_thread_join(forkers[i]) == NULL);
    ordo_store(&stop, true, ordo_relaxed);
    ordo_thread_join(user);
}

/* ---- Waiters --------------------------------------------------------------------------------- */

/* Each lock is waited for at the fork, to read too. The child has no such waiters: what it unlocks
 * looks as if there had never been any. */
static void *lock_in_turn(void *number)
{
    switch ((uintptr_t)number) {
    case 0: ordo_mutex_lock(&mutex); ordo_mutex_unlock(&mutex); break;
    case 1: ordo_recursive_mutex_lock(&recursive); ordo_recursive_mutex_unlock(&recursive); break;
    case 2: { ORDO_ERROR_CHECKING_MUTEX_GUARD(&checking); } break;
    case 3: { ORDO_READER_WRITER_LOCK_READ_GUARD(&readers); } break;
    case 4: { ORDO_READER_WRITER_LOCK_WRITE_GUARD(&readers); } break;
    case 5: { ORDO_READER_WRITER_LOCK_READ_GUARD(&readers_first); } break;
    case 6: { ORDO_READER_WRITER_LOCK_WRITE_GUARD(&readers_first); } break;
    case 7: { ORDO_READER_WRITER_LOCK_READ_GUARD(&phase_fair); } break;
    case 8: { ORDO_READER_WRITER_LOCK_WRITE_GUARD(&phase_fair); } break;
    default: ordo_spin_lock_lock(&spin_lock); ordo_spin_lock_unlock(&spin_lock); break;
    }
    return NULL;
}

static bool is_as_new(const ordo_reader_writer_lock *lock, uint64_t policy)
{
    return ordo_load(&lock->state, ordo_relaxed) == policy;
}

static bool all_are_as_new(void)
{
    return ordo_load(&mutex.state, ordo_relaxed) == 0
           && ordo_load(&recursive.mutex.state, ordo_relaxed) == 0
           && ordo_load(&checking.mutex.state, ordo_relaxed) == 0 && is_as_new(&readers, 0)
           && is_as_new(&readers_first, 4) && is_as_new(&phase_fair, 8);
}

Test(fork, with_waiters)
{
    enum { count = 10 };
    ordo_thread *waiters[count];

    prepare();
    for (uintptr_t i = 0; i < count; i++)
        cr_assert(ordo_thread_spawn(&waiters[i], lock_in_turn, (void *)i) == 0);
    usleep(20000); /* by now they sleep */
    const pid_t child = fork();
    if (child == 0) {
        in_child();
        if (!all_are_as_new())
            _exit(2);
        use_all_and_exit();
    }
    cr_expect(ends_well(child));
    in_parent();
    for (int i = 0; i < count; i++)
        ordo_thread_join(waiters[i]);
    use_all();
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
