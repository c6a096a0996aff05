/* channel.c: channels beside a peer that is stopped inside an operation: every try returns, and so
 * do close and drop; no message is lost, or had twice.
 */
#include <criterion/criterion.h>
#include <errno.h>

#include "census.h"
#include "ordo/ordo.h"
#include "stopped.h"

TestSuite(stopped_channel, .timeout = 60);

/* Each message is in the books until it was received, destroyed or kept. */
enum { most = 1000 };

static struct census census;
static ordo_channel_sender *sender;
static ordo_channel_receiver *receiver;
static uint32_t book[most], made;

static void check_off(void *message)
{
    book[*(uint32_t *)message]++;
}

static int try_send(void)
{
    uint32_t message = made++;
    const int error = ordo_channel_try_send(sender, &message);

    if (error != 0)
        check_off(&message);
    return error;
}

static int try_receive(void)
{
    uint32_t message;
    const int error = ordo_channel_try_receive(receiver, &message);

    if (error == 0)
        check_off(&message);
    return error;
}

/* With `before` messages that came and went, and `there` that are there. */
struct state {
    size_t capacity;
    unsigned int before, there;
};

static const struct state states[] = {
    {1, 0, 0}, {1, 3, 1}, {3, 0, 0}, {3, 2, 2}, {3, 1, 3},
    {ORDO_UNBOUNDED, 0, 0}, {ORDO_UNBOUNDED, 31, 1}, {ORDO_UNBOUNDED, 32, 0},
    {ORDO_UNBOUNDED, 31, 0}, {ORDO_UNBOUNDED, 30, 2}, {ORDO_UNBOUNDED, 64, 1},
};
enum { state_count = sizeof states / sizeof *states };

static void begin(const struct state *state)
{
    const struct ordo_channel_options options = {.size = sizeof(uint32_t),
                                                 .capacity = state->capacity,
                                                 .destroy = check_off,
                                                 .allocator = &census.allocator};

    for (unsigned int i = 0; i < most; i++)
        book[i] = 0;
    made = 0;
    census_start(&census);
    cr_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
    for (unsigned int i = 0; i < state->before; i++)
        cr_assert(try_send() == 0 && try_receive() == 0);
    for (unsigned int i = 0; i < state->there; i++)
        cr_assert(try_send() == 0);
}

static void count_up(void)
{
    ordo_channel_sender_drop(&sender);
    ordo_channel_receiver_drop(&receiver);
    for (unsigned int i = 0; i < made; i++)
        cr_expect(book[i] == 1, "message %u", i);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

static void end(struct stopped_thread *peer)
{
    stopped_resume(peer);
    count_up();
}

/* ---- Peers ----------------------------------------------------------------------------------- */

static void peer_sends(void *unused)
{
    uint32_t message = made++;
    const int error = ordo_channel_try_send(sender, &message);

    (void)unused;
    if (error != 0)
        check_off(&message);
}

static void peer_receives(void *unused)
{
    (void)unused;
    (void)try_receive();
}

static void peer_drops_the_sender(void *unused)
{
    (void)unused;
    ordo_channel_sender_drop(&sender);
}

static void peer_closes_the_sender(void *unused)
{
    (void)unused;
    ordo_channel_sender_close(sender);
}

static void peer_closes_the_receiver(void *unused)
{
    (void)unused;
    ordo_channel_receiver_close(receiver);
}

/* ---- Beside them ----------------------------------------------------------------------------- */

/* More than a turn of the ring, and over the edge of a block. */
static void try_both(void)
{
    for (int i = 0; i < 5; i++) {
        const int sent = try_send();
        const int received = try_receive();

        cr_expect(sent == 0 || sent == EAGAIN || sent == EPIPE);
        cr_expect(received == 0 || received == EAGAIN || received == EPIPE);
        (void)ordo_channel_sender_length(sender);
    }
}

static void receive_until_empty(void)
{
    int error;

    while ((error = try_receive()) == 0)
        continue;
    cr_expect(error == EAGAIN || error == EPIPE);
}

static void send_three(void)
{
    for (int i = 0; i < 3; i++)
        (void)try_send();
}

static void close_receiver(void)
{
    ordo_channel_receiver_close(receiver);
    cr_expect(try_send() == EPIPE);
    cr_expect(try_receive() == EPIPE);
}

static void drop_receiver(void)
{
    ordo_channel_receiver_drop(&receiver);
    cr_expect(try_send() == EPIPE);
}

static void drop_sender(void)
{
    ordo_channel_sender_drop(&sender);
    receive_until_empty();
}

/* Calls `beside` while `body` is stopped after its first, second, ... operation, in each state. */
static void at_each_stop(void (*body)(void *), void (*beside)(void))
{
    for (int s = 0; s < state_count; s++) {
        struct stopped_thread peer;
        unsigned int k = 1;

        for (begin(&states[s]); stop_after(&peer, k, body, NULL) == stopped_inside;
             begin(&states[s]), k++) {
            beside();
            end(&peer);
        }
        end(&peer);
        cr_expect(k > 1, "it did stop inside");
    }
}

Test(stopped_channel, beside_a_send)
{
    at_each_stop(peer_sends, try_both);
    at_each_stop(peer_sends, receive_until_empty);
    at_each_stop(peer_sends, send_three);
    at_each_stop(peer_sends, close_receiver);
    at_each_stop(peer_sends, drop_receiver);
}

Test(stopped_channel, beside_a_receive)
{
    at_each_stop(peer_receives, try_both);
    at_each_stop(peer_receives, receive_until_empty);
    at_each_stop(peer_receives, send_three);
    at_each_stop(peer_receives, close_receiver);
    at_each_stop(peer_receives, drop_sender);
}

Test(stopped_channel, beside_a_close)
{
    at_each_stop(peer_closes_the_sender, try_both);
    at_each_stop(peer_closes_the_sender, close_receiver);
    at_each_stop(peer_closes_the_receiver, try_both);
    at_each_stop(peer_closes_the_receiver, close_receiver);
    at_each_stop(peer_closes_the_receiver, drop_sender);
    at_each_stop(peer_drops_the_sender, receive_until_empty);
}

/* What is stopped holds up one message and no more: it is not there, and the channel not full. */
Test(stopped_channel, a_stopped_send_is_not_there)
{
    static const struct state fresh = {3, 0, 0};
    struct stopped_thread peer;
    unsigned int not_there = 0;

    begin(&fresh);
    for (unsigned int k = 1; stop_after(&peer, k, peer_sends, NULL) == stopped_inside; k++) {
        const size_t length = ordo_channel_receiver_length(receiver);
        const int error = try_receive();

        cr_expect(length <= 1 && (error == 0 || error == EAGAIN));
        not_there += length == 1 && error == EAGAIN;
        end(&peer);
        begin(&fresh);
    }
    cr_expect(not_there == 1, "between the claim and the message");
    end(&peer);
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

static const struct state unbounded = {ORDO_UNBOUNDED, 0, 0};

static void send_many(unsigned int count)
{
    while (count-- > 0)
        cr_assert(try_send() == 0);
}

static void receive_many(unsigned int count)
{
    while (count-- > 0)
        cr_assert(try_receive() == 0);
}

/* Two senders allocate the second block; the one that is not needed becomes the third. */
Test(stopped_channel, a_block_too_many_is_kept)
{
    struct stopped_thread peer;
    unsigned int most_allocations = 0;

    for (unsigned int k = 1;; k++) {
        begin(&unbounded);
        send_many(32);
        const bool is_over = stop_after(&peer, k, peer_sends, NULL) != stopped_inside;
        send_many(1);
        stopped_resume(&peer);
        send_many(31);
        const unsigned int allocations = ordo_load(&census.allocations, ordo_relaxed);
        most_allocations = allocations > most_allocations ? allocations : most_allocations;
        count_up();
        if (is_over)
            break;
    }
    cr_expect(most_allocations == 1 + 3);
}

/* A sender is about to take an unused block, as others take it and the next one and give it back. */
Test(stopped_channel, unused_blocks_come_and_go)
{
    struct stopped_thread peer;

    for (unsigned int k = 1;; k++) {
        begin(&unbounded);
        send_many(128);
        receive_many(128);
        const bool is_over = stop_after(&peer, k, peer_sends, NULL) != stopped_inside;
        send_many(40);
        for (int i = 0; i < 37; i++)
            (void)try_receive();
        stopped_resume(&peer);
        send_many(200);
        receive_until_empty();
        count_up();
        if (is_over)
            break;
    }
}

/* ---- Beside those that wait ------------------------------------------------------------------ */

static void peer_waits_for_a_message(void *unused)
{
    uint32_t got;

    (void)unused;
    if (ordo_channel_receive(receiver, &got) == 0)
        check_off(&got);
}

static void peer_waits_for_room(void *unused)
{
    uint32_t message = made++;

    (void)unused;
    if (ordo_channel_send(sender, &message) != 0)
        check_off(&message);
}

/* A try beside a thread that goes to sleep and has the lock of those that do. It is woken by what
 * was done meanwhile, when it goes on. */
static void beside_one_that_waits(const struct state *state, void (*body)(void *),
                                  int (*wakes)(void), int (*also)(void))
{
    struct stopped_thread peer;
    unsigned int k = 1;
    enum stopped_at at;

    for (begin(state); (at = stop_after(&peer, k, body, NULL)) == stopped_inside;
         begin(state), k++) {
        (void)also();
        cr_expect(wakes() == 0);
        end(&peer);
    }
    cr_assert(at == stopped_waiting);
    cr_expect(wakes() == 0);
    end(&peer);
    cr_expect(k > 5);
}

Test(stopped_channel, beside_one_that_waits)
{
    static const struct state empty = {3, 1, 0}, full = {1, 2, 1}, edge = {ORDO_UNBOUNDED, 32, 0};

    beside_one_that_waits(&empty, peer_waits_for_a_message, try_send, try_receive);
    beside_one_that_waits(&edge, peer_waits_for_a_message, try_send, try_receive);
    beside_one_that_waits(&full, peer_waits_for_room, try_receive, try_send);
}


/* A send that is stopped while it wakes a receiver. The others go on, and the receiver is woken. */
Test(stopped_channel, beside_one_that_wakes)
{
    static const struct state fresh = {5, 0, 0};
    struct stopped_thread peer, sleeper;
    unsigned int k = 1, last = 0;

    for (; last == 0; k++) {
        begin(&fresh);
        cr_assert(stop_after(&sleeper, 1000, peer_waits_for_a_message, NULL)
                  == stopped_waiting);
        if (stop_after(&peer, k, peer_sends, NULL) == stopped_inside) {
            cr_expect(try_send() == 0);
            cr_expect(try_send() == 0);
            (void)try_receive();
        } else {
            last = k;
        }
        stopped_resume(&peer);
        stopped_resume(&sleeper);
        cr_assert(stop_after(&peer, 1, peer_sends, NULL) == stopped_inside);
        end(&peer);
    }
    cr_expect(last > 10);
}

/* ---- Rendezvous and select ------------------------------------------------------------------- */

/* A try finds the lock taken and says so within its bound. */
Test(stopped_channel, rendezvous_gives_up)
{
    static const struct state none = {0, 0, 0};
    struct stopped_thread peer, waiting;
    unsigned int busy = 0, selected_busy = 0, handed_over = 0, k = 1;
    enum stopped_at at;

    for (at = stopped_inside; at == stopped_inside; k++) {
        uint32_t message = 0;

        begin(&none);
        /* One receiver waits, and another is on its way. */
        cr_assert(stop_after(&waiting, 1000, peer_waits_for_a_message, NULL) == stopped_waiting);
        at = stop_after(&peer, k, peer_waits_for_a_message, NULL);
        struct ordo_select_case one = ORDO_SELECT_SEND(sender, &message);
        const size_t chosen = ordo_try_select(&one, 1);
        const int error = chosen == ORDO_SELECT_BUSY   ? EBUSY
                          : chosen == ORDO_SELECT_NONE ? EAGAIN
                                                       : one.error;

        cr_expect(error == 0 || error == EBUSY);
        selected_busy += error == EBUSY;
        if (error == 0)
            made++;
        const int again = try_send();
        cr_expect(again == 0 || again == EBUSY || again == EAGAIN);
        cr_expect(error != EBUSY || again == EBUSY);
        busy += again == EBUSY;
        handed_over += again == 0;
        ordo_channel_sender_close(sender);
        stopped_resume(&peer);
        stopped_resume(&waiting);
        count_up();
    }
    cr_expect(busy > 0 && busy == selected_busy && handed_over > 0);
}

static void peer_selects(void *unused)
{
    uint32_t out = made++, in;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_SEND(sender, &out),
        ORDO_SELECT_RECEIVE(receiver, &in),
    };
    const size_t chosen = ordo_try_select(cases, 2);

    (void)unused;
    cr_expect(chosen != ORDO_SELECT_BUSY);
    if (chosen == 1 && cases[1].error == 0)
        check_off(&in);
    if (chosen != 0 || cases[0].error != 0)
        check_off(&out);
}

Test(stopped_channel, beside_a_select)
{
    at_each_stop(peer_selects, try_both);
    at_each_stop(peer_selects, receive_until_empty);
    at_each_stop(peer_selects, close_receiver);
}
