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

#include <errno.h>
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

int ordo_one_shot_make(struct ordo_one_shot_sender *sender,
                       struct ordo_one_shot_receiver *receiver, size_t size, size_t alignment,
                       void (*destroy)(void *message), const struct ordo_allocator *allocator)
{
    const size_t offset = (sizeof(struct channel_on_heap) + alignment - 1) & -alignment;
    const size_t own_alignment = _Alignof(struct channel_on_heap);

    if (size > SIZE_MAX - offset)
        return ENOMEM;
    struct channel_on_heap *const made = ordo_allocate(
        allocator, offset + size, alignment > own_alignment ? alignment : own_alignment);
    if (made == NULL)
        return ENOMEM;
    made->allocator = allocator;
    *ordo_get_mut(&made->channel.state) = has_sender | has_receiver | on_heap;
    *sender = ordo_one_shot_sender_of(&made->channel, (char *)made + offset);
    *receiver = ordo_one_shot_receiver_of(&made->channel, sender->place, destroy);
    return 0;
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

/* Relaxed, both: only who comes second matters. */
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

static ordo_one_shot *channel_of_sender(const struct ordo_one_shot_sender *sender)
{
    if (sender->channel == NULL)
        ordo_misuse("one_shot.c: use of an empty sender");
    return sender->channel;
}

/* Empties it and sets `how`, sent or dropped. Returns whether there was a receiver; then the channel
 * may be gone. */
static bool end_sender(struct ordo_one_shot_sender *sender, uint32_t how, size_t size)
{
    ordo_one_shot *const channel = sender->channel;

    sender->channel = NULL;
    /* Release: pairs with the acquire of a receiver that ends later. Acquire: with the release of
     * one that ended before, so that the heap may be given back. */
    const uint32_t before = ordo_fetch_or(&channel->state, how, ordo_acq_rel);
    if (has_ended(before))
        ordo_misuse("one_shot.c: use of a copied sender");
    if (before & finished) {
        give_back(channel, before, sender->place, size);
        return false;
    }
    if (before & sleeps)
        ordo_futex_wake(&channel->state, 1); /* the address alone */
    return true;
}

int ordo_one_shot_send_bytes(struct ordo_one_shot_sender *sender, const void *message, size_t size)
{
    (void)channel_of_sender(sender);
    memcpy(sender->place, message, size);
    return end_sender(sender, sent, size) ? 0 : EPIPE;
}

bool ordo_one_shot_has_no_receiver(const struct ordo_one_shot_sender *sender)
{
    return ordo_load(&channel_of_sender(sender)->state, ordo_relaxed) & finished;
}

void ordo_one_shot_end_sender(struct ordo_one_shot_sender *sender, size_t size)
{
    if (sender->channel != NULL)
        end_sender(sender, dropped, size);
}

/* ---- The receiver ---------------------------------------------------------------------------- */

static ordo_one_shot *channel_of_receiver(const struct ordo_one_shot_receiver *receiver)
{
    if (receiver->channel == NULL)
        ordo_misuse("one_shot.c: use of an empty receiver");
    return receiver->channel;
}

/* Empties it and sets `finished`. Returns the word as it was; without an end of the sender in it,
 * the channel may be gone. */
static uint32_t end_receiver(struct ordo_one_shot_receiver *receiver)
{
    ordo_one_shot *const channel = receiver->channel;

    receiver->channel = NULL;
    /* Acquire: pairs with the release of a sender that ended before. Release: with the acquire of
     * one that ends later. */
    const uint32_t before = ordo_fetch_or(&channel->state, finished, ordo_acq_rel);
    if (before & finished)
        ordo_misuse("one_shot.c: use of a copied receiver");
    return before;
}

/* The sender has ended. */
static int take(struct ordo_one_shot_receiver *receiver, void *message, size_t size)
{
    ordo_one_shot *const channel = receiver->channel;
    const uint32_t before = end_receiver(receiver);

    if (before & sent)
        memcpy(message, receiver->place, size);
    give_back(channel, before, receiver->place, size);
    return before & sent ? 0 : EPIPE;
}

/* Relaxed, here and below: the end of the receiver is what orders. */
bool ordo_one_shot_has_outcome(const struct ordo_one_shot_receiver *receiver)
{
    return has_ended(ordo_load(&channel_of_receiver(receiver)->state, ordo_relaxed));
}

int ordo_one_shot_try_receive_bytes(struct ordo_one_shot_receiver *receiver, void *message,
                                    size_t size)
{
    return ordo_one_shot_has_outcome(receiver) ? take(receiver, message, size) : EAGAIN;
}

/* Waits until the sender has ended; 0 or ETIMEDOUT. */
__attribute__((cold, noinline)) static int wait_for_end(ordo_one_shot *channel, uint64_t deadline)
{
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && !has_ended(ordo_load(&channel->state, ordo_relaxed)); turn++)
        ordo_spin_hint();

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

int ordo_one_shot_receive_bytes(struct ordo_one_shot_receiver *receiver, void *message,
                                size_t size, uint64_t deadline)
{
    if (!ordo_one_shot_has_outcome(receiver) && wait_for_end(receiver->channel, deadline) != 0)
        return ETIMEDOUT;
    return take(receiver, message, size);
}

void ordo_one_shot_end_receiver(struct ordo_one_shot_receiver *receiver, size_t size)
{
    ordo_one_shot *const channel = receiver->channel;

    if (channel == NULL)
        return;
    const uint32_t before = end_receiver(receiver);
    if (before & sent && receiver->destroy != NULL)
        receiver->destroy(receiver->place);
    if (has_ended(before))
        give_back(channel, before, receiver->place, size);
}
