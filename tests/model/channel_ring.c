/* channel_ring.c: model tests of the bounded channel, core/channel_ring.c, and of how a channel
 * waits and ends.
 */
#include "channel_scenes.h"

#include "../../core/channel_parts.h"

MODEL_TEST(one_to_one, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    start(1);
    TOGETHER(send_0, receive_once);
    model_assert(sum == 1);
    end();
}

/* The second send waits for the first receive. */
MODEL_TEST(first_in_first_out, .expect = model_passes, .executions = 300)
{
    start(1);
    TOGETHER(send_0_and_1, receive_twice);
    model_assert(sum == 0x11);
    end();
}

/* What was sent and not received is there; what was not sent is not. */
MODEL_TEST(tries, .expect = model_reached, .weak_failures = 1)
{
    start(1);
    TOGETHER(try_to_send_0, try_to_receive);
    model_reach(sum == 1);
    model_assert(sum + try_receive() == 1 && kept == 0 && try_receive() == 0);
    end();
}

MODEL_TEST(two_senders, .expect = model_passes)
{
    start(2);
    TOGETHER(send_0, send_1);
    sum = receive();
    sum += receive();
    model_assert(sum == 0x11 && try_receive() == 0);
    end();
}

/* A second turn of the ring at the same time as the first message is taken out. */
MODEL_TEST(next_turn, .expect = model_reached)
{
    start(1);
    send(0);
    TOGETHER(receive_once, try_to_send_1);
    model_reach(kept == 0);
    model_assert(sum == 1 && try_receive() + kept == 0x10);
    end();
}

MODEL_TEST(two_tries_for_one_message, .expect = model_passes)
{
    start(1);
    send(0);
    TOGETHER(try_to_receive_one_of_them, try_to_receive_one_of_them);
    model_assert(received_by_all() == 1);
    end();
}

/* In a capacity that leaves positions out. */
MODEL_TEST(three_places, .expect = model_passes)
{
    start(3);
    for (unsigned int i = 0; i < 3; i++)
        send(i);
    TOGETHER(try_to_receive_one_of_them, try_to_receive_one_of_them);
    send(3);
    sum = received_by_all() + receive() + receive();
    model_assert(sum == 0x1111 && try_receive() == 0);
    end();
}

static void look_at_the_length(void)
{
    const size_t length = ordo_channel_sender_length(sender);

    model_reach(length == 1);
    model_assert(length <= 1);
}

/* Never more than there ever were, and not less than none. */
MODEL_TEST(length, .expect = model_reached)
{
    start(2);
    TOGETHER(send_0, try_to_receive, look_at_the_length);
    end();
}

MODEL_TEST(length_at_the_end, .expect = model_reached)
{
    start(2);
    TOGETHER(send_0_if_possible, close_receiver, look_at_the_length);
    end();
}

/* ---- Waiting --------------------------------------------------------------------------------- */

/* A receive that times out as the message arrives leaves it for the next. */
MODEL_TEST(deadline_of_a_receive, .expect = model_reached, .timeouts = 1, .spurious_returns = 1)
{
    start(1);
    TOGETHER(send_0, receive_in_time);
    model_assert(sum + try_receive() == 1 && try_receive() == 0);
    end();
}

MODEL_TEST(deadline_of_a_send, .expect = model_reached, .timeouts = 1)
{
    start(1);
    send(0);
    TOGETHER(receive_once, send_1_in_time);
    model_reach(kept == 0);
    model_assert(sum == 1 && try_receive() + kept == 0x10);
    end();
}

/* Each message wakes a receiver, whichever is sent first and whichever is there first. */
MODEL_TEST(two_wait_for_two, .expect = model_passes, .executions = 300)
{
    start(2);
    TOGETHER(send_0_and_1, receive_one_of_them, receive_one_of_them);
    model_assert(received_by_all() == 0x11);
    end();
}

MODEL_TEST(one_waits_for_two_senders, .expect = model_passes, .executions = 300)
{
    start(2);
    TOGETHER(send_0, receive_one_of_them, send_1);
    model_assert(received_by_all() + receive() == 0x11);
    end();
}

MODEL_TEST(wait_for_room, .expect = model_passes, .spurious_returns = 1)
{
    start(1);
    send(0);
    TOGETHER(send_1, receive_once);
    model_assert(sum == 1 && receive() == 0x10);
    end();
}

/* ---- Beside one that is stopped -------------------------------------------------------------- */

/* The first message, or free slot, comes after the second, from a thread that is stopped then for
 * ever, and wakes nobody. Who takes it sees that there is another one for who waits. */
static struct slot *first_slot(void)
{
    struct channel *const channel = (struct channel *)(void *)sender;

    return (struct slot *)((char *)channel + channel->first_slot);
}

static void make_it_full(void)
{
    *(unsigned int **)message_in((struct channel *)(void *)sender, first_slot()) = message(0);
    ordo_exchange(&first_slot()->stamp, stamp(0, stamp_full), ordo_seq_cst);
}

static void receive_by_tries(void)
{
    unsigned int got;

    while ((got = try_receive()) == 0)
        ordo_thread_yield();
    ordo_fetch_add(&received, got, ordo_relaxed);
}

MODEL_TEST(passed_on_to_a_receiver, .expect = model_passes, .executions = 3000)
{
    start(2);
    ordo_store(&((struct channel *)(void *)sender)->tail, 1 << 1, ordo_relaxed);
    send(1);
    TOGETHER(make_it_full, receive_one_of_them, receive_by_tries);
    model_assert(received_by_all() == 0x11);
    end();
}

/* The second message is sent at the same time, and finds nobody who waits. */
static void make_it_full_and_receive(void)
{
    make_it_full();
    receive_by_tries();
}

MODEL_TEST(passed_on_as_it_is_sent, .expect = model_passes, .executions = 800)
{
    start(2);
    ordo_store(&((struct channel *)(void *)sender)->tail, 1 << 1, ordo_relaxed);
    TOGETHER(receive_one_of_them, make_it_full_and_receive, send_1);
    model_assert(received_by_all() == 0x11);
    end();
}

static void make_it_free(void)
{
    ordo_store(&first_slot()->stamp, stamp(2, stamp_free), ordo_seq_cst);
}

static void send_by_tries(void)
{
    unsigned int *const pointer = message(3);

    while (ordo_channel_try_send(sender, &pointer) != 0)
        ordo_thread_yield();
}

MODEL_TEST(passed_on_to_a_sender, .expect = model_passes, .executions = 3000)
{
    start(2);
    send(0);
    send(1);
    ordo_store(&((struct channel *)(void *)sender)->head, 1, ordo_relaxed);
    model_assert(receive() == 0x10);
    TOGETHER(make_it_free, send_2, send_by_tries);
    model_assert(receive() + receive() == 0x1100);
    end();
}

/* ---- The end --------------------------------------------------------------------------------- */

MODEL_TEST(last_sender, .expect = model_passes, .spurious_returns = 1)
{
    start(1);
    TOGETHER(drop_sender, receive_to_the_end);
    model_assert(sum == 0);
    end();
}

MODEL_TEST(sent_before_the_end, .expect = model_passes, .executions = 700)
{
    start(1);
    TOGETHER(send_0_and_drop, receive_to_the_end);
    model_assert(sum == 1);
    end();
}

/* The message is the sender's or destroyed. */
MODEL_TEST(last_receiver, .expect = model_reached)
{
    start(1);
    TOGETHER(send_0_if_possible, drop_receiver);
    model_assert(kept + destroyed == 1);
    end();
}

/* A sender that waits for room learns of it. */
MODEL_TEST(last_receiver_of_a_full_channel, .expect = model_reached, .spurious_returns = 1)
{
    start(1);
    send(1);
    TOGETHER(send_0_if_possible, drop_receiver);
    model_assert(kept == 1 && destroyed == 0x10);
    end();
}

/* Whoever is last gives the channel back. */
MODEL_TEST(both_drop, .expect = model_reached)
{
    start(2);
    TOGETHER(send_0_if_possible_and_drop, drop_receiver);
    model_assert(kept + destroyed == 1);
}

/* A message has one owner: who receives it, or who destroys it. */
MODEL_TEST(close_and_receive, .expect = model_reached)
{
    start(1);
    send(0);
    TOGETHER(close_receiver, try_to_receive);
    model_reach(sum == 1);
    model_assert(sum + destroyed == 1);
    end();
}

/* What was done before one side goes is seen by the other when it learns of it. */
MODEL_TEST(seen_by_the_receiver, .expect = model_reached)
{
    start(1);
    TOGETHER(write_and_drop_sender, try_to_receive_and_read);
    end();
}

MODEL_TEST(seen_by_the_sender, .expect = model_reached)
{
    start(1);
    TOGETHER(try_to_send_and_read, write_and_drop_receiver);
    end();
}

MODEL_TEST(seen_by_the_sender_that_waits, .expect = model_reached)
{
    start(1);
    send(1);
    TOGETHER(try_to_send_and_read, write_and_drop_receiver);
    end();
}

static ordo_channel_sender *second;

static void write_and_drop_first(void)
{
    written = 1;
    ordo_channel_sender_drop(&sender);
}

static void drop_second_and_read(void)
{
    ordo_channel_sender_drop(&second);
    try_to_receive_and_read();
}

MODEL_TEST(seen_from_both_senders, .expect = model_reached)
{
    start(1);
    second = ordo_channel_sender_clone(sender);
    TOGETHER(write_and_drop_first, drop_second_and_read);
    end();
}
