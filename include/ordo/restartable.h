/* restartable.h: a check and a plain store that no heavy fence divides. With it a lock is released
 * without a locked instruction; whoever contends for it pays for both, by a heavy fence.
 *
 * The step is not atomic to anything else: a store that another thread does between the check and
 * the store is lost. But a heavy fence of another thread (membarrier.h) that comes upon a thread
 * between the two makes it start again from the check. So for each step and each heavy fence of
 * another thread, either the fence is first, and the check sees all that precedes the fence; or the
 * step is first, and all that follows the fence sees its store. The same holds of what the thread
 * did before and does after the step: it is a light fence too, whether it stores or not.
 *
 * On Linux: a restartable sequence (rseq), with membarrier's expedited rseq command as the fence.
 */
#ifndef ORDO_RESTARTABLE_H
#define ORDO_RESTARTABLE_H

#include <stdbool.h>

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Loads *word, relaxed; if it is `expected`, stores `desired`, release, and returns true. */
bool ordo_restartable_store(ordo_atomic_u32 *word, uint32_t expected, uint32_t desired);

#ifdef __cplusplus
}
#endif
#endif
