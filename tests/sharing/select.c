/* select.c: select over channels: results, fairness, deadlines, sums with many threads on both
 * sides of rendezvous and others, misuse.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(select, .timeout = 60);

enum { millisecond = 1000000 };

struct ends {
    ordo_channel_sender *sender;
    ordo_channel_receiver *receiver;
};

static struct ends open_channel(size_t capacity)
{
    const struct ordo_channel_options options = {.size = sizeof(uint64_t), .capacity = capacity};
    struct ends ends;

    cr_assert(ordo_channel_new(&options, &ends.sender, &ends.receiver) == 0);
    return ends;
}

static void drop_both(struct ends *ends)
{
    ordo_channel_sender_drop(&ends->sender);
    ordo_channel_receiver_drop(&ends->receiver);
}

Test(select, size_of_a_case)
{
    cr_expect(sizeof(struct ordo_select_case) == 80);
}

/* ---- One thread ------------------------------------------------------------------------------ */

Test(select, what_can_be_done)
{
    struct ends full = open_channel(1), empty = open_channel(1), none = open_channel(0);
    uint64_t in = 7, out = 0;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_SEND(full.sender, &in),
        ORDO_SELECT_RECEIVE(empty.receiver, &out),
        ORDO_SELECT_RECEIVE(none.receiver, &out),
        ORDO_SELECT_SEND(none.sender, &in),
    };

    cr_expect(ordo_select(cases, 4) == 0 && cases[0].error == 0);
    cr_expect(ordo_try_select(cases, 4) == ORDO_SELECT_NONE);
    cr_expect(ordo_select_until(cases, 4, 0) == ORDO_SELECT_NONE);
    cr_expect(ordo_channel_send(empty.sender, &in) == 0);
    cr_expect(ordo_try_select(cases, 4) == 1 && cases[1].error == 0 && out == 7);
    cr_expect(ordo_try_select(cases, 4) == ORDO_SELECT_NONE);
    ordo_channel_sender_drop(&empty.sender);
    cr_expect(ordo_select(cases, 4) == 1 && cases[1].error == EPIPE);
    ordo_channel_receiver_drop(&full.receiver);
    cr_expect(ordo_select(cases, 1) == 0 && cases[0].error == EPIPE);
    ordo_channel_receiver_close(none.receiver);
    cr_expect(ordo_select(cases + 2, 2) < 2);
    cr_expect(ordo_select(cases + 3, 1) == 0 && cases[3].error == EPIPE);
    drop_both(&full);
    drop_both(&empty);
    drop_both(&none);
}

Test(select, nothing)
{
    cr_expect(ordo_try_select(NULL, 0) == ORDO_SELECT_NONE);
    const uint64_t deadline = ordo_clock_now() + millisecond;
    cr_expect(ordo_select_until(NULL, 0, deadline) == ORDO_SELECT_NONE);
    cr_expect(has_just_passed(deadline));
}

Test(select, unbounded)
{
    struct ends ends = open_channel(ORDO_UNBOUNDED);
    uint64_t in = 0, out;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_SEND(ends.sender, &in),
        ORDO_SELECT_RECEIVE(ends.receiver, &out),
    };

    for (uint64_t received = 0; received < 1000;)
        if (ordo_select(cases, 2) == 0)
            in++;
        else
            cr_expect(out == received++);
    drop_both(&ends);
}

/* Each of those that can be done comes as often, wherever the others stand. */
Test(select, fair)
{
    enum { channels = 5, each = 1000 };
    static const bool is_ready[channels] = {true, true, false, false, true};
    struct ends ends[channels];
    struct ordo_select_case cases[channels];
    unsigned int count[channels] = {0};
    uint64_t message = 0;

    for (int i = 0; i < channels; i++) {
        ends[i] = open_channel(1);
        cases[i] = (struct ordo_select_case)ORDO_SELECT_RECEIVE(ends[i].receiver, &message);
        if (is_ready[i])
            ordo_channel_sender_drop(&ends[i].sender);
    }
    for (int i = 0; i < 3 * each; i++) {
        const size_t chosen = i % 2 == 0 ? ordo_try_select(cases, channels)
                                         : ordo_select(cases, channels);
        cr_assert(chosen < channels && is_ready[chosen]);
        count[chosen]++;
    }
    for (int i = 0; i < channels; i++) {
        /* Six standard deviations. */
        cr_expect(!is_ready[i] || (count[i] > each - 155 && count[i] < each + 155));
        drop_both(&ends[i]);
    }
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

Test(select, disturbed_deadline)
{
    struct ends a = open_channel(1), b = open_channel(0), c = open_channel(ORDO_UNBOUNDED);
    uint64_t message = 0;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_RECEIVE(a.receiver, &message),
        ORDO_SELECT_RECEIVE(b.receiver, &message),
        ORDO_SELECT_SEND(b.sender, &message),
        ORDO_SELECT_RECEIVE(c.receiver, &message),
    };
    struct disturber disturber;

    disturber_start(&disturber, NULL, NULL);
    const uint64_t deadline = ordo_clock_now() + 50 * millisecond;
    cr_expect(ordo_select_until(cases, 4, deadline) == ORDO_SELECT_NONE);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    drop_both(&a);
    drop_both(&b);
    drop_both(&c);
}

/* ---- Woken ----------------------------------------------------------------------------------- */

static void *send_soon(void *sender)
{
    const uint64_t message = 9;

    usleep(3000);
    cr_expect(ordo_channel_send(sender, &message) == 0);
    return NULL;
}

static void *close_soon(void *sender)
{
    usleep(3000);
    ordo_channel_sender_close(sender);
    return NULL;
}

Test(select, woken_by_any_of_them)
{
    static const size_t capacities[] = {0, 1, ORDO_UNBOUNDED};
    struct ends ends[3];
    uint64_t message;
    struct ordo_select_case cases[3];
    ordo_thread *thread;

    for (int i = 0; i < 3; i++) {
        ends[i] = open_channel(capacities[i]);
        cases[i] = (struct ordo_select_case)ORDO_SELECT_RECEIVE(ends[i].receiver, &message);
    }
    for (size_t i = 0; i < 3; i++) {
        message = 0;
        cr_assert(ordo_thread_spawn(&thread, send_soon, ends[i].sender) == 0);
        cr_expect(ordo_select(cases, 3) == i && cases[i].error == 0 && message == 9);
        ordo_thread_join(thread);
    }
    for (size_t i = 0; i < 3; i++) {
        cr_assert(ordo_thread_spawn(&thread, close_soon, ends[i].sender) == 0);
        cr_expect(ordo_select(cases + i, 3 - i) == 0 && cases[i].error == EPIPE);
        ordo_thread_join(thread);
    }
    for (int i = 0; i < 3; i++)
        drop_both(&ends[i]);
}

/* ---- Many threads ---------------------------------------------------------------------------- */

/* Everybody sends and receives over all channels at once: each thread sends so many messages and
 * receives as many. Of rendezvous, two selects meet. */
enum { threads = 4, channels = 3 };

struct crowd {
    struct ends ends[channels];
    unsigned int each;
    ordo_atomic_u64 sent, received, in, out;
};

static void exchange(unsigned int self, void *shared)
{
    struct crowd *const crowd = shared;
    uint64_t out = self + 1, in = 0;
    struct ordo_select_case cases[2 * channels];

    for (int i = 0; i < channels; i++) {
        cases[i] = (struct ordo_select_case)ORDO_SELECT_SEND(crowd->ends[i].sender, &out);
        cases[channels + i] =
            (struct ordo_select_case)ORDO_SELECT_RECEIVE(crowd->ends[i].receiver, &in);
    }
    /* Odd threads send, even ones receive, so that it comes out even. */
    const bool sends = self % 2 != 0;
    for (unsigned int i = 0; i < crowd->each; i++) {
        const size_t chosen = ordo_select(sends ? cases : cases + channels, channels);

        cr_assert(chosen < channels);
        if (sends) {
            ordo_fetch_add(&crowd->out, out, ordo_relaxed);
            out += 10;
        } else {
            ordo_fetch_add(&crowd->in, in, ordo_relaxed);
        }
    }
}

static void check_the_sums(size_t a, size_t b, size_t c)
{
    struct crowd crowd = {.ends = {open_channel(a), open_channel(b), open_channel(c)},
                          .each = test_rounds(100)};

    run_threads(threads, exchange, &crowd);
    cr_expect(ordo_load(&crowd.in, ordo_relaxed) == ordo_load(&crowd.out, ordo_relaxed));
    for (int i = 0; i < channels; i++)
        drop_both(&crowd.ends[i]);
}

Test(select, sums)
{
    check_the_sums(0, 0, 0);
    check_the_sums(1, 1, 1);
    check_the_sums(0, 2, 1);
    check_the_sums(ORDO_UNBOUNDED, 0, 1);
}

/* Each thread sends and receives in one select, over rendezvous: it is paired with another one's,
 * never with its own. */
static void swap(unsigned int self, void *shared)
{
    struct crowd *const crowd = shared;
    const unsigned int each = crowd->each;
    uint64_t out = self + 1, in = 0;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_SEND(crowd->ends[0].sender, &out),
        ORDO_SELECT_RECEIVE(crowd->ends[0].receiver, &in),
        ORDO_SELECT_RECEIVE(crowd->ends[1].receiver, &in),
        ORDO_SELECT_SEND(crowd->ends[1].sender, &out),
    };

    for (unsigned int i = 0; i < each; i++) {
        const size_t chosen = ordo_select_until(cases, 4, ordo_clock_now() + 5 * millisecond);

        if (chosen == ORDO_SELECT_NONE)
            continue; /* the others have ended */
        if (chosen == 0 || chosen == 3) {
            ordo_fetch_add(&crowd->sent, 1, ordo_relaxed);
            ordo_fetch_add(&crowd->out, out, ordo_relaxed);
            out += 10;
        } else {
            cr_assert(in % 10 != self + 1);
            ordo_fetch_add(&crowd->received, 1, ordo_relaxed);
            ordo_fetch_add(&crowd->in, in, ordo_relaxed);
        }
    }
}

Test(select, two_selects_meet)
{
    struct crowd crowd = {.ends = {open_channel(0), open_channel(0)}, .each = test_rounds(100)};

    run_threads(3, swap, &crowd);
    cr_expect(ordo_load(&crowd.sent, ordo_relaxed) == ordo_load(&crowd.received, ordo_relaxed));
    cr_expect(ordo_load(&crowd.in, ordo_relaxed) == ordo_load(&crowd.out, ordo_relaxed));
    cr_expect(ordo_load(&crowd.sent, ordo_relaxed) > 0);
    for (int i = 0; i < 2; i++)
        drop_both(&crowd.ends[i]);
}

/* ---- No wake-up is stolen -------------------------------------------------------------------- */

/* A select that waits for two channels takes a message of one; a receiver of the other must be
 * woken for the message there. Three wait, and each gets one message; the third is sent when two
 * have got theirs, to who is left. */
struct thief {
    struct ends a, b;
    unsigned int rounds, arrived[2];
    ordo_atomic_u32 got; /* 1 for each that got one, and 4 or 8 if the select got it from a or b */
};

static void note(struct thief *thief, uint32_t got)
{
    ordo_fetch_add(&thief->got, got, ordo_release);
    ordo_futex_wake(&thief->got, 1);
}

static void maybe_steal(unsigned int self, void *shared)
{
    struct thief *const thief = shared;
    uint64_t message = 1;
    struct ordo_select_case cases[] = {
        ORDO_SELECT_RECEIVE(thief->a.receiver, &message),
        ORDO_SELECT_RECEIVE(thief->b.receiver, &message),
    };

    for (unsigned int round = 0; round < thief->rounds; round++) {
        if (self == 3)
            ordo_store(&thief->got, 0, ordo_relaxed);
        meet(&thief->arrived[round % 2], 4 * (round / 2 + 1));
        if (self == 0) {
            note(thief, ordo_select(cases, 2) == 0 ? 1 + 4 : 1 + 8);
        } else if (self == 1) {
            cr_assert(ordo_channel_receive(thief->a.receiver, &message) == 0);
            note(thief, 1);
        } else if (self == 2) {
            cr_assert(ordo_channel_receive(thief->b.receiver, &message) == 0);
            note(thief, 1);
        } else {
            uint32_t got;

            cr_assert(ordo_channel_send(thief->a.sender, &message) == 0);
            cr_assert(ordo_channel_send(thief->b.sender, &message) == 0);
            while (((got = ordo_load(&thief->got, ordo_acquire)) & 3) < 2)
                ordo_futex_wait(&thief->got, got);
            cr_assert(ordo_channel_send((got & 8) != 0 ? thief->b.sender : thief->a.sender,
                                        &message)
                      == 0);
            while (((got = ordo_load(&thief->got, ordo_acquire)) & 3) < 3)
                ordo_futex_wait(&thief->got, got);
        }
    }
}

Test(select, no_wake_up_is_stolen)
{
    static const size_t capacities[] = {2, ORDO_UNBOUNDED};

    for (int k = 0; k < 2; k++) {
        struct thief thief = {open_channel(capacities[k]), open_channel(capacities[k]),
                              test_rounds(100), {0}, ORDO_ATOMIC_INIT(0)};

        run_threads(4, maybe_steal, &thief);
        drop_both(&thief.a);
        drop_both(&thief.b);
    }
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static struct ends misused;

static void with_both(void)
{
    struct ordo_select_case one = {.sender = misused.sender, .receiver = misused.receiver};

    (void)ordo_select(&one, 1);
}

static void with_none(void)
{
    struct ordo_select_case none = {.error = 0};

    (void)!ordo_try_select(&none, 1);
}

Test(select, misuse)
{
    static const char line[] = "ordo: select.c: a case with both handles or none\n";

    misused = open_channel(1);
    cr_expect(child_aborts(with_both, line));
    cr_expect(child_aborts(with_none, line));
    drop_both(&misused);
}
