/* membarrier.c: see membarrier.h; Linux's membarrier(2), private and expedited: it makes every CPU
 * that runs a thread of this process pass a full barrier, before it returns. On the light side then
 * only the compiler has to be kept from moving accesses.
 *
 * The process has to be registered, which is quick while it has one thread, so a constructor does
 * it. Where the kernel does not have the call (before 4.14, or under a filter), both sides are
 * seq_cst fences.
 */
#include "ordo/membarrier.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ordo/atomic.h"
#include "ordo/misuse.h"

/* Set before the first thread starts. Relaxed: a thread that still saw false would fence more than
 * it has to, on either side. */
static ordo_atomic_bool registered;

static int membarrier(int command)
{
    const int before = errno;
    const int error = syscall(SYS_membarrier, command, 0, 0) < 0 ? errno : 0;

    errno = before;
    return error;
}

/* Before constructors of default priority, which may start threads. */
__attribute__((constructor(101))) static void register_process(void)
{
    ordo_store(&registered, membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0,
               ordo_relaxed);
}

bool ordo_fence_force(bool use_membarrier)
{
    if (use_membarrier)
        register_process();
    else
        ordo_store(&registered, false, ordo_relaxed);
    return ordo_load(&registered, ordo_relaxed);
}

void ordo_fence_light(void)
{
    if (ordo_load(&registered, ordo_relaxed))
        ordo_compiler_fence(ordo_seq_cst);
    else
        ordo_thread_fence(ordo_seq_cst);
}

void ordo_fence_heavy(void)
{
    int error;

    if (!ordo_load(&registered, ordo_relaxed)) {
        ordo_thread_fence(ordo_seq_cst);
        return;
    }
    do {
        error = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    } while (error == ENOMEM); /* older kernels allocate */
    if (error != 0) /* the light sides relied on it */
        ordo_misuse("membarrier.c: the system refuses the barrier that it allowed at start-up");
}
