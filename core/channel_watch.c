/* channel_watch.c: see channel_watch.h. Linux's eventfd(2).
 *
 * A watch is a waiter without a thread. Its word is waiter_waiting while it is armed; who signals
 * it writes to the descriptor instead of waking a thread, and does so with the lock of the line: so
 * close and arm, which leave the line first, know that no write follows.
 *
 * Arming is what a thread does before it sleeps: join the line, then look whether it need not wait.
 * So no wake-up is lost. One that the watch has had and has not used it gives to the next: when it
 * is closed, and something is there.
 */
#include "ordo/channel_watch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "channel_parts.h"

static struct channel *channel_of(const struct ordo_channel_watch *watch)
{
    return (struct channel *)(watch->sender != NULL ? (void *)watch->sender
                                                    : (void *)watch->receiver);
}

static enum side side_of(const struct ordo_channel_watch *watch)
{
    return watch->sender != NULL ? sending : receiving;
}

/* With the lock of the line. Not write(2) by the C library, where the thread could be cancelled. */
static void make_readable(struct ordo_waiter *waiter)
{
    const struct ordo_channel_watch *const watch = waiter->message;
    const uint64_t one = 1;

    (void)!syscall(SYS_write, watch->descriptor, &one, sizeof one);
}

static int open_watch(struct ordo_channel_watch *watch, ordo_channel_sender *sender,
                      ordo_channel_receiver *receiver)
{
    *watch = (struct ordo_channel_watch){
        .word = ORDO_ATOMIC_INIT(waiter_gave_up), .descriptor = -1, .sender = sender,
        .receiver = receiver};
    watch->waiter = (struct ordo_waiter){.word = &watch->word,
                                         .message = watch,
                                         .signal = waiter_signal,
                                         .wake = make_readable};
    if (channel_of(watch)->kind == kind_rendezvous)
        return ENOTSUP;
    watch->descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return watch->descriptor < 0 ? errno : 0;
}

int ordo_channel_watch_open_sender(struct ordo_channel_watch *watch, ordo_channel_sender *sender)
{
    return open_watch(watch, sender, NULL);
}

int ordo_channel_watch_open_receiver(struct ordo_channel_watch *watch,
                                     ordo_channel_receiver *receiver)
{
    return open_watch(watch, NULL, receiver);
}

/* It is out of the line when this returns. Returns whether it was signalled since it was armed. */
static bool disarm(struct ordo_channel_watch *watch)
{
    const bool was_signalled = !ordo_waiter_give_up(&watch->word)
                               && ordo_load(&watch->word, ordo_relaxed) == waiter_signal;

    ordo_waiters_leave(&channel_of(watch)->waiters, side_of(watch), &watch->waiter);
    return was_signalled;
}

bool ordo_channel_watch_arm(struct ordo_channel_watch *watch)
{
    uint64_t written;

    disarm(watch);
    (void)!syscall(SYS_read, watch->descriptor, &written, sizeof written);
    ordo_store(&watch->word, waiter_waiting, ordo_relaxed);
    if (ordo_channel_join(channel_of(watch), side_of(watch), &watch->waiter))
        return false;
    disarm(watch);
    return true;
}

void ordo_channel_watch_close(struct ordo_channel_watch *watch)
{
    if (disarm(watch))
        ordo_channel_pass_on(channel_of(watch), side_of(watch));
    close(watch->descriptor);
    watch->descriptor = -1;
}
