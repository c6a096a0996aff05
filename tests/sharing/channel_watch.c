/* channel_watch.c: channels in a poll loop. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(channel_watch, .timeout = 60);

static ordo_channel_sender *sender;
static ordo_channel_receiver *receiver;
static struct ordo_channel_watch watch;

static void open_channel(size_t capacity)
{
    const struct ordo_channel_options options = {.size = sizeof(uint64_t), .capacity = capacity};

    cr_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
}

static void drop_both(void)
{
    ordo_channel_sender_drop(&sender);
    ordo_channel_receiver_drop(&receiver);
}

static bool is_readable(int timeout)
{
    struct pollfd descriptor = {.fd = watch.descriptor, .events = POLLIN};
    int count;

    while ((count = poll(&descriptor, 1, timeout)) < 0 && errno == EINTR)
        continue;
    return count == 1 && (descriptor.revents & POLLIN) != 0;
}

Test(channel_watch, of_a_receiver)
{
    static const size_t capacities[] = {1, 5, ORDO_UNBOUNDED};

    cr_expect(sizeof watch == 72);
    for (int k = 0; k < 3; k++) {
        uint64_t message = 7;

        open_channel(capacities[k]);
        cr_assert(ordo_channel_watch_open_receiver(&watch, receiver) == 0);
        cr_expect(!is_readable(0), "not armed");
        cr_expect(!ordo_channel_watch_arm(&watch) && !is_readable(0), "empty");
        cr_expect(!ordo_channel_watch_arm(&watch) && !is_readable(0), "armed twice");
        cr_expect(ordo_channel_try_send(sender, &message) == 0);
        cr_expect(is_readable(0) && is_readable(0), "until it is armed again");
        cr_expect(ordo_channel_watch_arm(&watch) && !is_readable(0), "there is a message");
        cr_expect(ordo_channel_try_receive(receiver, &message) == 0);
        cr_expect(!ordo_channel_watch_arm(&watch) && !is_readable(0));
        ordo_channel_sender_drop(&sender);
        cr_expect(is_readable(0), "the end can be received");
        cr_expect(ordo_channel_watch_arm(&watch));
        cr_expect(ordo_channel_try_receive(receiver, &message) == EPIPE);
        ordo_channel_watch_close(&watch);
        cr_expect(watch.descriptor == -1);
        drop_both();
    }
}

Test(channel_watch, of_a_sender)
{
    uint64_t message = 7;

    open_channel(1);
    cr_assert(ordo_channel_watch_open_sender(&watch, sender) == 0);
    cr_expect(ordo_channel_watch_arm(&watch), "there is room");
    cr_expect(ordo_channel_try_send(sender, &message) == 0);
    cr_expect(!ordo_channel_watch_arm(&watch) && !is_readable(0), "full");
    cr_expect(ordo_channel_try_receive(receiver, &message) == 0);
    cr_expect(is_readable(0));
    cr_expect(ordo_channel_watch_arm(&watch));
    cr_expect(ordo_channel_try_send(sender, &message) == 0 && !ordo_channel_watch_arm(&watch));
    ordo_channel_receiver_drop(&receiver);
    cr_expect(is_readable(0), "the end can be sent to");
    ordo_channel_watch_close(&watch);
    drop_both();
}

Test(channel_watch, errors)
{

    open_channel(0);
    cr_expect(ordo_channel_watch_open_receiver(&watch, receiver) == ENOTSUP);
    cr_expect(ordo_channel_watch_open_sender(&watch, sender) == ENOTSUP);
    drop_both();
    open_channel(1);
    struct rlimit before;
    cr_assert(getrlimit(RLIMIT_NOFILE, &before) == 0);
    cr_assert(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, before.rlim_max}) == 0);
    cr_expect(ordo_channel_watch_open_receiver(&watch, receiver) == EMFILE);
    cr_assert(setrlimit(RLIMIT_NOFILE, &before) == 0);
    drop_both();
}

/* ---- Threads --------------------------------------------------------------------------------- */

/* Two receivers of one channel, one of which polls: every message is received, and nobody sleeps on
 * what is there. */
struct crowd {
    uint64_t each, sums[2], counts[2];
    ordo_atomic_u32 senders;
};

static void poll_and_receive(struct crowd *crowd)
{
    uint64_t message;
    int error = EAGAIN;

    cr_assert(ordo_channel_watch_open_receiver(&watch, receiver) == 0);
    while (error != EPIPE) {
        if (!ordo_channel_watch_arm(&watch))
            cr_assert(is_readable(-1));
        while ((error = ordo_channel_try_receive(receiver, &message)) == 0) {
            crowd->sums[0] += message;
            crowd->counts[0]++;
        }
    }
    ordo_channel_watch_close(&watch);
}

static void one_of_the_crowd(unsigned int self, void *shared)
{
    struct crowd *const crowd = shared;
    uint64_t message;

    if (self == 0) {
        poll_and_receive(crowd);
    } else if (self == 1) {
        while (ordo_channel_receive(receiver, &message) == 0) {
            crowd->sums[1] += message;
            crowd->counts[1]++;
        }
    } else {
        for (uint64_t i = 1; i <= crowd->each; i++)
            cr_assert(ordo_channel_send(sender, &i) == 0);
        if (ordo_fetch_sub(&crowd->senders, 1, ordo_acq_rel) == 1)
            ordo_channel_sender_drop(&sender);
    }
}

Test(channel_watch, beside_a_thread_that_waits)
{
    static const size_t capacities[] = {1, 5, ORDO_UNBOUNDED};

    for (int k = 0; k < 3; k++) {
        struct crowd crowd = {.each = test_rounds(100), .senders = ORDO_ATOMIC_INIT(2)};

        open_channel(capacities[k]);
        run_threads(4, one_of_the_crowd, &crowd);
        cr_expect(crowd.counts[0] + crowd.counts[1] == 2 * crowd.each);
        cr_expect(crowd.sums[0] + crowd.sums[1] == crowd.each * (crowd.each + 1));
        ordo_channel_receiver_drop(&receiver);
    }
}

/* A wake-up that a watch has had and not used goes to a thread that waits. */
static void *receive_one(void *message)
{
    cr_expect(ordo_channel_receive(receiver, message) == 0);
    return NULL;
}

Test(channel_watch, closed_without_a_receive)
{
    uint64_t in = 7, out = 0;
    ordo_thread *thread;

    open_channel(1);
    cr_assert(ordo_channel_watch_open_receiver(&watch, receiver) == 0);
    cr_expect(!ordo_channel_watch_arm(&watch));
    cr_assert(ordo_thread_spawn(&thread, receive_one, &out) == 0);
    usleep(5000); /* by now it sleeps, as the second in the line */
    cr_expect(ordo_channel_send(sender, &in) == 0);
    ordo_channel_watch_close(&watch);
    ordo_thread_join(thread);
    cr_expect(out == 7);
    drop_both();
}

/* A watch that is not used keeps nobody else from what is there, or from the end. */
static void *receive_to_the_end(void *sum)
{
    uint64_t message;

    while (ordo_channel_receive(receiver, &message) == 0)
        *(uint64_t *)sum += message;
    return NULL;
}

Test(channel_watch, keeps_nobody_from_the_end)
{
    uint64_t sum = 0;
    ordo_thread *thread;

    open_channel(2);
    cr_assert(ordo_channel_watch_open_receiver(&watch, receiver) == 0);
    cr_expect(!ordo_channel_watch_arm(&watch));
    cr_assert(ordo_thread_spawn(&thread, receive_to_the_end, &sum) == 0);
    usleep(5000); /* by now it sleeps, as the second in the line */
    ordo_channel_sender_drop(&sender);
    ordo_thread_join(thread);
    ordo_channel_watch_close(&watch);
    drop_both();
}

Test(channel_watch, has_one_of_two_wake_ups)
{
    const uint64_t in[2] = {7, 7};
    uint64_t out = 0;
    size_t sent;
    ordo_thread *thread;

    open_channel(2);
    cr_assert(ordo_channel_watch_open_receiver(&watch, receiver) == 0);
    cr_expect(!ordo_channel_watch_arm(&watch));
    cr_assert(ordo_thread_spawn(&thread, receive_one, &out) == 0);
    usleep(5000);
    cr_expect(ordo_channel_send_many(sender, in, 2, &sent) == 0);
    ordo_thread_join(thread);
    cr_expect(out == 7);
    ordo_channel_watch_close(&watch);
    drop_both();
}
