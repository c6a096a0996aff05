/* one_shot.h: a channel that carries one message from one sender to one receiver.
 *
 *     typedef ORDO_ONE_SHOT_SENDER(struct answer) answer_sender;
 *     typedef ORDO_ONE_SHOT_RECEIVER(struct answer) answer_receiver;
 *
 *     answer_sender sender;
 *     answer_receiver receiver;
 *     if (ordo_one_shot_new(&sender, &receiver, NULL, NULL) != 0) ...   // no memory
 *     error = ordo_one_shot_send(&sender, &answer);           // in the one thread
 *     error = ordo_one_shot_receive(&receiver, &answer);      // in the other
 *
 * There are three ways to a sender and a receiver, and one set of operations on them. `new` makes
 * the channel on a heap, and whichever of the two ends last gives it back. The other two allocate
 * nothing: the channel is an ORDO_ONE_SHOT(T) that lives where its owner puts it.
 *
 *     static ORDO_ONE_SHOT(struct answer) channel;
 *     ordo_one_shot_split(&channel, &sender, &receiver, NULL);
 *
 * gives both to the owner, again for each message; and if several threads know the channel, each of
 *
 *     ordo_one_shot_become_sender(&channel, &sender);
 *     ordo_one_shot_become_receiver(&channel, &receiver, NULL);
 *
 * works once, and aborts for the thread that would be a second one.
 *
 * A sender or receiver is plain data, to be moved to the thread that uses it, not copied. It is
 * consumed by the operation that ends it, whose argument is then empty: send; a receive that
 * returns 0 or EPIPE; drop.
 *
 * Size: the channel 4 bytes and the message, 16 on the heap; a sender 16 bytes, a receiver 24. All
 *     zero bytes are a channel that is not in use, and an empty sender or receiver.
 * The message: any type; its bytes are moved, so what it points to goes along. The last argument of
 *     split and become_receiver, and one of new, is what destroys a message that was sent and is
 *     not received, void (*)(void *message), or NULL. The drop of the receiver calls it.
 * Orderings: what the sender did before it sent, or dropped, happens before the return of the
 *     receive that says so. What the receiver did before it dropped happens before the return of
 *     the send that says so.
 * Errors: EPIPE: disconnected, the other side was dropped. ETIMEDOUT. EAGAIN, of try_receive: not
 *     yet. ENOMEM, of new. After a send with EPIPE the message is still the caller's.
 * Waiting: the receiver spins for ordo_spin_limit hints, then sleeps. The sender never waits.
 * Progress: all but receive and receive_until are wait-free, apart from the heap: a bounded number
 *     of steps, wherever the other side was stopped.
 * Misuse: sending by an empty sender, receiving by an empty receiver, a second sender or receiver of
 *     a channel, and a split of one in use abort. So does a copy of a used sender or receiver, while
 *     the channel is there.
 * Signals: send, try_receive and the drops are safe in a handler, if the channel is not on a heap
 *     and the destructor is safe.
 * Fork: what the parent has not sent by then is never received in the child.
 * Sharing: between the threads of one process.
 * Destruction: needs none, if both sides were ended. The memory of an ORDO_ONE_SHOT may be freed, or
 *     unmapped, when the receiver was ended by a receive, or the sender by a send that returned
 *     EPIPE; else after both: even while the other thread is still in its send or drop, which
 *     after its last atomic operation at most wakes the address. To end an ORDO_ONE_SHOT that may
 *     hold a message, drop its receiver (become it first, if nobody is).
 * (Mara Bos, chapter 5: one-shot channels, with run-time checks, with types, with borrowing, and
 *     blocking. There the receiver is unparked; here it sleeps on the channel itself.)
 */
#ifndef ORDO_ONE_SHOT_H
#define ORDO_ONE_SHOT_H

#include <stddef.h>

#include "ordo/allocator.h"
#include "ordo/atomic.h"
#include "ordo/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_one_shot {
    ordo_atomic_u32 state;
} ordo_one_shot;

#define ORDO_ONE_SHOT_INIT { ORDO_ATOMIC_INIT(0) }

#define ORDO_ONE_SHOT(T)                                                                           \
    struct {                                                                                       \
        ordo_one_shot channel;                                                                     \
        T message;                                                                                 \
    }

struct ordo_one_shot_sender {
    ordo_one_shot *channel; /* NULL: empty */
    void *place;            /* of the message */
};

struct ordo_one_shot_receiver {
    ordo_one_shot *channel; /* NULL: empty */
    void *place;            /* of the message */
    void (*destroy)(void *message);
};

/* Nobody looks at `type`; it lets the compiler compare. */
#define ORDO_ONE_SHOT_SENDER(T)                                                                    \
    union {                                                                                        \
        struct ordo_one_shot_sender any;                                                           \
        T *type;                                                                                   \
    }
#define ORDO_ONE_SHOT_RECEIVER(T)                                                                  \
    union {                                                                                        \
        struct ordo_one_shot_receiver any;                                                         \
        T *type;                                                                                   \
    }

/* ---- Making a sender and a receiver ---------------------------------------------------------- */

/* int: makes a channel on the heap of `allocator`, or of the C library if that is NULL. 0, or
 * ENOMEM, which leaves both untouched. */
#define ordo_one_shot_new(sender, receiver, destroy, allocator)                                    \
    ordo_one_shot_make(&(sender)->any, &(receiver)->any,                                           \
                       sizeof *(1 ? (sender)->type : (receiver)->type),                            \
                       __alignof__(*(sender)->type), destroy, allocator)

/* void: for an exclusive owner: before the channel is used, or when the receiver and the sender of
 * before were both ended. */
#define ordo_one_shot_split(owner, sender, receiver, destroy)                                      \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ordo_one_shot_start(&ordo_owner->channel);                                                 \
        ORDO_ONE_SHOT_SET_SENDER(sender, ordo_owner);                                              \
        ORDO_ONE_SHOT_SET_RECEIVER(receiver, ordo_owner, destroy);                                 \
    })

/* void: each for the one thread that does it, once in the life of the channel. */
#define ordo_one_shot_become_sender(owner, sender)                                                 \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ordo_one_shot_claim_sender(&ordo_owner->channel);                                          \
        ORDO_ONE_SHOT_SET_SENDER(sender, ordo_owner);                                              \
    })
#define ordo_one_shot_become_receiver(owner, receiver, destroy)                                    \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ordo_one_shot_claim_receiver(&ordo_owner->channel);                                        \
        ORDO_ONE_SHOT_SET_RECEIVER(receiver, ordo_owner, destroy);                                 \
    })

/* The address goes by way of `type`, which must fit. */
#define ORDO_ONE_SHOT_SET_SENDER(sender, owner)                                                    \
    __extension__({                                                                                \
        ORDO_AUTO ordo_sender = (sender);                                                          \
        ordo_sender->type = &owner->message;                                                       \
        ordo_sender->any = ordo_one_shot_sender_of(&owner->channel, ordo_sender->type);            \
    })
#define ORDO_ONE_SHOT_SET_RECEIVER(receiver, owner, destroy)                                       \
    __extension__({                                                                                \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        ordo_receiver->type = &owner->message;                                                     \
        ordo_receiver->any =                                                                       \
            ordo_one_shot_receiver_of(&owner->channel, ordo_receiver->type, destroy);              \
    })

/* ---- The sender ------------------------------------------------------------------------------ */

/* int: moves *message, a T, into the channel. 0, or EPIPE: there is no receiver, and *message is
 * as it was. Ends the sender in both cases. */
#define ordo_one_shot_send(sender, message)                                                        \
    ordo_one_shot_send_bytes(&(sender)->any, ORDO_ONE_SHOT_MESSAGE(sender, message),               \
                             sizeof *(sender)->type)

/* bool: whether the receiver was dropped, so that sending is in vain. Orders nothing. */
#define ordo_one_shot_is_abandoned(sender) ordo_one_shot_has_no_receiver(&(sender)->any)

/* void: ends the sender without a message. Does nothing with an empty one. */
#define ordo_one_shot_drop_sender(sender)                                                          \
    ordo_one_shot_end_sender(&(sender)->any, sizeof *(sender)->type)

/* ---- The receiver ---------------------------------------------------------------------------- */

/* int: waits for the message and moves it to *message, a T; 0. Or EPIPE: the sender was dropped.
 * Ends the receiver. */
#define ordo_one_shot_receive(receiver, message)                                                   \
    ordo_one_shot_receive_until(receiver, message, ORDO_NEVER)

/* The same until a deadline of ordo_clock_now; then ETIMEDOUT, and the receiver is as before. */
#define ordo_one_shot_receive_until(receiver, message, deadline)                                   \
    ordo_one_shot_receive_bytes(&(receiver)->any, ORDO_ONE_SHOT_MESSAGE(receiver, message),        \
                                sizeof *(receiver)->type, deadline)

/* The same without waiting; EAGAIN if it would have to, and the receiver is as before. */
#define ordo_one_shot_try_receive(receiver, message)                                               \
    ordo_one_shot_try_receive_bytes(&(receiver)->any, ORDO_ONE_SHOT_MESSAGE(receiver, message),    \
                                    sizeof *(receiver)->type)

/* bool: whether a receive would not wait. Orders nothing. */
#define ordo_one_shot_is_ready(receiver) ordo_one_shot_has_outcome(&(receiver)->any)

/* void: ends the receiver; a message that was sent is destroyed. Does nothing with an empty one. */
#define ordo_one_shot_drop_receiver(receiver)                                                      \
    ordo_one_shot_end_receiver(&(receiver)->any, sizeof *(receiver)->type)

/* `message`, which must be a T *. */
#define ORDO_ONE_SHOT_MESSAGE(handle, message) (1 ? (message) : (__typeof__((handle)->type))0)

/* ---- What the macros call, with the size of the message -------------------------------------- */

__attribute__((warn_unused_result)) int
ordo_one_shot_make(struct ordo_one_shot_sender *sender, struct ordo_one_shot_receiver *receiver,
                   size_t size, size_t alignment, void (*destroy)(void *message),
                   const struct ordo_allocator *allocator);
void ordo_one_shot_start(ordo_one_shot *channel);
void ordo_one_shot_claim_sender(ordo_one_shot *channel);
void ordo_one_shot_claim_receiver(ordo_one_shot *channel);

__attribute__((warn_unused_result)) int
ordo_one_shot_send_bytes(struct ordo_one_shot_sender *sender, const void *message, size_t size);
bool ordo_one_shot_has_no_receiver(const struct ordo_one_shot_sender *sender);
void ordo_one_shot_end_sender(struct ordo_one_shot_sender *sender, size_t size);

__attribute__((warn_unused_result)) int
ordo_one_shot_receive_bytes(struct ordo_one_shot_receiver *receiver, void *message, size_t size,
                            uint64_t deadline);
__attribute__((warn_unused_result)) int
ordo_one_shot_try_receive_bytes(struct ordo_one_shot_receiver *receiver, void *message,
                                size_t size);
bool ordo_one_shot_has_outcome(const struct ordo_one_shot_receiver *receiver);
void ordo_one_shot_end_receiver(struct ordo_one_shot_receiver *receiver, size_t size);

static inline struct ordo_one_shot_sender ordo_one_shot_sender_of(ordo_one_shot *channel,
                                                                  void *place)
{
    const struct ordo_one_shot_sender sender = {channel, place};
    return sender;
}

static inline struct ordo_one_shot_receiver
ordo_one_shot_receiver_of(ordo_one_shot *channel, void *place, void (*destroy)(void *message))
{
    const struct ordo_one_shot_receiver receiver = {channel, place, destroy};
    return receiver;
}

#ifdef __cplusplus
}
#endif
#endif
