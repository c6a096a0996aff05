/* ordo.h: everything ordo offers to C and C++ programs, in one include.
 *
 * atomic.h     typed atomics, fences, copies of shared memory (with order.h, typed.h and symbols.h)
 * cpu.h        the CPU features that the routines choose by
 *
 * Locks        spin_lock.h, byte_mutex.h, mutex.h, recursive_mutex.h, error_checking_mutex.h,
 *              poison_mutex.h, reader_writer_lock.h, pi_mutex.h, robust_mutex.h; with queues:
 *              ticket_lock.h, mcs_lock.h, slim_reader_writer_lock.h
 * Waiting      condition_variable.h, byte_condition_variable.h, pi_condition_variable.h,
 *              semaphore.h, binary_semaphore.h, barrier.h, latch.h, event.h; wait.h: on any atomic
 * Once         once.h, once_lock.h, lazy.h, lazy_pointer.h
 * Between processes, beside robust_mutex.h: process_shared_*.h
 *
 * Sharing      arc.h, one_shot.h, channel.h, select.h, channel_watch.h, sequence_lock.h
 * Lock-free    lock_free_list.h, lock_free_stack.h, lock_free_queue.h, of element_type.h
 * Reclamation  reclamation.h, hazard_pointer.h, quiescent.h; rcu.h on them; counted_pointer.h
 * Memory       allocator.h
 *
 * jump.h       a longjmp that gives back poison mutexes, and lets a once run again
 * thread.h, futex.h, futex_pi.h, clock.h, membarrier.h   what they stand on, for locks of one's own
 * parking_lot.h   for locks of one's own that are a few bits
 *
 * Not in here, as they belong to other libraries: outline.h (libordo-outline), freestanding.h
 * (libordo-freestanding).
 */
#ifndef ORDO_ORDO_H
#define ORDO_ORDO_H

#include "ordo/allocator.h"
#include "ordo/arc.h"
#include "ordo/atomic.h"
#include "ordo/barrier.h"
#include "ordo/binary_semaphore.h"
#include "ordo/byte_condition_variable.h"
#include "ordo/byte_mutex.h"
#include "ordo/channel.h"
#include "ordo/channel_watch.h"
#include "ordo/clock.h"
#include "ordo/condition_variable.h"
#include "ordo/counted_pointer.h"
#include "ordo/cpu.h"
#include "ordo/element_type.h"
#include "ordo/error_checking_mutex.h"
#include "ordo/event.h"
#include "ordo/futex.h"
#include "ordo/futex_pi.h"
#include "ordo/hazard_pointer.h"
#include "ordo/jump.h"
#include "ordo/latch.h"
#include "ordo/lazy.h"
#include "ordo/lazy_pointer.h"
#include "ordo/lock_free_list.h"
#include "ordo/lock_free_queue.h"
#include "ordo/lock_free_stack.h"
#include "ordo/mcs_lock.h"
#include "ordo/membarrier.h"
#include "ordo/mutex.h"
#include "ordo/once.h"
#include "ordo/once_lock.h"
#include "ordo/one_shot.h"
#include "ordo/parking_lot.h"
#include "ordo/pi_condition_variable.h"
#include "ordo/pi_mutex.h"
#include "ordo/poison_mutex.h"
#include "ordo/process_shared_condition_variable.h"
#include "ordo/process_shared_mutex.h"
#include "ordo/process_shared_reader_writer_lock.h"
#include "ordo/process_shared_semaphore.h"
#include "ordo/quiescent.h"
#include "ordo/rcu.h"
#include "ordo/reader_writer_lock.h"
#include "ordo/reclamation.h"
#include "ordo/recursive_mutex.h"
#include "ordo/robust_mutex.h"
#include "ordo/select.h"
#include "ordo/semaphore.h"
#include "ordo/sequence_lock.h"
#include "ordo/slim_reader_writer_lock.h"
#include "ordo/spin_lock.h"
#include "ordo/thread.h"
#include "ordo/ticket_lock.h"
#include "ordo/wait.h"

#endif
