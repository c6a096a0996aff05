/* thread_safety.h: what Clang's -Wthread-safety needs to know: which functions take and give back a
 * lock, and which data need it. Other compilers see nothing.
 *
 *     static ordo_mutex mutex = ORDO_MUTEX_INIT;
 *     static int balance ORDO_GUARDED_BY(mutex);
 *
 * Then access without the lock, a second lock, a second unlock and a forgotten unlock are warnings.
 * Clang 14 follows file-scope data in C; a field guarded by its neighbour in the same struct needs
 * Clang 19 and -fexperimental-late-parse-attributes. It does not follow __attribute__((cleanup)): a
 * guard's start tells it that the lock is held from there on, and it does not miss an unlock.
 */
#ifndef ORDO_THREAD_SAFETY_H
#define ORDO_THREAD_SAFETY_H

#ifdef __clang__
#define ORDO_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define ORDO_THREAD_SAFETY(attribute)
#endif

/* On a struct: it is a lock; on data: the lock they need, or that what they point to needs. */
#define ORDO_CAPABILITY(kind)       ORDO_THREAD_SAFETY(capability(kind))
#define ORDO_GUARDED_BY(lock)       ORDO_THREAD_SAFETY(guarded_by(lock))
#define ORDO_POINTS_GUARDED_BY(lock) ORDO_THREAD_SAFETY(pt_guarded_by(lock))

/* On a function: what it does with the lock that its argument names. */
#define ORDO_ACQUIRES(lock)         ORDO_THREAD_SAFETY(acquire_capability(lock))
#define ORDO_ACQUIRES_SHARED(lock)  ORDO_THREAD_SAFETY(acquire_shared_capability(lock))
#define ORDO_RELEASES(lock)         ORDO_THREAD_SAFETY(release_capability(lock))
#define ORDO_RELEASES_SHARED(lock)  ORDO_THREAD_SAFETY(release_shared_capability(lock))
/* Takes it if it returns `result`. */
#define ORDO_TRIES(result, lock)    ORDO_THREAD_SAFETY(try_acquire_capability(result, lock))
#define ORDO_TRIES_SHARED(result, lock)                                                            \
    ORDO_THREAD_SAFETY(try_acquire_shared_capability(result, lock))
/* The caller has it, or must not have it. */
#define ORDO_REQUIRES(lock)         ORDO_THREAD_SAFETY(requires_capability(lock))
#define ORDO_REQUIRES_SHARED(lock)  ORDO_THREAD_SAFETY(requires_shared_capability(lock))
#define ORDO_EXCLUDES(lock)         ORDO_THREAD_SAFETY(locks_excluded(lock))
/* From here on it is locked, as far as the analysis can know. */
#define ORDO_ASSERTS(lock)          ORDO_THREAD_SAFETY(assert_capability(lock))
#define ORDO_ASSERTS_SHARED(lock)   ORDO_THREAD_SAFETY(assert_shared_capability(lock))
/* The analysis does not look into the function. */
#define ORDO_NOT_ANALYSED           ORDO_THREAD_SAFETY(no_thread_safety_analysis)

#endif
