/* channel_watch.h: one side of a channel in a poll loop: a descriptor that becomes readable when a
 * receive, or a send, can be done.
 *
 *     struct ordo_channel_watch watch;
 *     error = ordo_channel_watch_open_receiver(&watch, receiver);
 *     do {
 *         if (!ordo_channel_watch_arm(&watch))         // nothing is there yet
 *             poll(... {.fd = watch.descriptor, .events = POLLIN} ...);
 *         while ((error = ordo_channel_try_receive(receiver, &message)) == 0)
 *             ...
 *     } while (error != EPIPE);
 *
 * Size: 72 bytes, the caller's, and an eventfd. No allocation.
 * States: armed, it stands in the line of its side like a thread that waits, and in its turn the
 *     descriptor becomes readable, once. Then it is not armed, and stays readable until it is armed
 *     again or closed.
 * Errors: open returns EMFILE, ENFILE or ENOMEM, of eventfd(2), or ENOTSUP for a rendezvous, where
 *     nothing can be done unless both wait.
 * Duties: who sees it readable tries until EAGAIN, or arms it again and does so when told to, or
 *     closes it: the wake-up may have been meant for one of several that wait.
 *     An armed watch stands in the line also while its own thread blocks in a receive or send of the
 *     same channel, and may get the wake-up that this one waits for: close it before.
 * Threads: one at a time uses a watch. It needs its sender or receiver as long as it is open.
 * Waiting: arm and close wait for the lock of those that wait, as all do that go to sleep. What
 *     makes it readable is one more system call of a send, receive, drop or close, which do not
 *     wait.
 * Signals, fork, sharing: as channel.h.
 * Destruction: by close. Nothing touches the watch or its descriptor after that.
 */
#ifndef ORDO_CHANNEL_WATCH_H
#define ORDO_CHANNEL_WATCH_H

#include "ordo/select.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ordo_channel_watch {
    int descriptor; /* for poll, select and epoll: readable */
    ordo_atomic_u32 word;
    ordo_channel_sender *sender; /* one of the two */
    ordo_channel_receiver *receiver;
    struct ordo_waiter waiter;
};

/* Return 0 or an error. It is not armed then. */
__attribute__((warn_unused_result)) int
ordo_channel_watch_open_sender(struct ordo_channel_watch *watch, ordo_channel_sender *sender);
__attribute__((warn_unused_result)) int
ordo_channel_watch_open_receiver(struct ordo_channel_watch *watch, ordo_channel_receiver *receiver);

/* Returns true if a try may succeed, or return EPIPE, now; else arms it. It is not readable then,
 * until that is so. */
__attribute__((warn_unused_result)) bool
ordo_channel_watch_arm(struct ordo_channel_watch *watch);

/* Closes the descriptor. */
void ordo_channel_watch_close(struct ordo_channel_watch *watch);

#ifdef __cplusplus
}
#endif
#endif
