/* one_shot.c: see one_shot.h. The word of a channel gathers bits:
 *
 *     has_sender    there is, or was, a sender
 *     has_receiver  there is, or was, a receiver
 *     sent          the sender has ended: the message is there
 *     dropped       the sender has ended without a message
 *     finished      the receiver has ended
 *     sleeps        the receiver may sleep
 *     on_heap       who ends last gives the channel back
 *
 * Each side ends by one read-modify-write, which sets `sent` or `dropped` on the one side and
 * `finished` on the other, and learns from it whether the other side had ended before. Of two
 * read-modify-writes one is the second, and its side owns what is left, the message and the channel:
 *   - the receiver, if it finds `sent`, takes or destroys the message;
 *   - the sender, if it finds `finished`, still has the message, as the bytes in the channel are a
 *     copy that nobody looks at;
 *   - either gives back the heap.
 * The side that was first touches nothing of the channel afterwards, but for a wake of its address.
 * Each of the two is a release for whoever comes second, and an acquire for being second.
 *
 * No wake-up is lost: the receiver sleeps only on a word with `sleeps` and without `sent` and
 * `dropped`. The sender finds `sleeps` in the word that it changes, and wakes; or comes first, and
 * the futex itself compares the word. After a time-out `sleeps` stays, at worst for a wake too many.
 * A receiver that gives up has looked once more after its wait: the message is either taken or
 * still there for the next receive.
 */
#include "ordo/one_shot.h"

#include <string.h>

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

enum {
    has_sender = 1,
    has_receiver = 2,
    sent = 4,
    dropped = 8,
    finished = 16,
    sleeps = 32,
    on_heap = 64
};

struct channel_on_heap {
    ordo_one_shot channel;
    const struct ordo_allocator *allocator;
};

static bool has_ended(uint32_t state)
{
    return state & (sent | dropped);
}

/* ---- Beginning and end ----------------------------------------------------------------------- */

ordo_one_shot *ordo_one_shot_allocate(size_t size, size_t alignment,
                                      void (*destroy)(void *message),
                                      const struct ordo_allocator *allocator, void **place)
{
    const size_t offset = (sizeof(struct channel_on_heap) + alignment - 1) & -alignment;
    const size_t own_alignment = _Alignof(struct channel_on_heap);

    if (size > SIZE_MAX - offset)
        return NULL;
    struct channel_on_heap *const made = ordo_allocate(
        allocator, offset + size, alignment > own_alignment ? alignment : own_alignment);
    if (made == NULL)
        return NULL;
    made->allocator = allocator;
    made->channel.destroy = destroy;
    *ordo_get_mut(&made->channel.state) = has_sender | has_receiver | on_heap;
    *place = (char *)made + offset;
    return &made->channel;
}

static void give_back(ordo_one_shot *channel, uint32_t state, const void *place, size_t size)
{
    if (state & on_heap)
        ordo_deallocate(((struct channel_on_heap *)channel)->allocator, channel,
                        (size_t)((const char *)place - (const char *)channel) + size);
}

void ordo_one_shot_start(ordo_one_shot *channel)
{
    /* Plain: the caller is the only one. */
    const uint32_t state = ordo_into_inner(&channel->state);

    if (state != 0 && !(has_ended(state) && state & finished))
        ordo_misuse("one_shot.c: split of a channel that is in use");
    *ordo_get_mut(&channel->state) = has_sender | has_receiver;
}

void ordo_one_shot_claim_sender(ordo_one_shot *channel)
{
    if (ordo_fetch_or(&channel->state, has_sender, ordo_relaxed) & has_sender)
        ordo_misuse("one_shot.c: a second sender of a channel");
}

void ordo_one_shot_claim_receiver(ordo_one_shot *channel)
{
    if (ordo_fetch_or(&channel->state, has_receiver, ordo_relaxed) & has_receiver)
        ordo_misuse("one_shot.c: a second receiver of a channel");
}

/* ---- The sender ------------------------------------------------------------------------------ */

/* Empties the handle. */
static ordo_one_shot *sender_of(ordo_one_shot **handle)
{
    ordo_one_shot *const channel = *handle;

    if (channel == NULL)
        ordo_misuse("one_shot.c: use of an empty sender");
    *handle = NULL;
    return channel;
}

/* Sets `how`, sent or dropped. Returns whether the receiver is still there; then the channel may be
 * gone. */
static bool end_sender(ordo_one_shot *channel, uint32_t how, const void *place, size_t size)
{
    /* Release: pairs with the acquire of who ends the receiver later. Acquire: with the release of
     * the receiver's drop, if that came first, so that the heap may be given back. */
    const uint32_t before = ordo_fetch_or(&channel->state, how, ordo_acq_rel);

    if (has_ended(before))
        ordo_misuse("one_shot.c: use of a copied sender");
    if (before & finished) {
        give_back(channel, before, place, size);
        return false;
    }
    if (before & sleeps)
        ordo_futex_wake(&channel->state, 1); /* the address alone */
    return true;
}

int ordo_one_shot_send_bytes(ordo_one_shot **sender, void *place, const void *message, size_t size)
{
    ordo_one_shot *const channel = sender_of(sender);

    memcpy(place, message, size);
    return end_sender(channel, sent, place, size) ? 0 : EPIPE;
}

void ordo_one_shot_end_sender(ordo_one_shot **sender, void *place, size_t size)
{
    if (*sender != NULL)
        end_sender(sender_of(sender), dropped, place, size);
}

bool ordo_one_shot_has_no_receiver(const ordo_one_shot *channel)
{
    if (channel == NULL)
        ordo_misuse("one_shot.c: use of an empty sender");
    return ordo_load(&channel->state, ordo_relaxed) & finished;
}

/* ---- The receiver ---------------------------------------------------------------------------- */

bool ordo_one_shot_has_outcome(const ordo_one_shot *channel)
{
    if (channel == NULL)
        ordo_misuse("one_shot.c: use of an empty receiver");
    return has_ended(ordo_load(&channel->state, ordo_relaxed));
}

/* Empties the handle and sets `finished`; returns the word as it was. */
static uint32_t end_receiver(ordo_one_shot **receiver)
{
    ordo_one_shot *const channel = *receiver;

    *receiver = NULL;
    /* Acquire: pairs with the release of the sender's end, if that came first. Release: with the
     * acquire of the sender's end, if that comes later. */
    const uint32_t before = ordo_fetch_or(&channel->state, finished, ordo_acq_rel);
    if (before & finished)
        ordo_misuse("one_shot.c: use of a copied receiver");
    return before;
}

/* The sender has ended. */
static int take(ordo_one_shot **receiver, const void *place, void *message, size_t size)
{
    ordo_one_shot *const channel = *receiver;
    const uint32_t before = end_receiver(receiver);

    if (before & sent)
        memcpy(message, place, size);
    give_back(channel, before, place, size);
    return before & sent ? 0 : EPIPE;
}

int ordo_one_shot_try_receive_bytes(ordo_one_shot **receiver, void *place, void *message,
                                    size_t size)
{
    return ordo_one_shot_has_outcome(*receiver) ? take(receiver, place, message, size) : EAGAIN;
}

/* Waits until the sender has ended; 0 or ETIMEDOUT. */
__attribute__((cold, noinline)) static int wait_for_end(ordo_one_shot *channel, uint64_t deadline)
{
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && !has_ended(ordo_load(&channel->state, ordo_relaxed)); turn++)
        ordo_spin_hint();

    /* Relaxed, all: the end of the receiver is what orders. */
    uint32_t state = ordo_fetch_or(&channel->state, sleeps, ordo_relaxed) | sleeps;
    int error = 0;
    while (!has_ended(state)) {
        if (error == ETIMEDOUT)
            return ETIMEDOUT;
        error = ordo_futex_wait_until(&channel->state, state, deadline);
        state = ordo_load(&channel->state, ordo_relaxed);
    }
    return 0;
}

int ordo_one_shot_receive_bytes(ordo_one_shot **receiver, void *place, void *message, size_t size,
                                uint64_t deadline)
{
    if (!ordo_one_shot_has_outcome(*receiver) && wait_for_end(*receiver, deadline) != 0)
        return ETIMEDOUT;
    return take(receiver, place, message, size);
}

void ordo_one_shot_end_receiver(ordo_one_shot **receiver, void *place, size_t size)
{
    ordo_one_shot *const channel = *receiver;

    if (channel == NULL)
        return;
    const uint32_t before = end_receiver(receiver);
    if (before & sent && channel->destroy != NULL)
        channel->destroy(place);
    if (has_ended(before))
        give_back(channel, before, place, size);
}
