/* channel_ring.c: the bounded channel: a ring of slots; see channel_parts.h for the stamps.
 *
 * A position is the number of the turn around the ring, and below it the index of the slot, in as
 * many bits as the capacity needs. The slot of position p goes free(p), full(p), free(p + a turn).
 * With 61 bits for positions and up to half of them left out, 2^60 messages can be sent.
 *
 * The head and the tail only grow, and a slot's stamp too. So what a stamp says is final:
 *   - full(h) for the head h: the message can be taken by who moves the head from h.
 *   - less than full(h): it is not there. Then the head is still h: it cannot pass a message that
 *     is not there. The channel is empty, or its first message is being sent.
 *   - more: another receiver has moved the head from h. Its move happens before its stamp, so the
 *     next look at the head shows it.
 *   - less than free(t) for the tail t: the message of the turn before has not been taken out, and
 *     so the tail is still t. The channel is full, or its first message is being taken out.
 *   - more: another sender has moved the tail from t.
 *
 * A message is copied between the move of the tail and the stamp full, and between the move of the
 * head and the stamp free: release there and acquire at the look order the copies. The moves need
 * no order for that.
 *
 * Who is going to sleep, in waiters.h, looks at the stamp of the head's slot and finds no message.
 * A message can come to the head in two ways: by its own stamp, and by the move of the head over
 * the one before. Either way the stamp that was looked at is changed, seq_cst, by the thread that
 * does it: made full, or full and then free, and after that it looks for receivers that wait. It
 * sees the one (the pair of waiters.h), and then, after another seq_cst fence, whether there is a
 * message for it (ordo_channel_pass_on). The same is true of free slots and senders. So whoever
 * waits is woken, even if a wake-up was used up by a thread that came too early, when the messages
 * before were not there.
 *
 * Closed is a bit in the tail, so no position is claimed after it. The receivers' end then goes
 * from the head to the tail. A message that is there it claims as a receiver does, and destroys.
 * One that is not, it abandons, if its stamp is still free: its sender sees that and keeps it.
 * Either the sender's exchange or this compare-exchange is first, so the message has one owner.
 */
#include <errno.h>
#include <string.h>

#include "channel_parts.h"

enum { closed = 1 };

static struct slot *slot_of(const struct channel *channel, uint64_t position)
{
    return (struct slot *)((char *)(uintptr_t)channel + channel->first_slot
                           + (position & channel->mask) * channel->stride);
}

static uint64_t after(const struct channel *channel, uint64_t position)
{
    return (position & channel->mask) + 1 < channel->capacity ? position + 1
                                                              : (position | channel->mask) + 1;
}

static uint64_t stamp_at(const struct channel *channel, uint64_t position)
{
    /* Acquire: pairs with the release of the stamp: the message, and what came before it. */
    return ordo_load(&slot_of(channel, position)->stamp, ordo_acquire);
}

/* How many slots from `position` on, up to `count`, are as `what` says; *end is where they end. */
static size_t run_of(const struct channel *channel, uint64_t position, unsigned int what,
                     size_t count, uint64_t *end)
{
    size_t length = 0;

    for (*end = position; length < count && stamp_at(channel, *end) == stamp(*end, what); length++)
        *end = after(channel, *end);
    return length;
}

/* What is returned when the other side is gone. The tail is closed. */
static int end_of(const struct channel *channel)
{
    /* Acquire: pairs with the release in ordo_ring_close. */
    (void)ordo_load(&channel->tail, ordo_acquire);
    return EPIPE;
}

void ordo_ring_start(struct channel *channel)
{
    for (uint64_t position = 0; position < channel->capacity; position++)
        ordo_store(&slot_of(channel, position)->stamp, stamp(position, stamp_free), ordo_relaxed);
}

bool ordo_ring_can_send(const struct channel *channel)
{
    const uint64_t tail = ordo_load(&channel->tail, ordo_relaxed);

    return (tail & closed) != 0 || stamp_at(channel, tail >> 1) >= stamp(tail >> 1, stamp_free);
}

bool ordo_ring_can_receive(const struct channel *channel)
{
    const uint64_t head = ordo_load(&channel->head, ordo_relaxed);

    return stamp_at(channel, head) >= stamp(head, stamp_full)
           || ordo_load(&channel->tail, ordo_relaxed) == (head << 1 | closed);
}

int ordo_ring_try_send(struct channel *channel, const char *messages, size_t count, size_t *moved)
{
    uint64_t tail = ordo_load(&channel->tail, ordo_relaxed), end;

    *moved = 0;
    do {
        while ((tail & closed) == 0 && run_of(channel, tail >> 1, stamp_free, count, &end) == 0) {
            if (!ordo_ring_can_send(channel))
                return EAGAIN;
            tail = ordo_load(&channel->tail, ordo_relaxed);
        }
        if ((tail & closed) != 0)
            return end_of(channel);
    } while (!ordo_compare_exchange(&channel->tail, &tail, end << 1, ordo_relaxed, ordo_relaxed));

    for (uint64_t position = tail >> 1; position != end; position = after(channel, position)) {
        if (!put_message(channel, slot_of(channel, position), position, messages))
            return *moved != 0 ? 0 : end_of(channel);
        messages += channel->size;
        ++*moved;
    }
    return 0;
}

/* Lets the sender of the next turn have the slot. */
static void set_free(const struct channel *channel, uint64_t position)
{
    /* Release: pairs with the acquire in stamp_at. seq_cst: the pair of who waits. */
    ordo_store(&slot_of(channel, position)->stamp,
               stamp(position + channel->mask + 1, stamp_free), ordo_seq_cst);
}

int ordo_ring_try_receive(struct channel *channel, char *messages, size_t count, size_t *moved)
{
    uint64_t head = ordo_load(&channel->head, ordo_relaxed), end;

    *moved = 0;
    do
        while (run_of(channel, head, stamp_full, count, &end) == 0) {
            if (stamp_at(channel, head) == stamp(head, stamp_abandoned)
                || ordo_load(&channel->tail, ordo_relaxed) == (head << 1 | closed))
                return end_of(channel);
            if (stamp_at(channel, head) < stamp(head, stamp_full))
                return EAGAIN;
            head = ordo_load(&channel->head, ordo_relaxed);
        }
    /* Release: pairs with the acquire in length. */
    while (!ordo_compare_exchange(&channel->head, &head, end, ordo_release, ordo_relaxed));

    for (; head != end; head = after(channel, head)) {
        memcpy(messages, message_in(channel, slot_of(channel, head)), channel->size);
        messages += channel->size;
        set_free(channel, head);
        ++*moved;
    }
    return 0;
}

void ordo_ring_close(struct channel *channel)
{
    /* Release: pairs with the acquire in end_of. seq_cst: the pair of who waits. */
    ordo_fetch_or(&channel->tail, closed, ordo_seq_cst);
}

void ordo_ring_discard(struct channel *channel)
{
    const uint64_t end = ordo_load(&channel->tail, ordo_relaxed) >> 1;
    uint64_t head;

    while ((head = ordo_load(&channel->head, ordo_relaxed)) != end) {
        struct slot *const slot = slot_of(channel, head);
        uint64_t is = ordo_load(&slot->stamp, ordo_acquire);

        /* Not there yet: from here on it will not be, unless the sender is faster. Release: the
         * sender sees what was done before. Acquire: its message. */
        if (is < stamp(head, stamp_full)
            && ordo_compare_exchange(&slot->stamp, &is, stamp(head, stamp_abandoned), ordo_release,
                                     ordo_acquire))
            is = stamp(head, stamp_abandoned);
        if (is != stamp(head, stamp_full) && is != stamp(head, stamp_abandoned))
            continue;

        const bool is_full = is == stamp(head, stamp_full);

        /* Release: pairs with the acquire in length. */
        if (ordo_compare_exchange(&channel->head, &head, after(channel, head), ordo_release,
                                  ordo_relaxed)
            && is_full && channel->destroy != NULL)
            channel->destroy(message_in(channel, slot));
    }
}

size_t ordo_ring_length(const struct channel *channel)
{
    /* Acquire: pairs with the release of the moves; the tail was there before the head. */
    const uint64_t head = ordo_load(&channel->head, ordo_acquire);
    const uint64_t tail = ordo_load(&channel->tail, ordo_relaxed) >> 1;
    const uint64_t turn = channel->mask + 1;
    const uint64_t length = (tail / turn - head / turn) * channel->capacity
                            + (tail & channel->mask) - (head & channel->mask);

    /* The head was read first, and may have moved on since. */
    return length < channel->capacity ? (size_t)length : channel->capacity;
}
