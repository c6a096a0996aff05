/* one_shot.h: a channel that carries one message from one sender to one receiver.
 *
 *     typedef ORDO_ONE_SHOT_SENDER(struct answer) answer_sender;
 *     typedef ORDO_ONE_SHOT_RECEIVER(struct answer) answer_receiver;
 *
 *     answer_sender sender;
 *     answer_receiver receiver;
 *     if (ordo_one_shot_new(&sender, &receiver, NULL, NULL) != 0) ...     // no memory
 *     error = ordo_one_shot_send(&sender, &answer);           // in the one thread
 *     error = ordo_one_shot_receive(&receiver, &answer);      // in the other
 *
 * There are three ways to a sender and a receiver, and one set of operations on them. `new` makes
 * the channel on a heap, and whichever of the two ends last gives it back. The other two allocate
 * nothing: the channel is an ORDO_ONE_SHOT(T) that lives where its owner puts it.
 *
 *     static ORDO_ONE_SHOT(struct answer) channel;
 *     ordo_one_shot_split(&channel, &sender, &receiver);
 *
 * gives both to the owner, again for each message; and if several threads know the channel, each of
 *
 *     ordo_one_shot_become_sender(&channel, &sender);
 *     ordo_one_shot_become_receiver(&channel, &receiver);
 *
 * works once, and aborts for the thread that would be a second one.
 *
 * A sender or receiver is plain data, to be moved to the thread that uses it, not copied. It is
 * consumed by the operation that ends it, whose argument is then empty: send; a receive that
 * returns 0 or EPIPE; drop.
 *
 * Size: the channel 16 bytes and the message; 8 more on the heap. A sender or receiver 16 bytes. All
 *     zero bytes: a channel that is not in use, whose message needs no destructor; an empty sender
 *     or receiver.
 * The message: any type; its bytes are moved, so what it points to goes along. If it was sent but
 *     is never received, its destructor, if there is one, is called by the drop of the receiver.
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

#include <errno.h>
#include <stddef.h>

#include "ordo/allocator.h"
#include "ordo/atomic.h"
#include "ordo/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_one_shot {
    ordo_atomic_u32 state;
    void (*destroy)(void *message); /* or NULL */
} ordo_one_shot;

#define ORDO_ONE_SHOT(T)                                                                           \
    struct {                                                                                       \
        ordo_one_shot channel;                                                                     \
        T message;                                                                                 \
    }

/* The initial value of an ORDO_ONE_SHOT(T) whose unreceived message is destroyed. */
#define ORDO_ONE_SHOT_INIT(destroy) {{ORDO_ATOMIC_INIT(0), (destroy)}, ORDO_ONE_SHOT_NO_MESSAGE}
#ifdef __cplusplus
#define ORDO_ONE_SHOT_NO_MESSAGE {}
#else
#define ORDO_ONE_SHOT_NO_MESSAGE {0}
#endif

#define ORDO_ONE_SHOT_SENDER(T)                                                                    \
    struct {                                                                                       \
        ordo_one_shot *sends_to;                                                                   \
        T *place;                                                                                  \
    }
#define ORDO_ONE_SHOT_RECEIVER(T)                                                                  \
    struct {                                                                                       \
        ordo_one_shot *receives_from;                                                              \
        T *place;                                                                                  \
    }

/* ---- Making a sender and a receiver ---------------------------------------------------------- */

/* int: makes a channel of the heap of `allocator`, or of the C library if that is NULL, with the
 * destructor void (*destroy)(void *message), or NULL. 0, or ENOMEM, which leaves both untouched. */
#define ordo_one_shot_new(sender, receiver, destroy, allocator)                                    \
    __extension__({                                                                                \
        ORDO_AUTO ordo_sender = (sender);                                                          \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        void *ordo_place = 0;                                                                      \
        ordo_one_shot *ordo_channel = ordo_one_shot_allocate(                                      \
            sizeof *ordo_sender->place, __alignof__(*ordo_sender->place), destroy, allocator,      \
            &ordo_place);                                                                          \
        if (ordo_channel != 0) {                                                                   \
            ordo_sender->sends_to = ordo_receiver->receives_from = ordo_channel;                   \
            ordo_sender->place = (__typeof__(ordo_sender->place))ordo_place;                       \
            ordo_receiver->place = ordo_sender->place;                                             \
        }                                                                                          \
        ordo_channel != 0 ? 0 : ENOMEM;                                                            \
    })

/* void: for an exclusive owner: before the channel is used, or when the receiver and the sender of
 * before were both ended. */
#define ordo_one_shot_split(owner, sender, receiver)                                               \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ORDO_AUTO ordo_sender = (sender);                                                          \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        ordo_one_shot_start(&ordo_owner->channel);                                                 \
        ordo_sender->sends_to = ordo_receiver->receives_from = &ordo_owner->channel;               \
        ordo_sender->place = ordo_receiver->place = &ordo_owner->message;                          \
    })

/* void: each for the one thread that does it, once in the life of the channel. */
#define ordo_one_shot_become_sender(owner, sender)                                                 \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ORDO_AUTO ordo_sender = (sender);                                                          \
        ordo_one_shot_claim_sender(&ordo_owner->channel);                                          \
        ordo_sender->sends_to = &ordo_owner->channel;                                              \
        ordo_sender->place = &ordo_owner->message;                                                 \
    })
#define ordo_one_shot_become_receiver(owner, receiver)                                             \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        ordo_one_shot_claim_receiver(&ordo_owner->channel);                                        \
        ordo_receiver->receives_from = &ordo_owner->channel;                                       \
        ordo_receiver->place = &ordo_owner->message;                                               \
    })

/* ---- The sender ------------------------------------------------------------------------------ */

/* int: moves *message, a T, into the channel. 0, or EPIPE: there is no receiver, and *message is
 * as it was. Ends the sender in both cases. */
#define ordo_one_shot_send(sender, message)                                                        \
    __extension__({                                                                                \
        ORDO_AUTO ordo_sender = (sender);                                                          \
        const __typeof__(*ordo_sender->place) *ordo_message = (message);                           \
        ordo_one_shot_send_bytes(&ordo_sender->sends_to, ordo_sender->place, ordo_message,         \
                                 sizeof *ordo_message);                                            \
    })

/* bool: whether the receiver was dropped, so that sending is in vain. */
#define ordo_one_shot_is_abandoned(sender) ordo_one_shot_has_no_receiver((sender)->sends_to)

/* void: ends the sender without a message. Does nothing with an empty one. */
#define ordo_one_shot_drop_sender(sender)                                                          \
    __extension__({                                                                                \
        ORDO_AUTO ordo_sender = (sender);                                                          \
        ordo_one_shot_end_sender(&ordo_sender->sends_to, ordo_sender->place,                       \
                                 sizeof *ordo_sender->place);                                      \
    })

/* ---- The receiver ---------------------------------------------------------------------------- */

/* int: waits for the message and moves it to *message, a T; 0. Or EPIPE: the sender was dropped.
 * Ends the receiver. */
#define ordo_one_shot_receive(receiver, message)                                                   \
    ordo_one_shot_receive_until(receiver, message, ORDO_NEVER)

/* The same until a deadline of ordo_clock_now; then ETIMEDOUT, and the receiver is as before. */
#define ordo_one_shot_receive_until(receiver, message, deadline)                                   \
    __extension__({                                                                                \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        __typeof__(*ordo_receiver->place) *ordo_message = (message);                               \
        ordo_one_shot_receive_bytes(&ordo_receiver->receives_from, ordo_receiver->place,           \
                                    ordo_message, sizeof *ordo_message, deadline);                 \
    })

/* The same without waiting; EAGAIN if it would have to, and the receiver is as before. */
#define ordo_one_shot_try_receive(receiver, message)                                               \
    __extension__({                                                                                \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        __typeof__(*ordo_receiver->place) *ordo_message = (message);                               \
        ordo_one_shot_try_receive_bytes(&ordo_receiver->receives_from, ordo_receiver->place,       \
                                        ordo_message, sizeof *ordo_message);                       \
    })

/* bool: whether a receive would not wait. Orders nothing. */
#define ordo_one_shot_is_ready(receiver) ordo_one_shot_has_outcome((receiver)->receives_from)

/* void: ends the receiver; a message that was sent is destroyed. Does nothing with an empty one. */
#define ordo_one_shot_drop_receiver(receiver)                                                      \
    __extension__({                                                                                \
        ORDO_AUTO ordo_receiver = (receiver);                                                      \
        ordo_one_shot_end_receiver(&ordo_receiver->receives_from, ordo_receiver->place,            \
                                   sizeof *ordo_receiver->place);                                  \
    })

/* ---- What the macros call: `place` is that of the message, of `size` bytes ------------------- */

__attribute__((warn_unused_result)) ordo_one_shot *
ordo_one_shot_allocate(size_t size, size_t alignment, void (*destroy)(void *message),
                       const struct ordo_allocator *allocator, void **place);
void ordo_one_shot_start(ordo_one_shot *channel);
void ordo_one_shot_claim_sender(ordo_one_shot *channel);
void ordo_one_shot_claim_receiver(ordo_one_shot *channel);

__attribute__((warn_unused_result)) int ordo_one_shot_send_bytes(ordo_one_shot **channel,
                                                                 void *place, const void *message,
                                                                 size_t size);
void ordo_one_shot_end_sender(ordo_one_shot **channel, void *place, size_t size);
bool ordo_one_shot_has_no_receiver(const ordo_one_shot *channel);

__attribute__((warn_unused_result)) int
ordo_one_shot_receive_bytes(ordo_one_shot **channel, void *place, void *message, size_t size,
                            uint64_t deadline);
__attribute__((warn_unused_result)) int
ordo_one_shot_try_receive_bytes(ordo_one_shot **channel, void *place, void *message, size_t size);
void ordo_one_shot_end_receiver(ordo_one_shot **channel, void *place, size_t size);
bool ordo_one_shot_has_outcome(const ordo_one_shot *channel);

#ifdef __cplusplus
}
#endif
#endif
