/* channel_parts.h: what a channel is made of, for channel.c, the three kinds and select.c.
 *
 * A message's position is its number, from 0; positions never come again. A bounded channel leaves
 * out some, so that the low bits of a position are the index of a slot.
 *
 * Each slot has a stamp, 4 times a position and
 *
 *     stamp_free       the slot is free for the message at the position (bounded channels only)
 *     stamp_full       the message at the position is in it
 *     stamp_abandoned  the receivers went before the message at the position was there
 *
 * A sender claims a position by moving the tail on; then the slot is its own until it has made the
 * stamp full, by an exchange, which tells whether the position was abandoned: then the message is
 * still the sender's. A receiver looks whether the slot of the head is full, and then claims it by
 * moving the head on. So a sender that is stopped in between makes later receives see nothing, and
 * nobody waits for it. The tail has a bit that says closed; with it no position is claimed any
 * more.
 */
#ifndef ORDO_CHANNEL_PARTS_H
#define ORDO_CHANNEL_PARTS_H

#include <string.h>

#include "ordo/channel.h"
#include "waiters.h"

enum { cache_line = 128 }; /* see channel.h */

/* Slots of a block of an unbounded channel: a power of two. The model checker has its own. */
extern const unsigned int ordo_channel_block_size;

enum kind { kind_ring, kind_blocks, kind_rendezvous };

enum { stamp_free, stamp_full, stamp_abandoned };

static inline uint64_t stamp(uint64_t position, unsigned int what)
{
    return position << 2 | what;
}

/* The message is `offset` bytes after. */
struct slot {
    ordo_atomic_u64 stamp;
};

struct channel {
    /* Stay as they are. */
    enum kind kind;
    size_t size, offset, stride; /* of a message; from a slot to it; from a slot to the next */
    size_t capacity, bytes, alignment;
    size_t first_slot; /* in the channel, or in a block */
    uint64_t mask;     /* of the slot's index in a position */
    void (*destroy)(void *message);
    const struct ordo_allocator *allocator;

    /* What senders change. */
    _Alignas(cache_line) union {
        ordo_atomic_u64 tail;  /* twice the position, and 1 if closed */
        ordo_atomic_u128 last; /* unbounded: the same, and above it the block */
    };
    ordo_atomic_u128 unused; /* unbounded: a tag, and above it the first unused block */
    ordo_atomic_ptr newest;  /* unbounded: of all blocks */

    /* What receivers change. */
    _Alignas(cache_line) union {
        ordo_atomic_u64 head;   /* the position */
        ordo_atomic_u128 first; /* unbounded: the same, and above it the block */
    };

    /* What those that sleep change. */
    _Alignas(cache_line) struct waiters waiters;

    /* What those that clone and drop change. */
    _Alignas(cache_line) ordo_atomic_u32 handles[2]; /* of each side */
    ordo_atomic_u32 sides;                           /* that have handles */
};

static inline void *message_in(const struct channel *channel, struct slot *slot)
{
    return (char *)slot + channel->offset;
}

/* Makes the slot full, which is the caller's for the position. Returns false if that was abandoned:
 * then the message is still the caller's. */
static inline bool put_message(const struct channel *channel, struct slot *slot,
                               uint64_t position, const char *message)
{
    memcpy(message_in(channel, slot), message, channel->size);
    /* Release: pairs with the acquire of who looks at the stamp. Acquire: with the release of who
     * abandons it. seq_cst: the pair of who waits. */
    return ordo_exchange(&slot->stamp, stamp(position, stamp_full), ordo_seq_cst)
           != stamp(position, stamp_abandoned);
}

/* ---- Any channel ----------------------------------------------------------------------------- */

/* Moves as many messages as can be moved now, up to `count`, not 0; says in *moved how many, and
 * wakes who can go on. Returns 0 if it was at least one, else EAGAIN, EPIPE or ENOMEM. A rendezvous
 * waits for its lock if `waits`, otherwise it may return EBUSY. */
int ordo_channel_try(struct channel *channel, enum side side, char *messages, size_t count,
                     size_t *moved, bool waits);

/* Wakes one that waits at this side, if that can go on. */
void ordo_channel_pass_on(struct channel *channel, enum side side);

/* Adds the waiter to its line, after which it has to leave it. Returns false if it need not wait:
 * then a try may succeed. */
bool ordo_channel_join(struct channel *channel, enum side side, struct ordo_waiter *waiter);

/* Waits until the deadline for what ordo_channel_try does for one message. */
int ordo_channel_wait(struct channel *channel, enum side side, void *message, uint64_t deadline);

/* ---- Each kind ------------------------------------------------------------------------------- */

/* For ordo_channel_try; without the waking. */
int ordo_ring_try_send(struct channel *channel, const char *messages, size_t count, size_t *moved);
int ordo_ring_try_receive(struct channel *channel, char *messages, size_t count, size_t *moved);
int ordo_blocks_try_send(struct channel *channel, const char *messages, size_t count,
                         size_t *moved);
int ordo_blocks_try_receive(struct channel *channel, char *messages, size_t count, size_t *moved);
int ordo_rendezvous_try(struct channel *channel, enum side side, char *messages, size_t count,
                        size_t *moved, bool waits);

/* False if a try would return EAGAIN. */
bool ordo_ring_can_send(const struct channel *channel);
bool ordo_ring_can_receive(const struct channel *channel);
bool ordo_blocks_can_receive(const struct channel *channel);
bool ordo_rendezvous_is_closed(const struct channel *channel);

/* For ordo_channel_join. */
bool ordo_rendezvous_join(struct channel *channel, enum side side, struct ordo_waiter *waiter);

void ordo_ring_start(struct channel *channel);
int ordo_blocks_start(struct channel *channel); /* 0 or ENOMEM */
void ordo_blocks_end(struct channel *channel);

/* No send succeeds from here on. */
void ordo_ring_close(struct channel *channel);
void ordo_blocks_close(struct channel *channel);

/* After that: destroys what was not received. */
void ordo_ring_discard(struct channel *channel);
void ordo_blocks_discard(struct channel *channel);

size_t ordo_ring_length(const struct channel *channel);
size_t ordo_blocks_length(const struct channel *channel);

#endif
