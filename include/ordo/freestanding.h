/* freestanding.h: what of ordo a program without a C library has, such as a kernel or firmware: the
 * headers included below, and the library libordo-freestanding.a instead of libordo. It is compiled
 * with -ffreestanding, needs no header of a C library, and links with nothing else.
 *
 * The library makes no system call, needs no start-up code, no constructors, no relocation at run
 * time, no thread-local storage and no stack beyond its calls', and touches no register of floating
 * point or vectors. x86-64 code keeps nothing in the stack below rsp (fence_seq_cst makes a locked
 * `or` with 0 there, which changes nothing), so interrupts may use it. ARM64 code leaves x18 alone;
 * its atomics need ordinary memory (Normal, cacheable), so the MMU comes first.
 *
 * CPU features: nobody is asked. Each byte of cpu.h is 0, the form that every CPU has, until the
 * program calls ordo_cpu_force, such as (ordo_cpu_lse, true) for the fat ARM64 library if
 * ID_AA64ISAR0_EL1.Atomic is 2 or more. ordo_cpu_detect sets all to 0. On x86-64 16 bytes are
 * always accessed by cmpxchg16b, so a load needs memory that it can write to.
 *
 * Locks: waiters do not sleep. A lock that a thread or CPU holds must not be taken by an interrupt
 * handler on the same CPU: mask interrupts first, or try_lock. The sequence lock's writers have a
 * process_shared_mutex, here a lock that spins.
 *
 * What the program may define in its own way, by a function of the name; the library's are weak:
 *
 *     ordo_panic           traps
 *     ordo_thread_yield    a spin hint; a system with a scheduler lets others run
 *     ordo_clock_now       panics: a deadline (of an _until function) needs a clock; nothing else
 *                          asks for the time
 *
 * Errors are Linux's numbers: ETIMEDOUT is 110.
 */
#ifndef ORDO_FREESTANDING_H
#define ORDO_FREESTANDING_H

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/cpu.h"
#include "ordo/mcs_lock.h"
#include "ordo/misuse.h"
#include "ordo/process_shared_mutex.h"
#include "ordo/sequence_lock.h"
#include "ordo/spin_lock.h"
#include "ordo/thread.h" /* of this only ordo_thread_yield */
#include "ordo/ticket_lock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a wrong use ends: `what` is as in ordo_misuse, which calls this; an ordering that is wrong
 * and known only at run time does too. It is not to return; if it does, the program traps. */
void ordo_panic(const char *what);

#ifdef __cplusplus
}
#endif
#endif
