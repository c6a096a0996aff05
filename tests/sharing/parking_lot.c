/* parking_lot.c: who is queued, who is woken, what the callbacks are told, and when. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "disturber.h"
#include "ordo/clock_realtime.h"
#include "ordo/ordo.h"
#include "random.h"
#include "rounds.h"
#include "threads.h"

TestSuite(parking_lot, .timeout = 60);

enum { millisecond = 1000000, most = 8 };

/* Keys are numbers. Two of them differ by the inverse of the hash's factor, so their hashes, before
 * all but the upper bits are dropped, differ by 1: they share a queue. */
#define KEY ((const void *)(uintptr_t)0x1000)
#define SAME_QUEUE ((const void *)(uintptr_t)(0x1000 + 0xf1de83e19937733d))
#define OTHER_QUEUE ((const void *)(uintptr_t)0x2000)

static const void *const keys[] = {KEY, SAME_QUEUE, OTHER_QUEUE};

/* ---- A thread that parks --------------------------------------------------------------------- */

static ordo_atomic_u32 parked; /* how many have entered a queue */

struct sleeper {
    const void *key;
    uintptr_t token; /* its own */
    uint64_t deadline;
    ordo_thread *thread;
    int result;
    uintptr_t given;
    unsigned int timeouts; /* calls of timed_out, */
    const void *timed_out_key;
    bool was_last; /* and its arguments */
};

static void count_parked(void *self)
{
    (void)self;
    ordo_add(&parked, 1, ordo_relaxed);
}

static void note_timeout(void *context, const void *key, bool was_last)
{
    struct sleeper *const self = context;

    self->timeouts++;
    self->timed_out_key = key;
    self->was_last = was_last;
}

static void *sleep_in_queue(void *argument)
{
    struct sleeper *const self = argument;
    const struct ordo_parking parking = {.before_sleep = count_parked, .timed_out = note_timeout,
                                         .context = self, .token = self->token};

    self->result = ordo_parking_lot_park(self->key, &parking, self->deadline, &self->given);
    return NULL;
}

/* Starts one and returns when it is in its queue. */
static void start(struct sleeper *sleeper, const void *key, uintptr_t token, uint64_t deadline)
{
    const uint32_t before = ordo_load(&parked, ordo_relaxed);

    *sleeper = (struct sleeper){.key = key, .token = token, .deadline = deadline, .result = -1};
    cr_assert(ordo_thread_spawn(&sleeper->thread, sleep_in_queue, sleeper) == 0);
    while (ordo_load(&parked, ordo_relaxed) == before)
        ordo_thread_yield();
}

/* Starts `count`, with tokens from 0. */
static void start_all(struct sleeper *sleepers, unsigned int count, const void *key)
{
    for (unsigned int i = 0; i < count; i++)
        start(&sleepers[i], key, i, ORDO_NEVER);
}

/* Waits for its end, with this token. */
static void expect_woken(struct sleeper *sleeper, uintptr_t given)
{
    ordo_thread_join(sleeper->thread);
    cr_expect(sleeper->result == 0 && sleeper->given == given && sleeper->timeouts == 0);
}

/* ---- One thread ------------------------------------------------------------------------------ */

static bool refuse(void *calls)
{
    ++*(unsigned int *)calls;
    return false;
}

static void never_called(void *calls)
{
    *(unsigned int *)calls += 100;
}

static void never_timed_out(void *calls, const void *key, bool was_last)
{
    (void)key, (void)was_last;
    *(unsigned int *)calls += 100;
}

Test(parking_lot, validate_refuses)
{
    unsigned int calls = 0;
    const struct ordo_parking parking = {.validate = refuse, .before_sleep = never_called,
                                         .timed_out = never_timed_out, .context = &calls};

    cr_expect(ordo_parking_lot_park(KEY, &parking, ORDO_NEVER, NULL) == EAGAIN && calls == 1);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 0) == 0, "it left no trace");
}

Test(parking_lot, deadlines)
{
    const uint64_t deadlines[] = {0, 1, ordo_clock_now(), ordo_clock_now() + 20 * millisecond};
    struct sleeper self;

    for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++) {
        self = (struct sleeper){.key = KEY, .deadline = deadlines[i]};
        sleep_in_queue(&self);
        cr_expect(self.result == ETIMEDOUT && ordo_clock_now() >= deadlines[i]);
        cr_expect(self.timeouts == 1 && self.timed_out_key == KEY && self.was_last);
        cr_expect(ordo_parking_lot_unpark_all(KEY, 0) == 0, "it left no trace");
    }
}

Test(parking_lot, realtime_deadline)
{
    const uint64_t deadline = ordo_clock_realtime() + 20 * millisecond;
    const struct ordo_parking parking = {.flags = ordo_futex_realtime};

    cr_expect(ordo_parking_lot_park(KEY, &parking, deadline, NULL) == ETIMEDOUT);
    cr_expect(ordo_clock_realtime() >= deadline);
}

Test(parking_lot, disturbed_deadline)
{
    struct disturber disturber;
    struct sleeper self = {.key = KEY};

    disturber_start(&disturber, NULL, NULL);
    self.deadline = ordo_clock_now() + 100 * millisecond;
    sleep_in_queue(&self);
    cr_expect(self.result == ETIMEDOUT && has_just_passed(self.deadline));
    disturber_stop(&disturber);
}

static void unpark_myself(void *context)
{
    (void)context;
    cr_expect(ordo_parking_lot_unpark_all(KEY, 7) == 1);
}

Test(parking_lot, unparked_before_the_sleep)
{
    const struct ordo_parking parking = {.before_sleep = unpark_myself};
    uintptr_t given = 0;

    cr_expect(ordo_parking_lot_park(KEY, &parking, ORDO_NEVER, &given) == 0 && given == 7);
    cr_expect(ordo_parking_lot_park(KEY, &parking, 0, &given) == 0, "taken, so not timed out");
}

static uintptr_t copy_result(void *result, const struct ordo_unparked *unparked)
{
    *(struct ordo_unparked *)result = *unparked;
    return 1;
}

Test(parking_lot, unpark_of_nobody)
{
    struct ordo_unparked told = {.woken = 9, .moved = 9, .have_more = true, .is_fair = true};
    const struct ordo_unparked result = ordo_parking_lot_unpark_one(KEY, copy_result, &told);
    unsigned int calls = 0;
    const struct ordo_unparking refusing = {.validate = refuse, .context = &calls};

    cr_expect(told.woken == 0 && told.moved == 0 && !told.have_more && !told.is_fair);
    cr_expect(result.woken == 0 && result.moved == 0 && !result.have_more && !result.is_fair);
    cr_expect(ordo_parking_lot_unpark_one(KEY, NULL, NULL).woken == 0);
    cr_expect(ordo_parking_lot_unpark(KEY, &refusing).woken == 0 && calls == 1);
}

/* ---- Who is woken ---------------------------------------------------------------------------- */

Test(parking_lot, first_come_first_woken)
{
    struct sleeper sleepers[most];

    start_all(sleepers, most, KEY);
    for (unsigned int i = 0; i < most; i++) {
        struct ordo_unparked told = {0};
        const struct ordo_unparked result = ordo_parking_lot_unpark_one(KEY, copy_result, &told);

        cr_expect(result.woken == 1 && result.moved == 0 && result.have_more == (i + 1 < most));
        cr_expect(told.woken == 1 && told.have_more == result.have_more
                  && told.is_fair == result.is_fair);
        expect_woken(&sleepers[i], 1);
    }
}

Test(parking_lot, others_sleep_on)
{
    struct sleeper sleepers[3][2];

    for (unsigned int i = 0; i < 2; i++)
        for (unsigned int key = 0; key < 3; key++)
            start(&sleepers[key][i], keys[key], 0, ORDO_NEVER);
    for (unsigned int key = 0; key < 3; key++) {
        cr_expect(ordo_parking_lot_unpark_one(keys[key], NULL, NULL).have_more);
        expect_woken(&sleepers[key][0], 0);
        cr_expect(!ordo_parking_lot_unpark_one(keys[key], NULL, NULL).have_more);
        expect_woken(&sleepers[key][1], 0);
    }
}

Test(parking_lot, all)
{
    struct sleeper sleepers[most], other;

    start(&other, SAME_QUEUE, 0, ORDO_NEVER);
    start_all(sleepers, most, KEY);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 5) == most);
    for (unsigned int i = 0; i < most; i++)
        expect_woken(&sleepers[i], 5);
    cr_expect(ordo_parking_lot_unpark_all(SAME_QUEUE, 6) == 1);
    expect_woken(&other, 6);
}

/* More keys than the table has queues. */
Test(parking_lot, many_keys)
{
    enum { keys_at_once = 8, turns = 64 };
    struct sleeper sleepers[keys_at_once];

    for (uintptr_t turn = 0; turn < turns; turn++) {
        for (uintptr_t i = 0; i < keys_at_once; i++)
            start(&sleepers[i], (const void *)(turn * keys_at_once + i), 0, ORDO_NEVER);
        for (uintptr_t i = keys_at_once; i-- > 0;) {
            cr_expect(ordo_parking_lot_unpark_all((const void *)(turn * keys_at_once + i), i) == 1);
            expect_woken(&sleepers[i], i);
        }
    }
}

/* Wakes odd tokens, skips even ones, stops at 5. */
static enum ordo_parking_choice odd_until_5(void *seen, uintptr_t token)
{
    *(unsigned int *)seen |= 1u << token;
    return token == 5 ? ordo_parking_stop : token % 2 != 0 ? ordo_parking_wake : ordo_parking_skip;
}

Test(parking_lot, chosen)
{
    struct sleeper sleepers[most];
    unsigned int seen = 0;
    struct ordo_unparked result;

    start_all(sleepers, most, KEY);
    result = ordo_parking_lot_unpark(
        KEY, &(struct ordo_unparking){.choose = odd_until_5, .context = &seen});
    cr_expect(result.woken == 2 && result.have_more && seen == 0x3f);
    expect_woken(&sleepers[1], 0);
    expect_woken(&sleepers[3], 0);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 1) == most - 2);
    for (unsigned int i = 0; i < most; i++)
        if (i != 1 && i != 3)
            expect_woken(&sleepers[i], 1);
}

/* Starts three, of which `slow` has a deadline; returns whether all came before that. */
static bool start_three(struct sleeper *sleepers, unsigned int slow, uint64_t time)
{
    const uint64_t deadline = ordo_clock_now() + time;

    for (unsigned int i = 0; i < 3; i++)
        start(&sleepers[i], KEY, i, i == slow ? deadline : ORDO_NEVER);
    return ordo_clock_now() < deadline;
}

static void end_three(struct sleeper *sleepers)
{
    ordo_parking_lot_unpark_all(KEY, 0);
    for (unsigned int i = 0; i < 3; i++)
        ordo_thread_join(sleepers[i].thread);
}

Test(parking_lot, one_of_several_gives_up)
{
    struct sleeper sleepers[3], other;

    for (unsigned int slow = 0; slow < 3; slow++) { /* the first, one in between, the last */
        start(&other, SAME_QUEUE, 0, ORDO_NEVER);
        for (uint64_t time = 30 * millisecond; !start_three(sleepers, slow, time); time *= 2)
            end_three(sleepers);
        ordo_thread_join(sleepers[slow].thread);
        cr_expect(sleepers[slow].result == ETIMEDOUT && sleepers[slow].timeouts == 1);
        cr_expect(!sleepers[slow].was_last);
        cr_expect(ordo_parking_lot_unpark_all(KEY, slow) == 2);
        for (unsigned int i = 0; i < 3; i++)
            if (i != slow)
                expect_woken(&sleepers[i], slow);
        cr_expect(ordo_parking_lot_unpark_all(SAME_QUEUE, 0) == 1);
        expect_woken(&other, 0);
    }
}

/* ---- Moving ---------------------------------------------------------------------------------- */

/* Wakes token 0, moves 1 to 3, skips 4, stops at 5. */
static enum ordo_parking_choice wake_move_skip_stop(void *context, uintptr_t token)
{
    (void)context;
    return token == 0   ? ordo_parking_wake
           : token <= 3 ? ordo_parking_move
           : token == 4 ? ordo_parking_skip
                        : ordo_parking_stop;
}

static void move_to(const void *to)
{
    struct sleeper sleepers[most], there;
    struct ordo_unparked told;
    const struct ordo_unparking unparking = {
        .choose = wake_move_skip_stop, .finish = copy_result, .context = &told};

    start(&there, to, 0, ORDO_NEVER);
    start_all(sleepers, most, KEY);
    const struct ordo_unparked result = ordo_parking_lot_requeue(KEY, to, &unparking);
    cr_expect(result.woken == 1 && result.moved == 3 && result.have_more);
    cr_expect(told.woken == 1 && told.moved == 3 && told.have_more);
    expect_woken(&sleepers[0], 1);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 2) == most - 4);
    for (unsigned int i = 4; i < most; i++)
        expect_woken(&sleepers[i], 2);
    cr_expect(ordo_parking_lot_unpark_one(to, NULL, NULL).have_more);
    expect_woken(&there, 0);
    for (unsigned int i = 1; i <= 3; i++) {
        cr_expect(ordo_parking_lot_unpark_one(to, copy_result, &told).have_more == (i < 3));
        expect_woken(&sleepers[i], 1);
    }
}

Test(parking_lot, moved)
{
    move_to(OTHER_QUEUE);
    move_to(SAME_QUEUE);
}

Test(parking_lot, moved_to_the_same_key)
{
    struct sleeper sleepers[4];
    const struct ordo_unparking unparking = {.choose = wake_move_skip_stop};

    start_all(sleepers, 4, KEY);
    const struct ordo_unparked result = ordo_parking_lot_requeue(KEY, KEY, &unparking);
    cr_expect(result.woken == 1 && result.moved == 3 && result.have_more);
    expect_woken(&sleepers[0], 0);
    for (unsigned int i = 1; i < 4; i++) {
        cr_expect(ordo_parking_lot_unpark_one(KEY, NULL, NULL).woken == 1);
        expect_woken(&sleepers[i], 0);
    }
}

static enum ordo_parking_choice move(void *context, uintptr_t token)
{
    (void)context, (void)token;
    return ordo_parking_move;
}

Test(parking_lot, moved_and_then_gives_up)
{
    struct sleeper sleepers[2];
    const struct ordo_unparking moving = {.choose = move};

    for (unsigned int to = 1; to < 3; to++) {
        start(&sleepers[0], KEY, 0, ordo_clock_now() + 50 * millisecond);
        start(&sleepers[1], KEY, 0, ordo_clock_now() + 100 * millisecond);
        const size_t moved = ordo_parking_lot_requeue(KEY, keys[to], &moving).moved;
        for (unsigned int i = 0; i < 2; i++) {
            ordo_thread_join(sleepers[i].thread);
            cr_expect(sleepers[i].result == ETIMEDOUT && sleepers[i].timeouts == 1);
        }
        if (moved == 2) { /* on a busy machine they may have been too slow for that */
            cr_expect(sleepers[0].timed_out_key == keys[to]);
            cr_expect(sleepers[1].timed_out_key == keys[to]);
            cr_expect(sleepers[0].was_last != sleepers[1].was_last, "whichever left first");
        }
        cr_expect(ordo_parking_lot_unpark_all(keys[to], 0) == 0);
    }
}

Test(parking_lot, requeue_may_be_refused)
{
    struct sleeper sleeper;
    unsigned int calls = 0;
    const struct ordo_unparking refusing = {.validate = refuse, .context = &calls};

    start(&sleeper, KEY, 0, ORDO_NEVER);
    const struct ordo_unparked result = ordo_parking_lot_requeue(KEY, OTHER_QUEUE, &refusing);
    cr_expect(result.woken == 0 && result.moved == 0 && !result.have_more && calls == 1);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 3) == 1);
    expect_woken(&sleeper, 3);
}

/* ---- Fairness -------------------------------------------------------------------------------- */

static bool unpark_is_fair(void)
{
    struct sleeper sleeper;

    start(&sleeper, KEY, 0, ORDO_NEVER);
    const bool is_fair = ordo_parking_lot_unpark_one(KEY, NULL, NULL).is_fair;
    expect_woken(&sleeper, 0);
    return is_fair;
}

/* A millisecond after it was fair it is again; before half of one has passed it is not. */
Test(parking_lot, fair_now_and_then)
{
    unsigned int early = 0;

    cr_expect(unpark_is_fair(), "the first time");
    for (unsigned int round = 0; round < 300 && early < 5; round++) {
        ordo_thread_sleep_until(ordo_clock_now() + millisecond);
        const uint64_t before = ordo_clock_now();
        cr_expect(unpark_is_fair());
        const bool is_fair = unpark_is_fair();
        if (ordo_clock_now() < before + millisecond / 2) {
            cr_expect(!is_fair);
            early++;
        }
    }
}

/* ---- Cancellation ---------------------------------------------------------------------------- */

static void *sleep_and_end(void *sleeper)
{
    sleep_in_queue(sleeper);
    pthread_testcancel();
    return NULL;
}

/* It does not leave the queue, where its node would be lost. */
Test(parking_lot, cancelled_while_parked)
{
    struct sleeper sleeper = {.key = KEY, .deadline = ORDO_NEVER};
    pthread_t thread;
    void *result = NULL;

    cr_assert(pthread_create(&thread, NULL, sleep_and_end, &sleeper) == 0);
    while (ordo_load(&parked, ordo_relaxed) == 0)
        ordo_thread_yield();
    usleep(5000); /* by now it sleeps */
    cr_assert(pthread_cancel(thread) == 0);
    usleep(5000);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 4) == 1);
    cr_assert(pthread_join(thread, &result) == 0);
    cr_expect(result == PTHREAD_CANCELED && sleeper.result == 0 && sleeper.given == 4);
}

/* ---- Fork ------------------------------------------------------------------------------------ */

Test(parking_lot, nobody_is_parked_in_a_child)
{
    struct sleeper sleeper;
    int status = -1;

    start(&sleeper, KEY, 0, ORDO_NEVER);
    const pid_t child = fork();
    if (child == 0)
        _exit(ordo_parking_lot_unpark_all(KEY, 0) == 0 ? 0 : 1);
    cr_assert(child > 0 && waitpid(child, &status, 0) == child);
    cr_expect(status == 0);
    cr_expect(ordo_parking_lot_unpark_all(KEY, 0) == 1);
    expect_woken(&sleeper, 0);
}

/* ---- Many threads ---------------------------------------------------------------------------- */

/* A counting semaphore per key, of which only the lot's callbacks make a lock: tokens are given
 * straight to who is parked. Threads take and give, some with deadlines, while one moves sleepers
 * about and back: none may be lost, nor woken twice. */
struct bank {
    uint32_t tokens; /* guarded by the queue of KEY, that is by its callbacks */
    ordo_atomic_u32 taken, given_back, timeouts;
    unsigned int rounds;
};

static bool none_left(void *context)
{
    struct bank *const bank = context;

    if (bank->tokens == 0)
        return true;
    bank->tokens--;
    return false;
}

static uintptr_t hand_on(void *context, const struct ordo_unparked *unparked)
{
    struct bank *const bank = context;

    if (unparked->woken == 0)
        bank->tokens++;
    return 1;
}

static void take_and_give(unsigned self, void *shared)
{
    struct bank *const bank = shared;
    const struct ordo_parking parking = {.validate = none_left, .context = bank, .token = self};
    uint64_t random = self;

    for (unsigned int i = 0; i < bank->rounds; i++) {
        const bool hurries = random_next(&random) % 4 == 0;
        const int result = ordo_parking_lot_park(
            KEY, &parking, hurries ? ordo_clock_now() + 20000 : ORDO_NEVER, NULL);

        if (result == ETIMEDOUT) {
            ordo_add(&bank->timeouts, 1, ordo_relaxed);
            continue;
        }
        ordo_add(&bank->taken, 1, ordo_relaxed);
        if (i % 16 == 0) /* others find none left, and park */
            ordo_thread_yield();
        ordo_parking_lot_unpark_one(KEY, hand_on, bank);
        ordo_add(&bank->given_back, 1, ordo_relaxed);
    }
}

Test(parking_lot, tokens_are_neither_lost_nor_doubled)
{
    enum { threads = 6, tokens = 2 };
    struct bank bank = {.tokens = tokens, .rounds = test_rounds(10)};

    run_threads(threads, take_and_give, &bank);
    cr_expect(bank.tokens == tokens);
    cr_expect(ordo_load(&bank.taken, ordo_relaxed) == ordo_load(&bank.given_back, ordo_relaxed));
    cr_expect(ordo_load(&bank.taken, ordo_relaxed) + ordo_load(&bank.timeouts, ordo_relaxed)
              == threads * bank.rounds);
}

/* Woken at about the deadline. Whatever the park returns, nobody uses its stack any more. */
struct appointment {
    ordo_atomic_u64 deadline;
    ordo_atomic_u32 woken, unparked;
    unsigned int rounds;
};

__attribute__((noinline)) static bool stack_stays_as_it_is(void)
{
    enum { size = 1024 };
    volatile unsigned char below[size];
    bool same = true;

    for (unsigned int i = 0; i < size; i++)
        below[i] = 0x5a;
    for (unsigned int turn = 0; turn < 2; turn++)
        ordo_thread_yield();
    for (unsigned int i = 0; i < size; i++)
        same &= below[i] == 0x5a;
    return same;
}

static void sleep_to_the_deadline(struct appointment *appointment)
{
    const struct ordo_parking parking = {0};

    for (unsigned int i = 0; i < appointment->rounds; i++) {
        const uint64_t deadline = ordo_clock_now() + 50000;

        ordo_store(&appointment->deadline, deadline, ordo_relaxed);
        if (ordo_parking_lot_park(KEY, &parking, deadline, NULL) == 0)
            ordo_add(&appointment->woken, 1, ordo_relaxed);
        if (!stack_stays_as_it_is())
            abort();
    }
    ordo_store(&appointment->deadline, ORDO_NEVER, ordo_relaxed);
}

static void wake_at_the_deadline(struct appointment *appointment)
{
    uint64_t last = 0, deadline;

    for (unsigned int i = 0;
         (deadline = ordo_load(&appointment->deadline, ordo_relaxed)) != ORDO_NEVER; i++) {
        if (deadline == last) {
            ordo_thread_yield();
            continue;
        }
        last = deadline;
        while (ordo_clock_now() + 20000 < deadline + i % 128 * 1000)
            ordo_spin_hint();
        ordo_add(&appointment->unparked,
                 (uint32_t)ordo_parking_lot_unpark_one(KEY, NULL, NULL).woken, ordo_relaxed);
    }
}

static void keep_appointment(unsigned self, void *shared)
{
    (self == 0 ? sleep_to_the_deadline : wake_at_the_deadline)(shared);
}

Test(parking_lot, woken_at_the_deadline)
{
    struct appointment appointment = {.rounds = test_rounds(20)};

    run_threads(2, keep_appointment, &appointment);
    cr_expect(ordo_load(&appointment.woken, ordo_relaxed)
              == ordo_load(&appointment.unparked, ordo_relaxed));
}

/* Sleepers are moved around among three keys, two of which share a queue, and woken wherever they
 * are; some give up at any time. Each sleep ends once. */
struct carousel {
    ordo_atomic_u32 woken, ended, timeouts, sleepers;
    unsigned int rounds;
};

static void ride(struct carousel *carousel, unsigned self)
{
    uint64_t random = self;

    for (unsigned int i = 0; i < carousel->rounds; i++) {
        const uint64_t draw = random_next(&random);
        const struct ordo_parking parking = {.token = self};
        const uint64_t deadline = draw % 4 == 0 ? ordo_clock_now() + draw / 4 % 100000
                                                : ORDO_NEVER;
        const int result =
            ordo_parking_lot_park(keys[draw / 16 % 3], &parking, deadline, NULL);

        ordo_add(result == 0 ? &carousel->ended : &carousel->timeouts, 1, ordo_relaxed);
    }
    ordo_sub(&carousel->sleepers, 1, ordo_relaxed);
}

static void turn(struct carousel *carousel, unsigned self)
{
    uint64_t random = self;
    const struct ordo_unparking moving = {.choose = move};

    while (ordo_load(&carousel->sleepers, ordo_relaxed) != 0) {
        const uint64_t draw = random_next(&random);
        const void *const key = keys[draw % 3];

        if (draw / 4 % 2 == 0)
            ordo_parking_lot_requeue(key, keys[draw / 8 % 3], &moving);
        else if (draw / 8 % 2 == 0)
            ordo_add(&carousel->woken, (uint32_t)ordo_parking_lot_unpark_all(key, 0),
                     ordo_relaxed);
        else
            ordo_add(&carousel->woken, (uint32_t)ordo_parking_lot_unpark_one(key, NULL, NULL).woken,
                     ordo_relaxed);
        ordo_thread_yield();
    }
}

static void ride_or_turn(unsigned self, void *shared)
{
    if (self < 4)
        ride(shared, self);
    else
        turn(shared, self);
}

Test(parking_lot, moved_about)
{
    struct carousel carousel = {.sleepers = ORDO_ATOMIC_INIT(4), .rounds = test_rounds(20)};

    run_threads(6, ride_or_turn, &carousel);
    cr_expect(ordo_load(&carousel.woken, ordo_relaxed) == ordo_load(&carousel.ended, ordo_relaxed));
    cr_expect(ordo_load(&carousel.ended, ordo_relaxed) + ordo_load(&carousel.timeouts, ordo_relaxed)
              == 4 * carousel.rounds);
}
