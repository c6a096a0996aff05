/* channel_rendezvous.c: model tests of the channel without capacity, core/channel_rendezvous.c. */
#include "channel_scenes.h"

MODEL_TEST(meet, .expect = model_passes, .spurious_returns = 1, .executions = 4000)
{
    start(0);
    TOGETHER(send_0, receive_once);
    model_assert(sum == 1);
    end();
}

MODEL_TEST(two_senders, .expect = model_passes, .executions = 500)
{
    start(0);
    TOGETHER(send_0, receive_twice_in_any_order, send_1);
    model_assert(sum == 0x11);
    end();
}

/* A try finds a receiver that waits, or nobody, or gives up. */
MODEL_TEST(try_finds_a_receiver, .expect = model_reached, .executions = 1000)
{
    start(0);
    TOGETHER(try_to_send_0_and_close, receive_to_the_end);
    model_assert(sum + kept == 1);
    model_reach(sum == 1);
    end();
}

MODEL_TEST(try_gives_up, .expect = model_reached, .executions = 1000)
{
    start(0);
    TOGETHER(try_to_send_0_and_close, receive_to_the_end);
    model_reach(was_busy);
    end();
}

MODEL_TEST(two_tries, .expect = model_never_reached)
{
    start(0);
    TOGETHER(try_to_send_0, try_to_receive);
    model_assert(sum == 0 && kept == 1);
    end();
}

/* Both have the message or neither. */
MODEL_TEST(deadlines, .expect = model_reached, .timeouts = 2, .executions = 1000)
{
    start(0);
    TOGETHER(send_0_in_time, receive_in_time);
    model_assert(sum + kept == 1);
    end();
}

MODEL_TEST(last_receiver, .expect = model_reached, .executions = 2000)
{
    start(0);
    TOGETHER(send_0_if_possible_and_drop, drop_receiver);
    model_assert(kept == 1 && destroyed == 0);
}

MODEL_TEST(last_sender, .expect = model_passes, .executions = 2000)
{
    start(0);
    TOGETHER(drop_sender, receive_to_the_end);
    model_assert(sum == 0);
    end();
}

MODEL_TEST(sent_before_the_end, .expect = model_passes, .executions = 1000)
{
    start(0);
    TOGETHER(send_0_and_drop, receive_to_the_end);
    model_assert(sum == 1);
    end();
}

/* What was done before one side goes is seen by the other when it learns of it. */
MODEL_TEST(seen_by_the_receiver, .expect = model_reached)
{
    start(0);
    TOGETHER(write_and_drop_sender, try_to_receive_and_read);
    end();
}
