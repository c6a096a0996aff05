/* channel_scenes.h: what threads do in the model tests of channels. Messages are pointers to plain
 * variables: a data race shows a receiver that does not see what the sender did. Message i points
 * to 1 << 4 * i, so a sum shows what was received.
 */
#ifndef ORDO_TESTS_MODEL_CHANNEL_SCENES_H
#define ORDO_TESTS_MODEL_CHANNEL_SCENES_H

#include "subject.h"

#include <errno.h>
#include <ordo/channel.h>

static ordo_channel_sender *sender;
static ordo_channel_receiver *receiver;
static unsigned int values[4];
static unsigned int sum;       /* of what was received; of one thread */
static unsigned int kept;      /* of what was not sent; of another */
static unsigned int destroyed; /* the sum of that */

static inline void destroy(void *message)
{
    destroyed += **(unsigned int **)message;
}

static inline void start(size_t capacity)
{
    const struct ordo_channel_options options = {
        .size = sizeof(unsigned int *), .capacity = capacity, .destroy = destroy};

    model_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
}

static inline void end(void)
{
    ordo_channel_sender_drop(&sender);
    ordo_channel_receiver_drop(&receiver);
}

static inline unsigned int *message(unsigned int index)
{
    values[index] = 1u << 4 * index;
    return &values[index];
}

static inline void send(unsigned int index)
{
    unsigned int *const pointer = message(index);

    model_assert(ordo_channel_send(sender, &pointer) == 0);
}

static inline void keep_unless_sent(unsigned int index, int error)
{
    kept += error != 0 ? values[index] : 0;
}

static inline int try_to_send(unsigned int index)
{
    unsigned int *const pointer = message(index);
    const int error = ordo_channel_try_send(sender, &pointer);

    model_assert(error == 0 || error == EAGAIN || error == EPIPE || error == EBUSY);
    keep_unless_sent(index, error);
    return error;
}

static inline void send_in_time(unsigned int index)
{
    unsigned int *const pointer = message(index);
    const int error = ordo_channel_send_until(sender, &pointer, 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error != 0);
    keep_unless_sent(index, error);
}

static inline void send_if_possible(unsigned int index)
{
    unsigned int *const pointer = message(index);
    const int error = ordo_channel_send(sender, &pointer);

    model_assert(error == 0 || error == EPIPE);
    model_reach(error != 0);
    keep_unless_sent(index, error);
}

static inline unsigned int receive(void)
{
    unsigned int *pointer;

    model_assert(ordo_channel_receive(receiver, &pointer) == 0);
    return *pointer;
}

static inline unsigned int try_receive(void)
{
    unsigned int *pointer;
    const int error = ordo_channel_try_receive(receiver, &pointer);

    model_assert(error == 0 || error == EAGAIN || error == EPIPE);
    return error == 0 ? *pointer : 0;
}

static inline void send_0(void)
{
    send(0);
}

static inline void send_1(void)
{
    send(1);
}

static inline void send_2(void)
{
    send(2);
}

static inline void send_0_and_1(void)
{
    send(0);
    send(1);
}

static inline void try_to_send_0(void)
{
    try_to_send(0);
}

static inline void try_to_send_1(void)
{
    try_to_send(1);
}

/* Of a rendezvous. */
static bool was_busy;

static inline void try_to_send_0_and_close(void)
{
    was_busy = try_to_send(0) == EBUSY;
    ordo_channel_sender_close(sender);
}

static inline void send_0_in_time(void)
{
    send_in_time(0);
}

static inline void send_1_in_time(void)
{
    send_in_time(1);
}

static inline void send_0_if_possible(void)
{
    send_if_possible(0);
}

static inline void receive_once(void)
{
    sum += receive();
}

static inline void receive_twice(void)
{
    const unsigned int first = receive();
    const unsigned int second = receive();

    model_assert(first < second);
    sum += first + second;
}

static inline void receive_twice_in_any_order(void)
{
    sum += receive();
    sum += receive();
}

static inline void try_to_receive(void)
{
    sum += try_receive();
}

static inline void receive_in_time(void)
{
    unsigned int *pointer;
    const int error = ordo_channel_receive_until(receiver, &pointer, 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    sum += error == 0 ? *pointer : 0;
}

static inline void receive_to_the_end(void)
{
    unsigned int *pointer;

    while (ordo_channel_receive(receiver, &pointer) == 0)
        sum += *pointer;
}

/* By several threads. */
static ordo_atomic_u32 received;

static inline void receive_one_of_them(void)
{
    ordo_fetch_add(&received, receive(), ordo_relaxed);
}

static inline void try_to_receive_one_of_them(void)
{
    ordo_fetch_add(&received, try_receive(), ordo_relaxed);
}

static inline unsigned int received_by_all(void)
{
    return ordo_load(&received, ordo_relaxed);
}

static inline void drop_sender(void)
{
    ordo_channel_sender_drop(&sender);
}

static inline void drop_receiver(void)
{
    ordo_channel_receiver_drop(&receiver);
}

static unsigned int written;

static inline void write_and_drop_sender(void)
{
    written = 1;
    drop_sender();
}

static inline void write_and_drop_receiver(void)
{
    written = 1;
    drop_receiver();
}

static inline void try_to_receive_and_read(void)
{
    unsigned int *pointer;
    const bool is_over = ordo_channel_try_receive(receiver, &pointer) == EPIPE;

    model_reach(is_over);
    if (is_over)
        model_assert(written == 1);
}

static inline void try_to_send_and_read(void)
{
    const bool is_over = try_to_send(0) == EPIPE;

    model_reach(is_over);
    if (is_over)
        model_assert(written == 1);
}

static inline void close_receiver(void)
{
    ordo_channel_receiver_close(receiver);
}

static inline void send_0_and_drop(void)
{
    send(0);
    ordo_channel_sender_drop(&sender);
}

static inline void send_0_if_possible_and_drop(void)
{
    send_if_possible(0);
    ordo_channel_sender_drop(&sender);
}

#endif
