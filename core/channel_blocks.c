/* channel_blocks.c: the unbounded channel: a chain of blocks of slots; see channel_parts.h for the
 * stamps.
 *
 * A block has as many slots as ordo_channel_block_size says, a power of two, and is known by its
 * first position, a multiple of that. The head and the tail are 128 bits each:
 * a position and the block that it is in, or, at the first position of a block, perhaps the block
 * before. Both halves change together, and the position only grows, so a compare-exchange that
 * succeeds knows that the block was the right one all the time (no ABA). A block's link is 128 bits
 * for the same reason: its first position, and the next block or NULL. A sender that needs the next
 * block puts a new one there, if nobody else has, and then moves the tail on, if nobody else has:
 * nobody waits for the one who installs a block. A new block belongs to the chain from its being
 * linked, and before a position in it is claimed, so a claimed position never lacks memory.
 *
 * Blocks are not given back before the channel is. So a thread that has read the head or the tail
 * and was stopped may still look at the block, though it is used for other positions by then: a
 * stamp has the position in it, so it sees that the one it looks for is not there, and then that
 * the head has moved; and what it changes then is a tagged word, which has changed too, or a stamp
 * that is lower than that of the position it abandons, which means nothing to a later position.
 *
 * A block can be used again when its messages have been taken out and neither the head nor the tail
 * is in it: as many steps as slots and two more, counted in `done` by those who make them. The one
 * that makes the last puts it on a stack of unused ones, whose top has a tag that grows with each
 * change. Nothing that the channel still looks at is lost then: the link leads to the next block,
 * which the head has reached. (So it is never needed to help a tail on before a block is retired:
 * it has left.)
 *
 * Orderings of the stamps, who sleeps and closing are those of channel_ring.c, but that slots need
 * no stamp free: a message that is not there is one whose stamp is less than full. So it is the
 * move of the head that is seq_cst and looked at by who is going to sleep. That one also looks at
 * the tail, first: if the tail is in a new block, the link to it can be seen; if not, the sender
 * that moves it there, seq_cst, will see who waits.
 */
#include <errno.h>
#include <string.h>

#include "channel_parts.h"

enum { closed = 1 };

struct block {
    ordo_atomic_u128 link; /* the first position, and above it the next block */
    ordo_atomic_u32 done;
    ordo_atomic_ptr below; /* in the stack of unused ones */
    struct block *older;   /* of all that were allocated */
};

static struct block *block_of(ordo_u128 word)
{
    return (struct block *)(uintptr_t)(word >> 64);
}

static uint64_t low(ordo_u128 word)
{
    return (uint64_t)word;
}

static ordo_u128 joined(const struct block *block, uint64_t word)
{
    return (ordo_u128)(uintptr_t)block << 64 | word;
}

static struct slot *slot_of(const struct channel *channel, struct block *block, uint64_t position)
{
    return (struct slot *)((char *)block + channel->first_slot
                           + (position & channel->mask) * channel->stride);
}

static uint64_t stamp_at(const struct channel *channel, struct block *block, uint64_t position)
{
    /* Acquire: pairs with the release of the stamp: the message, and what came before it. */
    return ordo_load(&slot_of(channel, block, position)->stamp, ordo_acquire);
}

/* What is returned when the other side is gone. The tail is closed. */
static int end_of(const struct channel *channel)
{
    /* Acquire: pairs with the release in ordo_blocks_close. */
    (void)ordo_load(&channel->last, ordo_acquire);
    return EPIPE;
}

/* Does the block that the link is of end where the position begins the next one? */
static bool is_before(const struct channel *channel, ordo_u128 link, uint64_t position)
{
    return low(link) + channel->mask + 1 == position;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static size_t bytes_of_a_block(const struct channel *channel)
{
    return channel->first_slot + (channel->mask + 1) * channel->stride;
}

static struct block *allocate_block(struct channel *channel)
{
    const size_t bytes = bytes_of_a_block(channel);
    struct block *const block = ordo_allocate(channel->allocator, bytes, channel->alignment);

    if (block == NULL)
        return NULL;
    memset(block, 0, bytes);

    /* Relaxed: the list is walked by the one who frees the channel. */
    void *older = ordo_load(&channel->newest, ordo_relaxed);

    do
        block->older = older;
    while (!ordo_compare_exchange_weak(&channel->newest, &older, block, ordo_relaxed,
                                       ordo_relaxed));
    return block;
}

static void put_unused(struct channel *channel, struct block *block)
{
    ordo_u128 top = ordo_load(&channel->unused, ordo_relaxed);

    ordo_store(&block->done, 0, ordo_relaxed);
    do
        ordo_store(&block->below, block_of(top), ordo_relaxed);
    /* Release: pairs with the acquire in get_block. */
    while (!ordo_compare_exchange_weak(&channel->unused, &top, joined(block, low(top) + 1),
                                       ordo_release, ordo_relaxed));
}

/* An unused one, or a new one, or NULL. */
static struct block *get_block(struct channel *channel)
{
    /* Acquire, of whichever look at the top is the last: pairs with the release in put_unused. */
    ordo_u128 top = ordo_load(&channel->unused, ordo_acquire);
    struct block *block;

    while ((block = block_of(top)) != NULL)
        if (ordo_compare_exchange_weak(
                &channel->unused, &top,
                joined(ordo_load(&block->below, ordo_relaxed), low(top) + 1), ordo_relaxed,
                ordo_acquire))
            return block;
    return allocate_block(channel);
}

/* Counts steps that are done with the block. */
static void count_done(struct channel *channel, struct block *block, uint32_t steps)
{
    /* Release: what was copied out. Acquire: pairs with the others' release. */
    if (ordo_add_fetch(&block->done, steps, ordo_acq_rel) == channel->mask + 3)
        put_unused(channel, block);
}

/* Gives the block that begins at `start` a next one, unless another sender is faster. Returns false
 * without memory. */
static bool install_next(struct channel *channel, struct block *block, uint64_t start)
{
    struct block *const next = get_block(channel);
    ordo_u128 link = joined(NULL, start);

    if (next == NULL)
        return false;
    ordo_store(&next->link, joined(NULL, start + channel->mask + 1), ordo_relaxed);
    /* Release: pairs with the acquire of who follows the link. */
    if (!ordo_compare_exchange(&block->link, &link, joined(next, start), ordo_release,
                               ordo_relaxed))
        put_unused(channel, next);
    return true;
}

int ordo_blocks_start(struct channel *channel)
{
    struct block *block;
    size_t slots;

    channel->mask = ordo_channel_block_size - 1;
    channel->first_slot = (sizeof *block + channel->offset - 1) & -channel->offset;
    if (__builtin_mul_overflow(channel->stride, channel->mask + 1, &slots)
        || slots > SIZE_MAX - channel->first_slot || (block = allocate_block(channel)) == NULL)
        return ENOMEM;
    ordo_store(&channel->last, joined(block, 0), ordo_relaxed);
    ordo_store(&channel->first, joined(block, 0), ordo_relaxed);
    return 0;
}

void ordo_blocks_end(struct channel *channel)
{
    struct block *older;

    for (struct block *block = ordo_load(&channel->newest, ordo_relaxed); block != NULL;
         block = older) {
        older = block->older;
        ordo_deallocate(channel->allocator, block, bytes_of_a_block(channel));
    }
}

/* ---- Sending --------------------------------------------------------------------------------- */

int ordo_blocks_try_send(struct channel *channel, const char *messages, size_t count, size_t *moved)
{
    *moved = 0;
    while (*moved < count) {
        /* Acquire: pairs with the release of who moved it into the block. */
        ordo_u128 tail = ordo_load(&channel->last, ordo_acquire);
        struct block *const block = block_of(tail);
        struct block *into = block;
        uint64_t position = low(tail) >> 1;

        if ((low(tail) & closed) != 0)
            return *moved != 0 ? 0 : end_of(channel);
        if ((position & channel->mask) == 0) {
            const ordo_u128 link = ordo_load(&block->link, ordo_acquire);

            if (is_before(channel, link, position))
                into = block_of(link);
            if (into == NULL) {
                if (!install_next(channel, block, low(link)))
                    return *moved != 0 ? 0 : ENOMEM;
                continue;
            }
        }

        const uint64_t room = channel->mask + 1 - (position & channel->mask);
        const uint64_t end = position + (count - *moved < room ? count - *moved : room);

        /* Release: pairs with the acquire of who gets the block from here. seq_cst: the pair of who
         * waits. */
        if (!ordo_compare_exchange(&channel->last, &tail, joined(into, end << 1), ordo_seq_cst,
                                   ordo_relaxed))
            continue;
        for (; position != end; position++) {
            if (!put_message(channel, slot_of(channel, into, position), position, messages))
                return *moved != 0 ? 0 : end_of(channel);
            messages += channel->size;
            ++*moved;
        }
        if (into != block)
            count_done(channel, block, 1); /* the tail has left it */
    }
    return 0;
}

/* ---- Receiving ------------------------------------------------------------------------------- */

/* The block that the first message is in, or will be; the block of the head if there is none. */
static struct block *block_to_look_in(const struct channel *channel, ordo_u128 head)
{
    struct block *const block = block_of(head);

    if ((low(head) & channel->mask) == 0) {
        const ordo_u128 link = ordo_load(&block->link, ordo_acquire);

        if (is_before(channel, link, low(head)) && block_of(link) != NULL)
            return block_of(link);
    }
    return block;
}

bool ordo_blocks_can_receive(const struct channel *channel)
{
    /* Acquire: pairs with the release of the sender that moved it there: its block can be seen. */
    const ordo_u128 tail = ordo_load(&channel->last, ordo_acquire);
    const ordo_u128 head = ordo_load(&channel->first, ordo_acquire);
    struct block *const block = block_to_look_in(channel, head);

    return stamp_at(channel, block, low(head)) >= stamp(low(head), stamp_full)
           || low(tail) == (low(head) << 1 | closed);
}

int ordo_blocks_try_receive(struct channel *channel, char *messages, size_t count, size_t *moved)
{
    *moved = 0;
    while (*moved < count) {
        /* Acquire: pairs with the release of who moved it into the block. */
        ordo_u128 head = ordo_load(&channel->first, ordo_acquire);
        struct block *const left = block_of(head), *const block = block_to_look_in(channel, head);
        uint64_t position = low(head), end = position;
        const uint64_t room = channel->mask + 1 - (position & channel->mask);
        const uint64_t most = count - *moved < room ? count - *moved : room;

        while (end - position < most && stamp_at(channel, block, end) == stamp(end, stamp_full))
            end++;
        if (end == position) {
            const bool abandoned = stamp_at(channel, block, position)
                                   == stamp(position, stamp_abandoned);
            const bool over = abandoned
                              || low(ordo_load(&channel->last, ordo_relaxed))
                                     == (position << 1 | closed);

            if (ordo_load(&channel->first, ordo_relaxed) != head)
                continue; /* it may have been the wrong place to look */
            return *moved != 0 ? 0 : over ? end_of(channel) : EAGAIN;
        }
        /* seq_cst: the pair of who waits. */
        if (!ordo_compare_exchange(&channel->first, &head, joined(block, end), ordo_seq_cst,
                                   ordo_relaxed))
            continue;

        const uint32_t taken = (uint32_t)(end - position);

        for (; position != end; position++) {
            memcpy(messages, message_in(channel, slot_of(channel, block, position)),
                   channel->size);
            messages += channel->size;
            ++*moved;
        }
        if (block != left)
            count_done(channel, left, 1); /* the head has left it */
        count_done(channel, block, taken);
    }
    return 0;
}

/* ---- The end --------------------------------------------------------------------------------- */

void ordo_blocks_close(struct channel *channel)
{
    /* Release: pairs with the acquire in end_of. seq_cst: the pair of who waits. */
    ordo_fetch_or(&channel->last, closed, ordo_seq_cst);
}

void ordo_blocks_discard(struct channel *channel)
{
    const uint64_t end = low(ordo_load(&channel->last, ordo_relaxed)) >> 1;
    ordo_u128 head;

    /* Relaxed: the close has read the tail, which has come through all blocks. */
    while (low(head = ordo_load(&channel->first, ordo_relaxed)) != end) {
        const uint64_t position = low(head);
        struct block *const left = block_of(head), *const block = block_to_look_in(channel, head);
        struct slot *const slot = slot_of(channel, block, position);
        uint64_t is = ordo_load(&slot->stamp, ordo_acquire);

        /* Not there yet: from here on it will not be, unless the sender is faster. Release: the
         * sender sees what was done before. Acquire: its message. */
        if (is < stamp(position, stamp_full)
            && ordo_compare_exchange(&slot->stamp, &is, stamp(position, stamp_abandoned),
                                     ordo_release, ordo_acquire))
            is = stamp(position, stamp_abandoned);
        if ((is != stamp(position, stamp_full) && is != stamp(position, stamp_abandoned))
            /* Release: pairs with the acquire in ordo_blocks_length. Nobody waits any more. */
            || !ordo_compare_exchange(&channel->first, &head, joined(block, position + 1),
                                      ordo_release, ordo_relaxed))
            continue;
        if (is == stamp(position, stamp_full) && channel->destroy != NULL)
            channel->destroy(message_in(channel, slot));
        if (block != left)
            count_done(channel, left, 1);
        count_done(channel, block, 1);
    }
}

size_t ordo_blocks_length(const struct channel *channel)
{
    const uint64_t head = low(ordo_load(&channel->first, ordo_acquire));

    /* The head was read first, so the tail is not behind it. */
    return (size_t)((low(ordo_load(&channel->last, ordo_relaxed)) >> 1) - head);
}
