/* one_shot.c: the one-shot channel beside a sender or receiver that is stopped inside an operation:
 * the other side gets its answer at once, and nothing is lost or destroyed twice. */
#include <criterion/criterion.h>
#include <errno.h>

#include "census.h"
#include "ordo/ordo.h"
#include "stopped.h"

TestSuite(stopped_one_shot, .timeout = 60);

static ORDO_ONE_SHOT_SENDER(int) sender;
static ORDO_ONE_SHOT_RECEIVER(int) receiver;
static struct census census;
static int result, destroyed;

static void destroy(void *message)
{
    destroyed += *(int *)message == 7;
}

/* Each begins anew, so that a body may be run again and again. */
static void begin(void)
{
    result = -1;
    destroyed = 0;
    census_start(&census);
    cr_assert(ordo_one_shot_new(&sender, &receiver, destroy, &census.allocator) == 0);
}

static void nothing_is_left(struct stopped_thread *peer)
{
    stopped_resume(peer);
    ordo_one_shot_drop_receiver(&receiver);
    ordo_one_shot_drop_sender(&sender);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

static void send(void *unused)
{
    const int message = 7;

    (void)unused;
    result = ordo_one_shot_send(&sender, &message);
}

static void drop_sender(void *unused)
{
    (void)unused;
    ordo_one_shot_drop_sender(&sender);
}

static void receive(void *message)
{
    result = ordo_one_shot_receive(&receiver, (int *)message);
}

static void try_to_receive(void *message)
{
    result = ordo_one_shot_try_receive(&receiver, (int *)message);
}

static void drop_receiver(void *unused)
{
    (void)unused;
    ordo_one_shot_drop_receiver(&receiver);
}

/* Calls `beside` while `body` is stopped after its first, second, ... operation. */
static void at_each_stop(void (*body)(void *), void *argument, void (*beside)(void))
{
    struct stopped_thread peer;
    unsigned int k = 1;
    enum stopped_at at;

    for (begin(); (at = stop_after(&peer, k, body, argument)) == stopped_inside; begin(), k++) {
        beside();
        nothing_is_left(&peer);
    }
    if (at == stopped_waiting)
        beside();
    nothing_is_left(&peer);
    cr_expect(k > 1, "it did stop inside");
}

static void expect_message(void)
{
    int message = 0;

    cr_expect(ordo_one_shot_try_receive(&receiver, &message) == 0 && message == 7);
}

static void expect_end(void)
{
    int message;

    cr_expect(ordo_one_shot_receive_until(&receiver, &message, 0) == EPIPE);
}

/* The message of the stopped send is destroyed; that send still returns 0. */
static void drop_and_expect_destroyed(void)
{
    ordo_one_shot_drop_receiver(&receiver);
    cr_expect(destroyed == 1);
}

Test(stopped_one_shot, beside_a_send)
{
    at_each_stop(send, NULL, expect_message);
    cr_expect(result == 0);
    at_each_stop(send, NULL, drop_and_expect_destroyed);
    cr_expect(result == 0);
    at_each_stop(drop_sender, NULL, expect_end);
}

/* A receiver that waits, or will look again, does not keep the sender. */
static void send_beside(void)
{
    const int message = 7;

    cr_expect(ordo_one_shot_send(&sender, &message) == 0);
}

Test(stopped_one_shot, beside_a_receive)
{
    static int message;
    struct stopped_thread peer;

    at_each_stop(receive, &message, send_beside);
    cr_expect(result == 0 && message == 7, "it was waiting in the end");
    at_each_stop(try_to_receive, &message, send_beside);

    /* Woken, and stopped before it has taken the message, or after that. */
    unsigned int k = 1, stops = 0;
    for (;; k++) {
        begin();
        enum stopped_at at = stop_after(&peer, k, receive, &message);
        if (at == stopped_waiting) {
            send_beside();
            while ((at = stopped_next(&peer)) == stopped_waiting)
                ;
            stops += at == stopped_inside;
        } else {
            drop_sender(NULL);
            at = stopped_inside;
        }
        nothing_is_left(&peer);
        if (at == stopped_ended)
            break;
    }
    cr_expect(stops > 0 && result == 0);
}

static void expect_refusal(void)
{
    const int message = 7;

    cr_expect(ordo_one_shot_is_abandoned(&sender));
    cr_expect(ordo_one_shot_send(&sender, &message) == EPIPE);
}

Test(stopped_one_shot, beside_a_drop_of_the_receiver)
{
    at_each_stop(drop_receiver, NULL, expect_refusal);
    cr_expect(destroyed == 0);
}
