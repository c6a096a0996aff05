/* channel_blocks.c: model tests of the unbounded channel, core/channel_blocks.c. A block has two
 * messages here.
 */
#include "channel_scenes.h"

#include "../../core/channel_parts.h"

MODEL_TEST(one_to_one, .expect = model_passes, .spurious_returns = 1)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(send_0, receive_once);
    model_assert(sum == 1);
    end();
}

MODEL_TEST(tries, .expect = model_reached, .weak_failures = 1)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(try_to_send_0, try_to_receive);
    model_reach(sum == 1);
    model_assert(sum + try_receive() == 1 && kept == 0 && try_receive() == 0);
    end();
}

MODEL_TEST(two_tries_for_one_message, .expect = model_passes)
{
    start(ORDO_UNBOUNDED);
    send(0);
    TOGETHER(try_to_receive_one_of_them, try_to_receive_one_of_them);
    model_assert(received_by_all() == 1);
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
    start(ORDO_UNBOUNDED);
    TOGETHER(send_0, try_to_receive, look_at_the_length);
    end();
}

MODEL_TEST(length_at_the_end, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(send_0_if_possible, close_receiver, look_at_the_length);
    end();
}

/* ---- At the edge of a block ------------------------------------------------------------------ */

static void fill_a_block(void)
{
    send(2);
    send(3);
}

static void empty_a_block(void)
{
    model_assert(receive() == 0x100 && receive() == 0x1000);
}

/* Both install the next block; one of the blocks is kept for later. */
MODEL_TEST(two_install, .expect = model_passes, .weak_failures = 1)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    TOGETHER(send_0, send_1);
    empty_a_block();
    model_assert(receive() + receive() == 0x11 && try_receive() == 0);
    end();
}

/* A receiver comes to the edge as the next block is installed. */
MODEL_TEST(receive_at_the_edge, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    empty_a_block();
    TOGETHER(send_0, try_to_receive);
    model_reach(sum == 1);
    model_assert(sum + try_receive() == 1 && try_receive() == 0);
    end();
}

/* The second receiver comes into the new block by the head alone, as the first has moved it. */
MODEL_TEST(two_receive_past_the_edge, .expect = model_passes)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    empty_a_block();
    TOGETHER(send_0_and_1, try_to_receive_one_of_them, try_to_receive_one_of_them);
    const unsigned int sum_of_two = received_by_all();
    const unsigned int first_left = try_receive();
    model_assert(sum_of_two + first_left + try_receive() == 0x11);
    end();
}

MODEL_TEST(wait_at_the_edge, .expect = model_passes, .executions = 3000)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    empty_a_block();
    TOGETHER(send_0, receive_once);
    model_assert(sum == 1);
    end();
}

MODEL_TEST(wait_at_the_edge_for_two, .expect = model_passes, .executions = 200)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    empty_a_block();
    TOGETHER(receive_one_of_them, send_0, send_1);
    model_assert(received_by_all() + receive() == 0x11);
    end();
}

/* Two receivers go over the edge, and the block behind it can be used again. */
MODEL_TEST(two_receive_over_the_edge, .expect = model_passes)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    send(0);
    model_assert(receive() == 0x100);
    TOGETHER(try_to_receive_one_of_them, try_to_receive_one_of_them);
    model_assert(received_by_all() + try_receive() == 0x1001);
    end();
}

/* A block is used again while another thread still looks at it. */
static void go_round(void)
{
    send(0);
    receive_one_of_them();
    send(1);
    receive_one_of_them();
    send(2);
    receive_one_of_them();
}

MODEL_TEST(used_again, .expect = model_passes)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    empty_a_block();
    send(3);
    TOGETHER(go_round, try_to_receive_one_of_them);
    model_assert(received_by_all() + try_receive() == 0x1111 && try_receive() == 0);
    end();
}

static void try_to_send_3(void)
{
    try_to_send(3);
}

MODEL_TEST(sent_to_what_is_used_again, .expect = model_passes, .executions = 150)
{
    start(ORDO_UNBOUNDED);
    send(3);
    model_assert(receive() == 0x1000);
    TOGETHER(go_round, try_to_send_3);
    model_assert(kept == 0 && received_by_all() + try_receive() == 0x1111 && try_receive() == 0);
    end();
}

/* A block goes from the receiver that has emptied it to a sender that fills it. */
static void send_three(void)
{
    send(0);
    send(1);
    send(2);
}

static void receive_two(void)
{
    sum = receive();
    sum += receive();
}

MODEL_TEST(from_receiver_to_sender, .expect = model_passes, .executions = 400)
{
    start(ORDO_UNBOUNDED);
    send(3);
    send(3);
    send(3);
    model_assert(receive() == 0x1000);
    TOGETHER(receive_two, send_three);
    model_assert(sum == 0x2000);
    model_assert(receive() == 1 && receive() == 0x10 && receive() == 0x100 && try_receive() == 0);
    end();
}

/* ---- Beside one that is stopped -------------------------------------------------------------- */

/* The first message comes after the second, from a thread that is stopped then for ever, and wakes
 * nobody. Who takes it sees that there is another one for who waits. */
static void make_it_full(void)
{
    struct channel *const channel = (struct channel *)(void *)sender;
    char *const block = (char *)(uintptr_t)(ordo_load(&channel->last, ordo_relaxed) >> 64);
    unsigned int *const pointer = message(0);

    put_message(channel, (struct slot *)(block + channel->first_slot), 0, (const char *)&pointer);
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
    start(ORDO_UNBOUNDED);
    ordo_fetch_add(&((struct channel *)(void *)sender)->last, 1 << 1, ordo_relaxed);
    send(1);
    TOGETHER(make_it_full, receive_one_of_them, receive_by_tries);
    model_assert(received_by_all() == 0x11);
    end();
}

/* ---- Without memory -------------------------------------------------------------------------- */

MODEL_TEST(no_memory, .expect = model_reached, .allocation_failures = 1)
{
    const struct ordo_channel_options options = {.size = sizeof(unsigned int *),
                                                 .capacity = ORDO_UNBOUNDED,
                                                 .destroy = destroy};
    const int error = ordo_channel_new(&options, &sender, &receiver);

    model_assert(error == 0 || error == ENOMEM);
    model_reach(error == ENOMEM);
    if (error != 0)
        return;
    unsigned int *const pointer = message(0);

    for (int i = 0; i < 3; i++)
        kept += ordo_channel_try_send(sender, &pointer) == ENOMEM;
    model_reach(kept == 1);
    end();
    model_assert(kept + destroyed == 3);
}

/* ---- The end --------------------------------------------------------------------------------- */

/* The message is the sender's or destroyed. */
MODEL_TEST(last_receiver, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(send_0_if_possible, drop_receiver);
    model_assert(kept + destroyed == 1);
    end();
}

/* The same as the sender installs a block. */
MODEL_TEST(last_receiver_at_the_edge, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    fill_a_block();
    TOGETHER(send_0_if_possible_and_drop, drop_receiver);
    model_assert(kept + destroyed == 0x1101);
}

MODEL_TEST(sent_before_the_end, .expect = model_passes, .executions = 300)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(send_0_and_drop, receive_to_the_end);
    model_assert(sum == 1);
    end();
}

MODEL_TEST(close_and_receive, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    send(0);
    TOGETHER(close_receiver, try_to_receive);
    model_reach(sum == 1);
    model_assert(sum + destroyed == 1);
    end();
}

/* What was done before one side goes is seen by the other when it learns of it. */
MODEL_TEST(seen_by_the_receiver, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(write_and_drop_sender, try_to_receive_and_read);
    end();
}

MODEL_TEST(seen_by_the_sender, .expect = model_reached)
{
    start(ORDO_UNBOUNDED);
    TOGETHER(try_to_send_and_read, write_and_drop_receiver);
    end();
}
