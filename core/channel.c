/* channel.c: handles, waiting and the choice of the kind; see channel.h, and channel_parts.h for
 * how it works.
 *
 * A handle is the address of the channel under another type. Each side counts its handles; the drop
 * that takes the last closes the channel, and then takes the side from the count of sides. Release
 * and acquire there order all that was done with a handle before the close, and all of both sides
 * before the memory is given back. Nothing is touched after the decrement that is not the last.
 */
#include "ordo/channel.h"

#include <errno.h>
#include <stdalign.h>

#include "channel_parts.h"
#include "ordo/misuse.h"

/* As channel.h says. */
_Static_assert(sizeof(struct channel) == 5 * cache_line, "the size of a channel");

static struct channel *of_sender(ordo_channel_sender *sender)
{
    return (struct channel *)(void *)sender;
}

static struct channel *of_receiver(ordo_channel_receiver *receiver)
{
    return (struct channel *)(void *)receiver;
}

/* ---- The beginning --------------------------------------------------------------------------- */

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Rounded up to a multiple of a power of two. False if that is too much. */
static bool round_up(size_t size, size_t power, size_t *rounded)
{
    if (__builtin_add_overflow(size, power - 1, rounded))
        return false;
    *rounded &= -power;
    return true;
}

/* Where everything is. False if there is no such memory. */
static bool lay_out(struct channel *channel, const struct ordo_channel_options *options)
{
    const size_t of_slot = greater(options->alignment, alignof(struct slot));
    size_t slots;

    channel->size = options->size;
    channel->capacity = options->capacity;
    channel->destroy = options->destroy;
    channel->allocator = options->allocator;
    channel->alignment = greater(of_slot, cache_line);
    channel->offset = of_slot;
    if (__builtin_add_overflow(channel->offset, channel->size, &channel->stride)
        || !round_up(channel->stride, of_slot, &channel->stride)
        || !round_up(sizeof *channel, of_slot, &channel->first_slot))
        return false;
    channel->bytes = sizeof *channel;
    channel->kind = channel->capacity == 0                ? kind_rendezvous
                    : channel->capacity == ORDO_UNBOUNDED ? kind_blocks
                                                          : kind_ring;
    if (channel->kind != kind_ring)
        return true;
    for (channel->mask = 0; channel->mask < channel->capacity - 1;)
        channel->mask = channel->mask << 1 | 1;
    return !__builtin_mul_overflow(channel->capacity, channel->stride, &slots)
           && !__builtin_add_overflow(channel->first_slot, slots, &channel->bytes);
}

int ordo_channel_new(const struct ordo_channel_options *options, ordo_channel_sender **sender,
                     ordo_channel_receiver **receiver)
{
    struct channel laid_out = {0};

    if ((options->alignment & (options->alignment - 1)) != 0)
        ordo_misuse("channel.c: an alignment that is not a power of two");
    if (!lay_out(&laid_out, options))
        return ENOMEM;

    struct channel *const channel =
        ordo_allocate(laid_out.allocator, laid_out.bytes, laid_out.alignment);

    if (channel == NULL)
        return ENOMEM;
    *channel = laid_out;
    if (channel->kind == kind_ring)
        ordo_ring_start(channel);
    if (channel->kind == kind_blocks && ordo_blocks_start(channel) != 0) {
        ordo_deallocate(channel->allocator, channel, channel->bytes);
        return ENOMEM;
    }
    ordo_store(&channel->handles[sending], 1, ordo_relaxed);
    ordo_store(&channel->handles[receiving], 1, ordo_relaxed);
    ordo_store(&channel->sides, 2, ordo_relaxed);
    *sender = (ordo_channel_sender *)(void *)channel;
    *receiver = (ordo_channel_receiver *)(void *)channel;
    return 0;
}

/* ---- The kinds ------------------------------------------------------------------------------- */

static int move(struct channel *channel, enum side side, char *messages, size_t count,
                size_t *moved, bool waits)
{
    switch (channel->kind) {
    case kind_ring:
        return side == sending ? ordo_ring_try_send(channel, messages, count, moved)
                               : ordo_ring_try_receive(channel, messages, count, moved);
    case kind_blocks:
        return side == sending ? ordo_blocks_try_send(channel, messages, count, moved)
                               : ordo_blocks_try_receive(channel, messages, count, moved);
    default:
        return ordo_rendezvous_try(channel, side, messages, count, moved, waits);
    }
}

/* False if a try would return EAGAIN, but for a rendezvous that is not closed. */
static bool is_ready(const struct channel *channel, enum side side)
{
    switch (channel->kind) {
    case kind_ring:
        return side == sending ? ordo_ring_can_send(channel) : ordo_ring_can_receive(channel);
    case kind_blocks:
        return side == sending || ordo_blocks_can_receive(channel);
    default:
        return ordo_rendezvous_is_closed(channel);
    }
}

void ordo_channel_pass_on(struct channel *channel, enum side side)
{
    if (!ordo_waiters_any(&channel->waiters, side))
        return;
    /* A message that was sent before that one began to wait, and woke nobody, must be seen. */
    ordo_thread_fence(ordo_seq_cst);
    if (is_ready(channel, side))
        ordo_waiters_wake(&channel->waiters, side, 1);
}

int ordo_channel_try(struct channel *channel, enum side side, char *messages, size_t count,
                     size_t *moved, bool waits)
{
    const int error = move(channel, side, messages, count, moved, waits);

    if (*moved != 0 && channel->kind != kind_rendezvous)
        ordo_waiters_notify(&channel->waiters, side == sending ? receiving : sending, *moved);
    /* Another of this side can go on too: see channel_ring.c. */
    if (error != EAGAIN)
        ordo_channel_pass_on(channel, side);
    return error;
}

bool ordo_channel_join(struct channel *channel, enum side side, struct ordo_waiter *waiter)
{
    if (channel->kind == kind_rendezvous)
        return ordo_rendezvous_join(channel, side, waiter);
    ordo_waiters_lock(&channel->waiters);
    ordo_waiters_add(&channel->waiters, side, waiter);
    ordo_waiters_unlock(&channel->waiters);
    return !is_ready(channel, side);
}

static void close_side(struct channel *channel, enum side side)
{
    if (channel->kind == kind_blocks)
        ordo_blocks_close(channel);
    else
        ordo_ring_close(channel); /* and a rendezvous, which has no more than the bit */
    if (side == receiving && channel->kind == kind_ring)
        ordo_ring_discard(channel);
    if (side == receiving && channel->kind == kind_blocks)
        ordo_blocks_discard(channel);
    ordo_waiters_wake_all(&channel->waiters, sending);
    ordo_waiters_wake_all(&channel->waiters, receiving);
}

static size_t length(const struct channel *channel)
{
    switch (channel->kind) {
    case kind_ring: return ordo_ring_length(channel);
    case kind_blocks: return ordo_blocks_length(channel);
    default: return 0;
    }
}

/* ---- Handles --------------------------------------------------------------------------------- */

static void clone(struct channel *channel, enum side side)
{
    /* Relaxed: the caller has a handle, so the channel stays. */
    if (ordo_fetch_add(&channel->handles[side], 1, ordo_relaxed) >= INT32_MAX)
        ordo_misuse("channel.c: too many handles of a channel");
}

static void drop(struct channel *channel, enum side side)
{
    /* Release: what was done with the handle. Acquire: pairs with the other drops. */
    if (ordo_fetch_sub(&channel->handles[side], 1, ordo_acq_rel) != 1)
        return;
    close_side(channel, side);
    /* Release and acquire: pair with those of the other side. */
    if (ordo_fetch_sub(&channel->sides, 1, ordo_acq_rel) != 1)
        return;
    if (channel->kind == kind_blocks)
        ordo_blocks_end(channel);
    ordo_deallocate(channel->allocator, channel, channel->bytes);
}

ordo_channel_sender *ordo_channel_sender_clone(ordo_channel_sender *sender)
{
    clone(of_sender(sender), sending);
    return sender;
}

ordo_channel_receiver *ordo_channel_receiver_clone(ordo_channel_receiver *receiver)
{
    clone(of_receiver(receiver), receiving);
    return receiver;
}

void ordo_channel_sender_drop(ordo_channel_sender **sender)
{
    struct channel *const channel = of_sender(*sender);

    *sender = NULL;
    if (channel != NULL)
        drop(channel, sending);
}

void ordo_channel_receiver_drop(ordo_channel_receiver **receiver)
{
    struct channel *const channel = of_receiver(*receiver);

    *receiver = NULL;
    if (channel != NULL)
        drop(channel, receiving);
}

void ordo_channel_sender_close(ordo_channel_sender *sender)
{
    close_side(of_sender(sender), sending);
}

void ordo_channel_receiver_close(ordo_channel_receiver *receiver)
{
    close_side(of_receiver(receiver), receiving);
}

size_t ordo_channel_sender_length(ordo_channel_sender *sender)
{
    return length(of_sender(sender));
}

size_t ordo_channel_receiver_length(ordo_channel_receiver *receiver)
{
    return length(of_receiver(receiver));
}

size_t ordo_channel_sender_capacity(ordo_channel_sender *sender)
{
    return of_sender(sender)->capacity;
}

size_t ordo_channel_receiver_capacity(ordo_channel_receiver *receiver)
{
    return of_receiver(receiver)->capacity;
}

/* ---- One message ----------------------------------------------------------------------------- */

static int move_one(struct channel *channel, enum side side, void *message, uint64_t deadline)
{
    size_t moved;
    const int error = ordo_channel_try(channel, side, message, 1, &moved, true);

    return error == EAGAIN ? ordo_channel_wait(channel, side, message, deadline) : error;
}

static int try_one(struct channel *channel, enum side side, void *message)
{
    size_t moved;

    return ordo_channel_try(channel, side, message, 1, &moved, false);
}

/* A send reads its message only. */
static void *to_be_sent(const void *message)
{
    return (void *)(uintptr_t)message;
}

int ordo_channel_send(ordo_channel_sender *sender, const void *message)
{
    return move_one(of_sender(sender), sending, to_be_sent(message), ORDO_NEVER);
}

int ordo_channel_try_send(ordo_channel_sender *sender, const void *message)
{
    return try_one(of_sender(sender), sending, to_be_sent(message));
}

int ordo_channel_send_until(ordo_channel_sender *sender, const void *message, uint64_t deadline)
{
    return move_one(of_sender(sender), sending, to_be_sent(message), deadline);
}

int ordo_channel_receive(ordo_channel_receiver *receiver, void *message)
{
    return move_one(of_receiver(receiver), receiving, message, ORDO_NEVER);
}

int ordo_channel_try_receive(ordo_channel_receiver *receiver, void *message)
{
    return try_one(of_receiver(receiver), receiving, message);
}

int ordo_channel_receive_until(ordo_channel_receiver *receiver, void *message, uint64_t deadline)
{
    return move_one(of_receiver(receiver), receiving, message, deadline);
}

/* ---- Several --------------------------------------------------------------------------------- */

int ordo_channel_try_send_many(ordo_channel_sender *sender, const void *messages, size_t count,
                               size_t *sent)
{
    struct channel *const channel = of_sender(sender);
    char *const from = to_be_sent(messages);
    int error = 0;
    size_t moved;

    for (*sent = 0; *sent < count && error == 0; *sent += moved)
        error = ordo_channel_try(channel, sending, from + *sent * channel->size, count - *sent,
                                 &moved, false);
    return error;
}

int ordo_channel_send_many_until(ordo_channel_sender *sender, const void *messages, size_t count,
                                 size_t *sent, uint64_t deadline)
{
    struct channel *const channel = of_sender(sender);
    char *const from = to_be_sent(messages);
    int error = 0;
    size_t moved;

    for (*sent = 0; *sent < count && error == 0; *sent += moved) {
        char *const rest = from + *sent * channel->size;

        error = ordo_channel_try(channel, sending, rest, count - *sent, &moved, true);
        if (error == EAGAIN) {
            error = ordo_channel_wait(channel, sending, rest, deadline);
            moved = error == 0;
        }
    }
    return error;
}

int ordo_channel_send_many(ordo_channel_sender *sender, const void *messages, size_t count,
                           size_t *sent)
{
    return ordo_channel_send_many_until(sender, messages, count, sent, ORDO_NEVER);
}

int ordo_channel_try_receive_many(ordo_channel_receiver *receiver, void *messages, size_t count,
                                  size_t *received)
{
    *received = 0;
    if (count == 0)
        return 0;
    return ordo_channel_try(of_receiver(receiver), receiving, messages, count, received, false);
}

int ordo_channel_receive_many_until(ordo_channel_receiver *receiver, void *messages, size_t count,
                                    size_t *received, uint64_t deadline)
{
    struct channel *const channel = of_receiver(receiver);
    int error = 0;

    *received = 0;
    if (count != 0)
        error = ordo_channel_try(channel, receiving, messages, count, received, true);
    if (error == EAGAIN) {
        error = ordo_channel_wait(channel, receiving, messages, deadline);
        if (error == 0 && count > 1)
            (void)ordo_channel_try(channel, receiving, (char *)messages + channel->size, count - 1,
                                   received, true);
        *received += error == 0;
    }
    return error;
}

int ordo_channel_receive_many(ordo_channel_receiver *receiver, void *messages, size_t count,
                              size_t *received)
{
    return ordo_channel_receive_many_until(receiver, messages, count, received, ORDO_NEVER);
}
