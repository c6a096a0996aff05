/* channel_ring.c: model tests of the bounded channel, core/channel_ring.c. Messages are pointers to
 * plain variables: a data race shows a receiver that does not see what the sender did.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/channel.h>

static ordo_sender *sender;
static ordo_receiver *receiver;
static unsigned int values[4], sum, sent;
static unsigned int destroyed;

static void destroy(void *message)
{
    destroyed += **(unsigned int **)message;
}

static void start(size_t capacity)
{
    const struct ordo_channel_options options = {
        .size = sizeof(unsigned int *), .capacity = capacity, .destroy = destroy};

    model_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
}

static void end(void)
{
    ordo_sender_drop(&sender);
    ordo_receiver_drop(&receiver);
}

static void send(unsigned int index)
{
    unsigned int *const message = &values[index];

    *message = 1u << 4 * index;
    model_assert(ordo_channel_send(sender, &message) == 0);
}

static bool try_send(unsigned int index)
{
    unsigned int *const message = &values[index];

    *message = 1u << 4 * index;
    const int error = ordo_channel_try_send(sender, &message);
    model_assert(error == 0 || error == EAGAIN);
    return error == 0;
}

static unsigned int receive(void)
{
    unsigned int *message;

    model_assert(ordo_channel_receive(receiver, &message) == 0);
    return *message;
}

static unsigned int try_receive(void)
{
    unsigned int *message;
    const int error = ordo_channel_try_receive(receiver, &message);

    model_assert(error == 0 || error == EAGAIN);
    return error == 0 ? *message : 0;
}

static void send_0(void)
{
    send(0);
}

static void send_1(void)
{
    send(1);
}

static void send_0_and_1(void)
{
    send(0);
    send(1);
}

static void receive_once(void)
{
    sum += receive();
}

static void receive_twice(void)
{
    const unsigned int first = receive();
    const unsigned int second = receive();

    model_assert(first < second);
    sum += first + second;
}

MODEL_TEST(one_to_one, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    start(1);
    TOGETHER(send_0, receive_once);
    model_assert(sum == 1);
    end();
}

/* The second send waits for the first receive. */
MODEL_TEST(first_in_first_out, .expect = model_passes)
{
    start(1);
    TOGETHER(send_0_and_1, receive_twice);
    model_assert(sum == 0x11);
    end();
}

static void try_to_send(void)
{
    sent = try_send(0);
}

static void try_to_receive(void)
{
    sum = try_receive();
    model_reach(sum != 0);
}

/* What was sent and not received is there; what was not sent is not. */
MODEL_TEST(tries, .expect = model_reached, .weak_failures = 1)
{
    start(1);
    TOGETHER(try_to_send, try_to_receive);
    model_assert(sent && (sum == 1 || try_receive() == 1) && try_receive() == 0);
    end();
}

/* One of the two messages has to wait for room, or both are there in turn. */
MODEL_TEST(two_senders, .expect = model_passes)
{
    start(2);
    TOGETHER(send_0, send_1);
    sum = receive();
    sum += receive();
    model_assert(sum == 0x11 && try_receive() == 0);
    end();
}

static void try_to_send_1(void)
{
    try_send(1);
}

/* A second turn of the ring at the same time as the first message is taken out. */
MODEL_TEST(next_turn, .expect = model_passes)
{
    start(1);
    send(0);
    TOGETHER(receive_once, try_to_send_1);
    model_assert(sum == 1);
    sum = try_receive();
    model_assert(sum == 0 || sum == 0x10);
    end();
}

static ordo_atomic_u32 received;

static void try_to_receive_the_only_one(void)
{
    ordo_fetch_add(&received, try_receive(), ordo_relaxed);
}

MODEL_TEST(two_tries_for_one_message, .expect = model_passes)
{
    start(1);
    send(0);
    TOGETHER(try_to_receive_the_only_one, try_to_receive_the_only_one);
    model_assert(ordo_load(&received, ordo_relaxed) == 1);
    end();
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void receive_in_time(void)
{
    unsigned int *message;
    const int error = ordo_channel_receive_until(receiver, &message, 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0)
        sum += *message;
}

/* A receive that times out as the message arrives leaves it for the next. */
MODEL_TEST(deadline_of_a_receive, .expect = model_reached, .timeouts = 1, .spurious_returns = 1)
{
    start(1);
    TOGETHER(send_0, receive_in_time);
    sum += try_receive();
    model_assert(sum == 1 && try_receive() == 0);
    end();
}

static void send_in_time(void)
{
    unsigned int *const message = &values[1];

    *message = 0x10;
    const int error = ordo_channel_send_until(sender, &message, 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    sum += error == 0 ? 0 : 0x10;
}

MODEL_TEST(deadline_of_a_send, .expect = model_reached, .timeouts = 1)
{
    start(1);
    send(0);
    TOGETHER(receive_once, send_in_time);
    sum += try_receive();
    model_assert(sum == 0x11);
    end();
}

/* ---- The end --------------------------------------------------------------------------------- */

static void drop_sender(void)
{
    ordo_sender_drop(&sender);
}

static void receive_to_the_end(void)
{
    unsigned int *message;

    while (ordo_channel_receive(receiver, &message) == 0)
        sum += *message;
}

MODEL_TEST(last_sender, .expect = model_passes, .spurious_returns = 1)
{
    start(1);
    TOGETHER(drop_sender, receive_to_the_end);
    model_assert(sum == 0);
    end();
}

static void send_and_drop(void)
{
    send(0);
    ordo_sender_drop(&sender);
}

MODEL_TEST(sent_before_the_end, .expect = model_passes)
{
    start(1);
    TOGETHER(send_and_drop, receive_to_the_end);
    model_assert(sum == 1);
    end();
}

static void drop_receiver(void)
{
    ordo_receiver_drop(&receiver);
}

static void send_if_possible(void)
{
    unsigned int *const message = &values[0];

    *message = 1;
    const int error = ordo_channel_send(sender, &message);
    model_assert(error == 0 || error == EPIPE);
    model_reach(error == EPIPE);
    sum += error == EPIPE;
}

/* The message is the sender's or destroyed. */
MODEL_TEST(last_receiver, .expect = model_reached)
{
    start(1);
    TOGETHER(send_if_possible, drop_receiver);
    model_assert(sum + destroyed == 1);
    end();
}

/* A sender that waits for room learns of it. */
MODEL_TEST(last_receiver_of_a_full_channel, .expect = model_reached, .spurious_returns = 1)
{
    start(1);
    send(1);
    TOGETHER(send_if_possible, drop_receiver);
    model_assert(sum == 1 && destroyed == 0x10);
    end();
}

static void send_and_drop_if_possible(void)
{
    send_if_possible();
    ordo_sender_drop(&sender);
}

/* Whoever is last gives the channel back. */
MODEL_TEST(both_drop, .expect = model_reached)
{
    start(2);
    TOGETHER(send_and_drop_if_possible, drop_receiver);
    model_assert(sum + destroyed == 1);
}

static void close_receiver(void)
{
    ordo_receiver_close(receiver);
}

static void receive_if_possible(void)
{
    unsigned int *message;
    const int error = ordo_channel_try_receive(receiver, &message);

    model_reach(error == EPIPE);
    sum += error == 0 ? *message : 0;
}

/* A message has one owner: who receives it, or who destroys it. */
MODEL_TEST(close_and_receive, .expect = model_reached)
{
    start(1);
    send(0);
    TOGETHER(close_receiver, receive_if_possible);
    model_assert(sum + destroyed == 1);
    end();
}
