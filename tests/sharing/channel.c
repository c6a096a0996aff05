/* channel.c: channels between many threads: results, order, sums, deadlines, the end and misuse,
 * for each capacity. Memory is in channel_memory.c, select in select.c.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../../core/channel_parts.h"
#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(channel, .timeout = 60);

enum { millisecond = 1000000 };

static const size_t capacities[] = {0, 1, 2, 3, 5, 64, ORDO_UNBOUNDED};
enum { kinds = sizeof capacities / sizeof *capacities, with_room = 1 };

static ordo_channel_sender *sender;
static ordo_channel_receiver *receiver;

static void open_channel(size_t capacity, size_t size)
{
    const struct ordo_channel_options options = {.size = size, .capacity = capacity};

    cr_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
}

static void drop_both(void)
{
    ordo_channel_sender_drop(&sender);
    ordo_channel_receiver_drop(&receiver);
    cr_expect(sender == NULL && receiver == NULL);
}

/* ---- One thread ------------------------------------------------------------------------------ */

Test(channel, room_for_the_capacity_and_no_more)
{
    for (int k = with_room; k < kinds - 1; k++) {
        uint64_t in = 0, out = 0, got;

        open_channel(capacities[k], sizeof in);
        cr_expect(ordo_channel_sender_capacity(sender) == capacities[k]);
        cr_expect(ordo_channel_receiver_capacity(receiver) == capacities[k]);
        for (int turn = 0; turn < 5; turn++) {
            for (size_t i = 0; i < capacities[k]; i++, in++) {
                cr_expect(ordo_channel_sender_length(sender) == i);
                cr_expect(ordo_channel_try_send(sender, &in) == 0);
            }
            cr_expect(ordo_channel_try_send(sender, &in) == EAGAIN);
            cr_expect(ordo_channel_send_until(sender, &in, 0) == ETIMEDOUT);
            cr_expect(ordo_channel_receiver_length(receiver) == capacities[k]);
            for (size_t i = 0; i < capacities[k]; i++, out++)
                cr_expect(ordo_channel_try_receive(receiver, &got) == 0 && got == out);
            cr_expect(ordo_channel_try_receive(receiver, &got) == EAGAIN);
            cr_expect(ordo_channel_receive_until(receiver, &got, 0) == ETIMEDOUT);
        }
        drop_both();
    }
}

Test(channel, unbounded_through_many_blocks)
{
    uint64_t in = 0, out = 0, got;

    open_channel(ORDO_UNBOUNDED, sizeof in);
    cr_expect(ordo_channel_sender_capacity(sender) == ORDO_UNBOUNDED);
    for (unsigned int round = 1; round < 200; round += 7) {
        for (unsigned int i = 0; i < round; i++, in++)
            cr_expect(ordo_channel_try_send(sender, &in) == 0);
        cr_expect(ordo_channel_sender_length(sender) == in - out);
        for (unsigned int i = 0; i < round - round / 3; i++, out++)
            cr_expect(ordo_channel_receive(receiver, &got) == 0 && got == out);
    }
    while (out < in)
        cr_expect(ordo_channel_try_receive(receiver, &got) == 0 && got == out++);
    cr_expect(ordo_channel_try_receive(receiver, &got) == EAGAIN);
    drop_both();
}

Test(channel, nobody_at_the_other_side_of_a_rendezvous)
{
    int message = 1;

    open_channel(0, sizeof message);
    cr_expect(ordo_channel_try_send(sender, &message) == EAGAIN);
    cr_expect(ordo_channel_try_receive(receiver, &message) == EAGAIN);
    cr_expect(ordo_channel_send_until(sender, &message, 0) == ETIMEDOUT);
    cr_expect(ordo_channel_receive_until(receiver, &message, 0) == ETIMEDOUT);
    cr_expect(ordo_channel_sender_length(sender) == 0);
    cr_expect(ordo_channel_receiver_capacity(receiver) == 0);
    drop_both();
}

Test(channel, any_size)
{
    static const size_t sizes[] = {0, 1, 2, 3, 4, 7, 8, 12, 16, 24, 33, 100, 4096, 100000};
    static char in[100000], out[100000];

    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (char)(i * 7 + 1);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int k = with_room; k < kinds; k++) {
            open_channel(capacities[k], sizes[s]);
            for (int turn = 0; turn < 40; turn++) {
                in[0] = (char)turn;
                out[0] = ~in[0];
                cr_expect(ordo_channel_send(sender, in) == 0);
                cr_expect(ordo_channel_receive(receiver, out) == 0);
                cr_expect(memcmp(in, out, sizes[s]) == 0);
            }
            drop_both();
        }
}

Test(channel, too_large)
{
    const struct ordo_channel_options tables[] = {
        {.size = 8, .capacity = SIZE_MAX - 1},
        {.size = 8, .capacity = SIZE_MAX / 4},
        {.size = 1, .capacity = SIZE_MAX / 16 - 10},
        {.size = SIZE_MAX, .capacity = 1},
        {.size = SIZE_MAX - 100, .capacity = 1},
        {.size = SIZE_MAX / 2, .capacity = 3},
        {.size = SIZE_MAX / 31, .capacity = ORDO_UNBOUNDED},
    };

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        cr_expect(ordo_channel_new(&tables[i], &sender, &receiver) == ENOMEM);
}

/* ---- Several messages ------------------------------------------------------------------------ */

Test(channel, several_at_once)
{
    uint64_t in[100], out[100];
    size_t sent, received;

    for (uint64_t i = 0; i < 100; i++)
        in[i] = i;
    open_channel(10, sizeof *in);
    cr_expect(ordo_channel_try_send_many(sender, in, 7, &sent) == 0 && sent == 7);
    cr_expect(ordo_channel_try_send_many(sender, in + 7, 7, &sent) == EAGAIN && sent == 3);
    cr_expect(ordo_channel_try_send_many(sender, in, 0, &sent) == 0 && sent == 0);
    cr_expect(ordo_channel_send_many_until(sender, in, 2, &sent, 0) == ETIMEDOUT && sent == 0);
    cr_expect(ordo_channel_try_receive_many(receiver, out, 4, &received) == 0 && received == 4);
    cr_expect(ordo_channel_send_many(sender, in + 10, 3, &sent) == 0 && sent == 3);
    cr_expect(ordo_channel_receive_many(receiver, out + 4, 96, &received) == 0 && received == 9);
    cr_expect(memcmp(in, out, 13 * sizeof *in) == 0);
    cr_expect(ordo_channel_try_receive_many(receiver, out, 4, &received) == EAGAIN
              && received == 0);
    cr_expect(ordo_channel_receive_many_until(receiver, out, 4, &received, 1) == ETIMEDOUT
              && received == 0);
    cr_expect(ordo_channel_receive_many(receiver, out, 0, &received) == 0 && received == 0);
    drop_both();

    open_channel(ORDO_UNBOUNDED, sizeof *in);
    cr_expect(ordo_channel_send_many(sender, in, 5, &sent) == 0 && sent == 5);
    cr_expect(ordo_channel_send_many(sender, in + 5, 95, &sent) == 0 && sent == 95);
    cr_expect(ordo_channel_receive_many(receiver, out, 64, &received) == 0 && received == 64);
    cr_expect(ordo_channel_receive_many(receiver, out + 64, 64, &received) == 0 && received == 36);
    cr_expect(memcmp(in, out, sizeof in) == 0);
    ordo_channel_sender_drop(&sender);
    cr_expect(ordo_channel_receive_many(receiver, out, 64, &received) == EPIPE && received == 0);
    ordo_channel_receiver_drop(&receiver);
}

/* ---- The end --------------------------------------------------------------------------------- */

Test(channel, without_senders)
{
    for (int k = 0; k < kinds; k++) {
        int message = 5;

        open_channel(capacities[k], sizeof message);
        ordo_channel_sender *second = ordo_channel_sender_clone(sender);
        ordo_channel_sender_drop(&sender);
        if (capacities[k] != 0)
            cr_expect(ordo_channel_send(second, &message) == 0);
        ordo_channel_sender_drop(&second);
        ordo_channel_sender_drop(&second);
        message = 0;
        if (capacities[k] != 0)
            cr_expect(ordo_channel_receive(receiver, &message) == 0 && message == 5);
        cr_expect(ordo_channel_receive(receiver, &message) == EPIPE);
        cr_expect(ordo_channel_try_receive(receiver, &message) == EPIPE);
        cr_expect(ordo_channel_receive_until(receiver, &message, 0) == EPIPE);
        ordo_channel_receiver_drop(&receiver);
    }
}

Test(channel, without_receivers)
{
    for (int k = 0; k < kinds; k++) {
        int message = 5;
        size_t sent;

        open_channel(capacities[k], sizeof message);
        ordo_channel_receiver *second = ordo_channel_receiver_clone(receiver);
        ordo_channel_receiver_drop(&receiver);
        if (capacities[k] != 0)
            cr_expect(ordo_channel_send(sender, &message) == 0);
        ordo_channel_receiver_drop(&second);
        cr_expect(ordo_channel_send(sender, &message) == EPIPE);
        cr_expect(ordo_channel_try_send(sender, &message) == EPIPE);
        cr_expect(ordo_channel_send_until(sender, &message, 0) == EPIPE);
        cr_expect(ordo_channel_send_many(sender, &message, 1, &sent) == EPIPE && sent == 0);
        cr_expect(ordo_channel_sender_length(sender) == 0);
        ordo_channel_sender_drop(&sender);
    }
}

Test(channel, closed_by_the_senders)
{
    for (int k = with_room; k < kinds; k++) {
        int message = 5;

        open_channel(capacities[k], sizeof message);
        cr_expect(ordo_channel_send(sender, &message) == 0);
        ordo_channel_sender_close(sender);
        ordo_channel_sender_close(sender);
        cr_expect(ordo_channel_send(sender, &message) == EPIPE);
        cr_expect(ordo_channel_receiver_length(receiver) == 1);
        cr_expect(ordo_channel_receive(receiver, &message) == 0);
        cr_expect(ordo_channel_receive(receiver, &message) == EPIPE);
        drop_both();
    }
}

Test(channel, closed_by_the_receivers)
{
    for (int k = with_room; k < kinds; k++) {
        int message = 5;

        open_channel(capacities[k], sizeof message);
        cr_expect(ordo_channel_send(sender, &message) == 0);
        ordo_channel_receiver_close(receiver);
        cr_expect(ordo_channel_send(sender, &message) == EPIPE);
        cr_expect(ordo_channel_receiver_length(receiver) == 0);
        cr_expect(ordo_channel_receive(receiver, &message) == EPIPE);
        ordo_channel_receiver_close(receiver);
        drop_both();
    }
}

/* ---- Many threads ---------------------------------------------------------------------------- */

enum { senders = 3, receivers = 3 };

struct numbered {
    uint32_t from, number;
};

struct crowd {
    uint32_t each;
    unsigned int batch; /* 0: one by one */
    uint32_t last[receivers][senders];
    uint64_t sum[receivers], count[receivers];
    ordo_atomic_u32 out_of_order;
};

static void send_all(struct crowd *crowd, uint32_t self)
{
    struct numbered messages[8];
    size_t sent;

    for (uint32_t number = 1; number <= crowd->each;) {
        const uint32_t rest = crowd->each - number + 1;
        const uint32_t count = crowd->batch == 0 ? 1 : rest < crowd->batch ? rest : crowd->batch;

        for (uint32_t i = 0; i < count; i++)
            messages[i] = (struct numbered){self, number++};
        if (crowd->batch == 0)
            cr_assert(ordo_channel_send(sender, messages) == 0);
        else
            cr_assert(ordo_channel_send_many(sender, messages, count, &sent) == 0
                      && sent == count);
    }
}

static void take(struct crowd *crowd, unsigned int self, const struct numbered *message)
{
    /* Of one sender's messages each receiver gets some, in their order. */
    if (message->number <= crowd->last[self][message->from])
        ordo_fetch_add(&crowd->out_of_order, 1, ordo_relaxed);
    crowd->last[self][message->from] = message->number;
    crowd->sum[self] += message->number;
    crowd->count[self]++;
}

static void receive_all(struct crowd *crowd, unsigned int self)
{
    struct numbered messages[8];
    size_t received = 1;

    while ((crowd->batch == 0 ? ordo_channel_receive(receiver, messages)
                              : ordo_channel_receive_many(receiver, messages, 8, &received))
           == 0)
        for (size_t i = 0; i < received; i++)
            take(crowd, self, &messages[i]);
}

static ordo_atomic_u32 senders_left;

static void one_of_the_crowd(unsigned int self, void *shared)
{
    if (self >= senders) {
        receive_all(shared, self - senders);
        return;
    }
    send_all(shared, self);
    if (ordo_fetch_sub(&senders_left, 1, ordo_acq_rel) == 1)
        ordo_channel_sender_drop(&sender);
}

static void check_the_sums(size_t capacity, unsigned int batch)
{
    struct crowd crowd = {.each = test_rounds(100), .batch = batch};
    uint64_t sum = 0, count = 0;

    ordo_store(&senders_left, senders, ordo_relaxed);
    open_channel(capacity, sizeof(struct numbered));
    run_threads(senders + receivers, one_of_the_crowd, &crowd);
    ordo_channel_receiver_drop(&receiver);
    for (int i = 0; i < receivers; i++) {
        sum += crowd.sum[i];
        count += crowd.count[i];
    }
    cr_expect(count == (uint64_t)senders * crowd.each);
    cr_expect(sum == (uint64_t)senders * crowd.each * (crowd.each + 1) / 2);
    cr_expect(ordo_load(&crowd.out_of_order, ordo_relaxed) == 0);
}

Test(channel, every_message_arrives_once_and_in_order)
{
    for (int k = 0; k < kinds; k++)
        check_the_sums(capacities[k], 0);
}

Test(channel, batches_arrive_once_and_in_order)
{
    for (int k = 0; k < kinds; k++)
        check_the_sums(capacities[k], 5);
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

Test(channel, disturbed_deadlines)
{
    for (int k = 0; k < kinds; k++) {
        struct disturber disturber;
        int message = 0;

        open_channel(capacities[k], sizeof message);
        disturber_start(&disturber, NULL, NULL);
        uint64_t deadline = ordo_clock_now() + 20 * millisecond;
        cr_expect(ordo_channel_receive_until(receiver, &message, deadline) == ETIMEDOUT);
        cr_expect(has_just_passed(deadline));
        if (capacities[k] != ORDO_UNBOUNDED) {
            while (ordo_channel_try_send(sender, &message) == 0)
                continue;
            deadline = ordo_clock_now() + 20 * millisecond;
            cr_expect(ordo_channel_send_until(sender, &message, deadline) == ETIMEDOUT);
            cr_expect(has_just_passed(deadline));
        }
        disturber_stop(&disturber);
        drop_both();
    }
}

static void *send_soon(void *message)
{
    usleep(5000);
    cr_expect(ordo_channel_send_until(sender, message, ORDO_NEVER) == 0);
    return NULL;
}

Test(channel, far_deadlines)
{
    for (int k = 0; k < kinds; k++) {
        int in = 7, out = 0;
        ordo_thread *thread;

        open_channel(capacities[k], sizeof in);
        cr_assert(ordo_thread_spawn(&thread, send_soon, &in) == 0);
        cr_expect(ordo_channel_receive_until(receiver, &out, UINT64_MAX - 1) == 0 && out == 7);
        ordo_thread_join(thread);
        drop_both();
    }
}

/* A message that arrives as a receive times out is there for the next. */
struct late {
    unsigned int rounds, received, timed_out;
    uint64_t sum;
};

static void late_sender(unsigned int self, void *shared)
{
    struct late *const late = shared;

    if (self == 0) {
        for (uint64_t i = 1; i <= late->rounds; i++)
            cr_assert(ordo_channel_send(sender, &i) == 0);
        ordo_channel_sender_drop(&sender);
        return;
    }
    for (;;) {
        uint64_t got;
        const int error = ordo_channel_receive_until(
            receiver, &got, ordo_clock_now() + 1000 * (late->received % 64));

        if (error == EPIPE)
            return;
        late->timed_out += error == ETIMEDOUT;
        if (error == 0) {
            late->received++;
            late->sum += got;
        }
    }
}

Test(channel, arrives_at_the_deadline)
{
    for (int k = 0; k < kinds; k++) {
        struct late late = {.rounds = test_rounds(100)};

        open_channel(capacities[k], sizeof(uint64_t));
        run_threads(2, late_sender, &late);
        cr_expect(late.received == late.rounds);
        cr_expect(late.sum == (uint64_t)late.rounds * (late.rounds + 1) / 2);
        ordo_channel_receiver_drop(&receiver);
    }
}

/* ---- Waiting for the end --------------------------------------------------------------------- */

static void *receive_one(void *unused)
{
    uint64_t message[4] = {0};

    (void)unused;
    return (void *)(intptr_t)ordo_channel_receive(receiver, message);
}

static void *send_one(void *unused)
{
    const uint64_t message[4] = {0};

    (void)unused;
    return (void *)(intptr_t)ordo_channel_send(sender, message);
}

Test(channel, waiting_receivers_learn_of_the_end)
{
    for (int k = 0; k < kinds; k++)
        for (int by_close = 0; by_close < 2; by_close++) {
            ordo_thread *threads[3];

            open_channel(capacities[k], sizeof(int));
            for (int i = 0; i < 3; i++)
                cr_assert(ordo_thread_spawn(&threads[i], receive_one, NULL) == 0);
            usleep(2000);
            if (by_close)
                ordo_channel_receiver_close(receiver);
            else
                ordo_channel_sender_drop(&sender);
            for (int i = 0; i < 3; i++)
                cr_expect(ordo_thread_join(threads[i]) == (void *)EPIPE);
            drop_both();
        }
}

Test(channel, waiting_senders_learn_of_the_end)
{
    for (int k = 0; k < kinds - 1; k++)
        for (int by_close = 0; by_close < 2; by_close++) {
            ordo_thread *threads[3];
            const int message = 0;

            open_channel(capacities[k], sizeof(int));
            while (ordo_channel_try_send(sender, &message) == 0)
                continue;
            for (int i = 0; i < 3; i++)
                cr_assert(ordo_thread_spawn(&threads[i], send_one, NULL) == 0);
            usleep(2000);
            if (by_close)
                ordo_channel_sender_close(sender);
            else
                ordo_channel_receiver_drop(&receiver);
            for (int i = 0; i < 3; i++)
                cr_expect(ordo_thread_join(threads[i]) == (void *)EPIPE);
            drop_both();
        }
}

/* ---- In turn --------------------------------------------------------------------------------- */

static void wait_until_there_wait(enum side side, uint32_t count)
{
    const struct channel *const channel = (struct channel *)(void *)sender;

    while (ordo_load(&channel->waiters.lines[side].count, ordo_relaxed) != count)
        usleep(100);
}

static void *receive_a_number(void *number)
{
    cr_expect(ordo_channel_receive(receiver, number) == 0);
    return NULL;
}

Test(channel, the_first_to_come_is_woken_first)
{
    for (int k = 0; k < kinds; k++) {
        ordo_thread *threads[3];
        int numbers[3];

        open_channel(capacities[k], sizeof(int));
        for (uint32_t i = 0; i < 3; i++) {
            cr_assert(ordo_thread_spawn(&threads[i], receive_a_number, &numbers[i]) == 0);
            wait_until_there_wait(receiving, i + 1);
        }
        for (int i = 0; i < 3; i++) {
            cr_expect(ordo_channel_send(sender, &i) == 0);
            ordo_thread_join(threads[i]);
            cr_expect(numbers[i] == i);
        }
        drop_both();
    }
}

/* ---- Typed ----------------------------------------------------------------------------------- */

struct line {
    char text[20];
};

static unsigned int lines_destroyed;

static void destroy_line(void *line)
{
    lines_destroyed += strcmp(((struct line *)line)->text, "second") == 0;
}

ORDO_CHANNEL_TYPE(lines, struct line);

Test(channel, typed)
{
    struct lines_sender to;
    struct lines_receiver from;
    struct line line;

    cr_assert(lines_new(2, destroy_line, NULL, &to, &from) == 0);
    cr_expect(lines_send(to, (struct line){"first"}) == 0);
    cr_expect(lines_try_send(to, (struct line){"second"}) == 0);
    cr_expect(lines_try_send(to, (struct line){"third"}) == EAGAIN);
    cr_expect(lines_send_until(to, (struct line){"third"}, 0) == ETIMEDOUT);
    cr_expect(lines_receive(from, &line) == 0 && strcmp(line.text, "first") == 0);
    cr_expect(ordo_channel_sender_length(to.untyped) == 1);
    lines_receiver_drop(&from);
    cr_expect(lines_destroyed == 1 && from.untyped == NULL);
    lines_sender_drop(&to);
    cr_assert(lines_new(0, NULL, NULL, &to, &from) == 0);
    cr_expect(lines_try_receive(from, &line) == EAGAIN);
    cr_expect(lines_receive_until(from, &line, 0) == ETIMEDOUT);
    lines_sender_drop(&to);
    lines_receiver_drop(&from);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void too_many_senders(void)
{
    open_channel(1, 1);
    ordo_store(&((struct channel *)(void *)sender)->handles[sending], INT32_MAX - 1, ordo_relaxed);
    for (int i = 0; i < 3; i++)
        ordo_channel_sender_clone(sender);
}

static void too_many_receivers(void)
{
    open_channel(ORDO_UNBOUNDED, 1);
    ordo_store(&((struct channel *)(void *)sender)->handles[receiving], INT32_MAX, ordo_relaxed);
    ordo_channel_receiver_clone(receiver);
}

Test(channel, too_many_handles)
{
    static const char line[] = "ordo: channel.c: too many handles of a channel\n";

    cr_expect(child_aborts(too_many_senders, line));
    cr_expect(child_aborts(too_many_receivers, line));
}

static void odd_alignment(void)
{
    const struct ordo_channel_options options = {.size = 12, .alignment = 12, .capacity = 1};

    (void)!ordo_channel_new(&options, &sender, &receiver);
}

Test(channel, odd_alignment)
{
    cr_expect(child_aborts(odd_alignment,
                           "ordo: channel.c: an alignment that is not a power of two\n"));
}

/* ---- Alignment ------------------------------------------------------------------------------- */

static unsigned int aligned;

static void look_at_the_address(void *message)
{
    aligned += ((uintptr_t)message & 255) == 0;
}

Test(channel, large_alignment)
{
    for (int k = with_room; k < kinds; k++) {
        static const char message[256];
        const struct ordo_channel_options options = {.size = sizeof message,
                                                     .alignment = 256,
                                                     .capacity = capacities[k],
                                                     .destroy = look_at_the_address};
        unsigned int count = 0;

        cr_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
        while (count < 40 && ordo_channel_try_send(sender, message) == 0)
            count++;
        aligned = 0;
        drop_both();
        cr_expect(aligned == count && count > 0);
    }
}
