/* select.c: model tests of core/select.c: over bounded channels and rendezvous. */
#include "channel_scenes.h"

#include <ordo/select.h>

/* A second channel, beside the one of the scenes. */
static ordo_channel_sender *sender_b;
static ordo_channel_receiver *receiver_b;

static void start_two(size_t a, size_t b)
{
    start(b);
    sender_b = sender;
    receiver_b = receiver;
    start(a);
}

static void end_two(void)
{
    end();
    ordo_channel_sender_drop(&sender_b);
    ordo_channel_receiver_drop(&receiver_b);
}

static unsigned int *got_a, *got_b;

static void select_receive(uint64_t deadline)
{
    struct ordo_select_case cases[] = {
        ORDO_SELECT_RECEIVE(receiver, &got_a),
        ORDO_SELECT_RECEIVE(receiver_b, &got_b),
    };
    const size_t chosen = ordo_select_until(cases, 2, deadline);

    model_assert(chosen < 2 ? cases[chosen].error == 0 : chosen == ORDO_SELECT_NONE);
    model_reach(chosen == ORDO_SELECT_NONE);
    if (chosen < 2)
        ordo_fetch_add(&received, chosen == 0 ? *got_a : *got_b, ordo_relaxed);
}

static void select_one(void)
{
    select_receive(ORDO_NEVER);
}

static void select_one_in_time(void)
{
    select_receive(1000);
}

static void send_to_b(void)
{
    unsigned int *const pointer = message(1);

    model_assert(ordo_channel_send(sender_b, &pointer) == 0);
}

MODEL_TEST(receive_from_one_of_two, .expect = model_passes, .spurious_returns = 1)
{
    start_two(1, 1);
    TOGETHER(send_to_b, select_one);
    model_assert(received_by_all() == 0x10);
    end_two();
}

MODEL_TEST(receive_from_two_kinds, .expect = model_passes, .executions = 1000)
{
    start_two(0, ORDO_UNBOUNDED);
    TOGETHER(send_0, select_one);
    model_assert(received_by_all() == 1);
    end_two();
}

MODEL_TEST(deadline, .expect = model_reached, .timeouts = 1, .executions = 2000)
{
    start_two(1, 1);
    TOGETHER(send_to_b, select_one_in_time);
    sum = received_by_all();
    if (sum == 0) {
        model_assert(ordo_channel_try_receive(receiver_b, &got_b) == 0);
        sum = *got_b;
    }
    model_assert(sum == 0x10);
    end_two();
}

/* The select is woken for one channel or the other, and the receiver gets the rest. */
static void send_to_both(void)
{
    send_to_b();
    send(0);
}

MODEL_TEST(no_wake_up_is_stolen, .expect = model_passes, .executions = 400)
{
    start_two(1, 1);
    TOGETHER(send_to_both, select_one, select_one);
    model_assert(received_by_all() == 0x11);
    end_two();
}

static void receive_from_b(void)
{
    model_assert(ordo_channel_receive(receiver_b, &got_b) == 0);
    ordo_fetch_add(&received, *got_b, ordo_relaxed);
}

static void send_twice_to_b(void)
{
    unsigned int *const pointer = message(0);

    send_to_b();
    model_assert(ordo_channel_send(sender_b, &pointer) == 0);
}

static unsigned int *got_by_select;

static void select_from_b_or_a(void)
{
    struct ordo_select_case cases[] = {
        ORDO_SELECT_RECEIVE(receiver_b, &got_by_select),
        ORDO_SELECT_RECEIVE(receiver, &got_by_select),
    };
    const size_t chosen = ordo_select(cases, 2);

    model_assert(chosen == 0 && cases[0].error == 0);
    ordo_fetch_add(&received, *got_by_select, ordo_relaxed);
}

MODEL_TEST(select_beside_a_receive, .expect = model_passes, .executions = 300)
{
    start_two(1, 2);
    TOGETHER(send_twice_to_b, select_from_b_or_a, receive_from_b);
    model_assert(received_by_all() == 0x11);
    end_two();
}

/* ---- Rendezvous ------------------------------------------------------------------------------ */

static void select_send(void)
{
    unsigned int *const pointer = message(2);
    struct ordo_select_case cases[] = {
        ORDO_SELECT_SEND(sender_b, &pointer),
        ORDO_SELECT_SEND(sender, &pointer),
    };
    const size_t chosen = ordo_select(cases, 2);

    model_assert(chosen < 2 && cases[chosen].error == 0);
}

/* Two selects, each with two cases, in different orders. */
MODEL_TEST(two_selects_meet, .expect = model_passes, .executions = 150)
{
    start_two(0, 0);
    TOGETHER(select_send, select_one);
    model_assert(received_by_all() == 0x100);
    end_two();
}

/* A message goes to one of two selects. */
static void send_2_and_close(void)
{
    select_send();
    ordo_channel_sender_close(sender);
    ordo_channel_sender_close(sender_b);
}

static void select_or_end(void)
{
    unsigned int *got;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_RECEIVE(receiver, &got),
        ORDO_SELECT_RECEIVE(receiver_b, &got),
    };
    const size_t chosen = ordo_select(cases, 2);

    model_assert(chosen < 2 && (cases[chosen].error == 0 || cases[chosen].error == EPIPE));
    if (cases[chosen].error == 0)
        ordo_fetch_add(&received, *got, ordo_relaxed);
}

MODEL_TEST(one_of_two_selects_gets_it, .expect = model_passes, .executions = 150)
{
    start_two(0, 0);
    TOGETHER(send_2_and_close, select_or_end, select_or_end);
    model_assert(received_by_all() == 0x100);
    end_two();
}

/* ---- Without waiting ------------------------------------------------------------------------- */

static void try_select(void)
{
    unsigned int *got, *const pointer = message(3);
    struct ordo_select_case cases[] = {
        ORDO_SELECT_RECEIVE(receiver, &got),
        ORDO_SELECT_SEND(sender_b, &pointer),
    };
    const size_t chosen = ordo_try_select(cases, 2);

    model_assert(chosen == ORDO_SELECT_NONE || (chosen == 0 && cases[0].error == 0));
    model_reach(chosen == 0);
    if (chosen == 0)
        ordo_fetch_add(&received, *got, ordo_relaxed);
}

MODEL_TEST(default_case, .expect = model_reached)
{
    start_two(1, 0);
    TOGETHER(send_0, try_select);
    model_assert(received_by_all() + try_receive() == 1);
    end_two();
}
