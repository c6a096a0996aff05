/* channel.h: messages of one size from many threads to many, first in, first out.
 *
 *     ordo_channel_sender *sender;
 *     ordo_channel_receiver *receiver;
 *     struct ordo_channel_options options = {.size = sizeof(struct line), .capacity = 100};
 *     error = ordo_channel_new(&options, &sender, &receiver);
 *     ...
 *     error = ordo_channel_send(sender, &line);         // in one thread
 *     ordo_channel_sender_drop(&sender);
 *     while (ordo_channel_receive(receiver, &line) == 0) // in another: until all senders are gone
 *         ...
 *     ordo_channel_receiver_drop(&receiver);
 *
 * Three kinds, by the capacity:
 *
 *     1 and up         bounded: senders wait while there are so many messages
 *     0                a rendezvous: a send waits for a receive, which takes the message from it
 *     ORDO_UNBOUNDED   senders never wait
 *
 * Handles: a sender and a receiver are counted. Each may be used by any number of threads at once;
 *     a clone is one more that has to be dropped, and dropping takes the pointer away. The last
 *     drop of either side disconnects:
 *       - without senders, receivers get what was sent, and then EPIPE;
 *       - without receivers, sends return EPIPE, and what was not received is destroyed at once.
 *     Close does the same while handles are left. The memory goes with the last handle of all.
 * Messages: moved by value, as memcpy does. A message has one owner at any time: a send that
 *     returns 0 has given it away, and one that returns something else has not. `destroy` is called
 *     once for each message that was sent and not received, by who disconnects the receivers.
 * Size: bounded: 640 bytes and, for each message, 8 bytes and its size, both rounded up to its
 *     alignment, or to 8, in one allocation. Rendezvous: 640 bytes. Unbounded: 640 bytes and blocks
 *     of 32 messages, each 48 bytes and 32 times as much as above. A block is used again when its
 *     messages were received, and given back with the channel: there are as many as it took at its
 *     fullest, one more, and one for each thread that is just sending or receiving. Nothing else is
 *     allocated.
 *     What senders change, what receivers change, what those that sleep change and the counts of
 *     handles are 128 bytes apart: two cache lines of x86, which fetches them in pairs, one of some
 *     ARM cores; but once a block the receivers touch the senders' line, to give the block back to
 *     them. Messages that are neighbours may share a line.
 * Orderings: a send happens before the receive that gets its message; the receive of message n
 *     happens before the return of the send of message n + capacity. What was done before a
 *     side was dropped or closed happens before the return of EPIPE.
 * Order: of two sends, one of which returned before the other began, the first message is received
 *     first. Sends at the same time come in some order, one for all receivers.
 * Errors: EPIPE disconnected; EAGAIN: a try found it empty, or full, or nobody at the other side;
 *     ETIMEDOUT; ENOMEM: no block for an unbounded send; EBUSY: a try on a rendezvous gave up.
 * Progress: on a bounded and an unbounded channel all try_ functions are lock-free, wherever other
 *     threads are stopped, and so are drop and close. A try_receive takes a message that is being
 *     sent for not there, and those behind it too, because it is first in, first out; a try_send
 *     takes a place that a message is being received from for full. A send that needs a block waits
 *     as long as the allocator does. On a rendezvous, a try that has waited for ordo_spin_limit
 *     hints for its lock, which is held while one message is copied, gives up with EBUSY. Length
 *     and capacity are wait-free. The others block. A thread that is stopped on its way to sleep,
 *     or as it wakes another, may delay those that sleep, and no others.
 * Waiting: for ordo_spin_limit hints, then asleep. Nobody waits: a send or receive has no system
 *     call. A message wakes one receiver, and a free place one sender, of which the first to come
 *     is woken first.
 * Fairness: none between those that wait and those that come by. Each thread that waits is woken
 *     in its turn, but may find the message taken, and then waits again as the last.
 * Misuse: 2^31 handles of a side abort, and an alignment that is not a power of two. Use of a
 *     dropped handle is not noticed.
 * Signals: not safe in a handler.
 * Fork: the child may not use a channel that was in use at the fork.
 * Sharing: between the threads of one process.
 * Destruction: with the last handle. A thread that drops one may still be in its drop when another
 *     has freed the channel: it touches nothing then.
 * Source: the ring of slots with a number each is Vyukov's bounded queue (1024cores.net, 2010). The
 *     chain of blocks is Michael and Scott's queue (PODC 1996) with a block for each node, and tags
 *     that never come again against ABA (IBM System/370 Principles of Operation, appendix A).
 */
#ifndef ORDO_CHANNEL_H
#define ORDO_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ordo/allocator.h"
#include "ordo/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_channel_sender ordo_channel_sender;
typedef struct ordo_channel_receiver ordo_channel_receiver;

#define ORDO_UNBOUNDED SIZE_MAX

struct ordo_channel_options {
    size_t size;      /* of a message, in bytes; may be 0 */
    size_t alignment; /* of a message, for `destroy`: a power of two; 0 for up to 8 */
    size_t capacity;
    void (*destroy)(void *message);         /* NULL: nothing to be done */
    const struct ordo_allocator *allocator; /* NULL: the C library's heap */
};

/* Makes a channel and the first handle of each side. Returns 0 or ENOMEM. */
__attribute__((warn_unused_result)) int ordo_channel_new(const struct ordo_channel_options *options,
                                                         ordo_channel_sender **sender,
                                                         ordo_channel_receiver **receiver);

/* ---- One message ----------------------------------------------------------------------------- */

/* Return 0 when *message was sent. The first waits; the second does not; the third waits no longer
 * than to the deadline, after one try. */
__attribute__((warn_unused_result)) int ordo_channel_send(ordo_channel_sender *sender,
                                                          const void *message);
__attribute__((warn_unused_result)) int ordo_channel_try_send(ordo_channel_sender *sender,
                                                              const void *message);
__attribute__((warn_unused_result)) int
ordo_channel_send_until(ordo_channel_sender *sender, const void *message, uint64_t deadline);

/* Return 0 when they have put a message in *message. */
__attribute__((warn_unused_result)) int ordo_channel_receive(ordo_channel_receiver *receiver,
                                                             void *message);
__attribute__((warn_unused_result)) int ordo_channel_try_receive(ordo_channel_receiver *receiver,
                                                                 void *message);
__attribute__((warn_unused_result)) int
ordo_channel_receive_until(ordo_channel_receiver *receiver, void *message, uint64_t deadline);

/* ---- Several --------------------------------------------------------------------------------- */

/* Send the `count` messages of an array in its order; others' may come between. Return 0 when all
 * were sent; *sent is how many were, which are the first ones, in any case. */
__attribute__((warn_unused_result)) int
ordo_channel_send_many(ordo_channel_sender *sender, const void *messages, size_t count,
                       size_t *sent);
__attribute__((warn_unused_result)) int
ordo_channel_try_send_many(ordo_channel_sender *sender, const void *messages, size_t count,
                           size_t *sent);
__attribute__((warn_unused_result)) int
ordo_channel_send_many_until(ordo_channel_sender *sender, const void *messages, size_t count,
                             size_t *sent, uint64_t deadline);

/* Receive at least one message, and as many more, up to `count`, as are there. Return 0 if they got
 * one; *received is how many. */
__attribute__((warn_unused_result)) int
ordo_channel_receive_many(ordo_channel_receiver *receiver, void *messages, size_t count,
                          size_t *received);
__attribute__((warn_unused_result)) int
ordo_channel_try_receive_many(ordo_channel_receiver *receiver, void *messages, size_t count,
                              size_t *received);
__attribute__((warn_unused_result)) int
ordo_channel_receive_many_until(ordo_channel_receiver *receiver, void *messages, size_t count,
                                size_t *received, uint64_t deadline);

/* ---- Handles --------------------------------------------------------------------------------- */

ordo_channel_sender *ordo_channel_sender_clone(ordo_channel_sender *sender);
ordo_channel_receiver *ordo_channel_receiver_clone(ordo_channel_receiver *receiver);

/* Give a handle back and make the pointer NULL, which may be dropped too. */
void ordo_channel_sender_drop(ordo_channel_sender **sender);
void ordo_channel_receiver_drop(ordo_channel_receiver **receiver);

/* Disconnect as if all handles of the side were dropped; they still have to be. A send that is in
 * progress in another thread is either before the close or returns EPIPE. */
void ordo_channel_sender_close(ordo_channel_sender *sender);
void ordo_channel_receiver_close(ordo_channel_receiver *receiver);

/* ---- What it holds --------------------------------------------------------------------------- */

/* From 0 to the capacity, and out of date at once. With those that are just being sent. */
size_t ordo_channel_sender_length(ordo_channel_sender *sender);
size_t ordo_channel_receiver_length(ordo_channel_receiver *receiver);

/* As given to ordo_channel_new. */
size_t ordo_channel_sender_capacity(ordo_channel_sender *sender);
size_t ordo_channel_receiver_capacity(ordo_channel_receiver *receiver);

/* ---- Typed ----------------------------------------------------------------------------------- */

/* Makes, at file scope, the types and functions of channels of T:
 *
 *     ORDO_CHANNEL_TYPE(lines, struct line)
 *
 *     struct lines_sender sender;
 *     struct lines_receiver receiver;
 *     error = lines_new(100, destroy_line, NULL, &sender, &receiver);
 *     error = lines_send(sender, line);      // and _try_send, _send_until
 *     error = lines_receive(receiver, &line);
 *     lines_sender_drop(&sender);
 *
 * The handle inside, `untyped`, is for the functions above. */
#define ORDO_CHANNEL_TYPE(name, T)                                                                 \
    struct name##_sender {                                                                         \
        ordo_channel_sender *untyped;                                                              \
    };                                                                                             \
    struct name##_receiver {                                                                       \
        ordo_channel_receiver *untyped;                                                            \
    };                                                                                             \
    ORDO_CHANNEL_FUNCTION int name##_new(size_t ordo_capacity, void (*ordo_destroy)(void *),       \
                                         const struct ordo_allocator *ordo_allocator,              \
                                         struct name##_sender *ordo_to,                            \
                                         struct name##_receiver *ordo_from)                        \
    {                                                                                              \
        const struct ordo_channel_options ordo_options = {                                         \
            sizeof(T), __alignof__(T), ordo_capacity, ordo_destroy, ordo_allocator};               \
        return ordo_channel_new(&ordo_options, &ordo_to->untyped, &ordo_from->untyped);            \
    }                                                                                              \
    ORDO_CHANNEL_FUNCTION int name##_send(struct name##_sender ordo_to, T ordo_message)            \
    {                                                                                              \
        return ordo_channel_send(ordo_to.untyped, &ordo_message);                                  \
    }                                                                                              \
    ORDO_CHANNEL_FUNCTION int name##_try_send(struct name##_sender ordo_to, T ordo_message)        \
    {                                                                                              \
        return ordo_channel_try_send(ordo_to.untyped, &ordo_message);                              \
    }                                                                                              \
    ORDO_CHANNEL_FUNCTION int name##_send_until(struct name##_sender ordo_to, T ordo_message,      \
                                                uint64_t ordo_deadline)                            \
    {                                                                                              \
        return ordo_channel_send_until(ordo_to.untyped, &ordo_message, ordo_deadline);             \
    }                                                                                              \
    ORDO_CHANNEL_FUNCTION int name##_receive(struct name##_receiver ordo_from, T *ordo_message)    \
    {                                                                                              \
        return ordo_channel_receive(ordo_from.untyped, ordo_message);                              \
    }                                                                                              \
    ORDO_CHANNEL_FUNCTION int name##_try_receive(struct name##_receiver ordo_from,                 \
                                                 T *ordo_message)                                  \
    {                                                                                              \
        return ordo_channel_try_receive(ordo_from.untyped, ordo_message);                          \
    }                                                                                              \
    ORDO_CHANNEL_FUNCTION int name##_receive_until(struct name##_receiver ordo_from,               \
                                                   T *ordo_message, uint64_t ordo_deadline)        \
    {                                                                                              \
        return ordo_channel_receive_until(ordo_from.untyped, ordo_message, ordo_deadline);         \
    }                                                                                              \
    __attribute__((unused)) static inline void name##_sender_drop(struct name##_sender *ordo_to)   \
    {                                                                                              \
        ordo_channel_sender_drop(&ordo_to->untyped);                                               \
    }                                                                                              \
    __attribute__((unused)) static inline void name##_receiver_drop(                               \
        struct name##_receiver *ordo_from)                                                         \
    {                                                                                              \
        ordo_channel_receiver_drop(&ordo_from->untyped);                                           \
    }                                                                                              \
    struct name##_sender /* takes the semicolon */

#define ORDO_CHANNEL_FUNCTION __attribute__((unused, warn_unused_result)) static inline

#ifdef __cplusplus
}
#endif
#endif
