/* one_shot.c: the channel for one message: its three ways to begin, every result, who owns the
 * message in the end, deadlines, misuse, memory, and that it may be gone after the last use. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "census.h"
#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(one_shot, .timeout = 60);

enum { millisecond = 1000000 };

/* What is sent. Its destructor counts. */
struct parcel {
    ordo_atomic_u32 *destroyed;
    uint64_t content[3];
};

typedef ORDO_ONE_SHOT(struct parcel) parcel_channel;
typedef ORDO_ONE_SHOT_SENDER(struct parcel) parcel_sender;
typedef ORDO_ONE_SHOT_RECEIVER(struct parcel) parcel_receiver;

static ordo_atomic_u32 destroyed;

static void destroy(void *message)
{
    ordo_fetch_add(((struct parcel *)message)->destroyed, 1, ordo_relaxed);
}

static struct parcel parcel(uint64_t number)
{
    return (struct parcel){&destroyed, {number, number + 1, number + 2}};
}

static bool is_parcel(const struct parcel *it, uint64_t number)
{
    return it->destroyed == &destroyed && it->content[0] == number && it->content[1] == number + 1
           && it->content[2] == number + 2;
}

/* ---- The three ways, and every result -------------------------------------------------------- */

static parcel_channel place;
static struct census census;

/* Each begins a channel whose message `destroy` destroys, and says what was allocated for it. */
static unsigned int begin_new(parcel_sender *sender, parcel_receiver *receiver)
{
    cr_assert(ordo_one_shot_new(sender, receiver, destroy, &census.allocator) == 0);
    return 1;
}

static unsigned int begin_split(parcel_sender *sender, parcel_receiver *receiver)
{
    ordo_one_shot_split(&place, sender, receiver, destroy);
    return 0;
}

static unsigned int begin_by_becoming(parcel_sender *sender, parcel_receiver *receiver)
{
    memset(&place, 0, sizeof place);
    ordo_one_shot_become_receiver(&place, receiver, destroy);
    ordo_one_shot_become_sender(&place, sender);
    return 0;
}

/* Calls `scene` with each kind of channel; afterwards nothing may be left. */
static void with_each_kind(void (*scene)(parcel_sender *sender, parcel_receiver *receiver))
{
    unsigned int (*const begin[])(parcel_sender *, parcel_receiver *) = {
        begin_new, begin_split, begin_by_becoming, begin_split};

    for (unsigned int i = 0; i < sizeof begin / sizeof *begin; i++) {
        parcel_sender sender = {{0}};
        parcel_receiver receiver = {{0}};

        census_start(&census);
        ordo_store(&destroyed, 0, ordo_relaxed);
        const unsigned int allocations = begin[i](&sender, &receiver);
        scene(&sender, &receiver);
        cr_expect(sender.any.channel == NULL && receiver.any.channel == NULL, "both are empty");
        cr_expect(ordo_load(&census.allocations, ordo_relaxed) == allocations);
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
    }
}

static void send_and_receive(parcel_sender *sender, parcel_receiver *receiver)
{
    const struct parcel out = parcel(7);
    struct parcel in;

    cr_expect(!ordo_one_shot_is_ready(receiver) && !ordo_one_shot_is_abandoned(sender));
    cr_expect(ordo_one_shot_try_receive(receiver, &in) == EAGAIN);
    cr_expect(ordo_one_shot_receive_until(receiver, &in, 0) == ETIMEDOUT);
    cr_expect(ordo_one_shot_receive_until(receiver, &in, ordo_clock_now() - 1) == ETIMEDOUT);
    cr_expect(ordo_one_shot_send(sender, &out) == 0);
    cr_expect(sender->any.channel == NULL && ordo_one_shot_is_ready(receiver));
    cr_expect(ordo_one_shot_receive(receiver, &in) == 0 && is_parcel(&in, 7));
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 0, "it is the receiver's now");
}

static void send_and_try_receive(parcel_sender *sender, parcel_receiver *receiver)
{
    const struct parcel out = parcel(8);
    struct parcel in;

    cr_expect(ordo_one_shot_send(sender, &out) == 0);
    cr_expect(ordo_one_shot_try_receive(receiver, &in) == 0 && is_parcel(&in, 8));
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 0);
}

static void send_and_receive_until(parcel_sender *sender, parcel_receiver *receiver)
{
    const struct parcel out = parcel(9);
    struct parcel in;

    cr_expect(ordo_one_shot_send(sender, &out) == 0);
    cr_expect(ordo_one_shot_receive_until(receiver, &in, 0) == 0 && is_parcel(&in, 9),
              "what is there is received even after the deadline");
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 0);
}

static void drop_sender(parcel_sender *sender, parcel_receiver *receiver)
{
    struct parcel in;

    ordo_one_shot_drop_sender(sender);
    cr_expect(ordo_one_shot_is_ready(receiver));
    cr_expect(ordo_one_shot_receive(receiver, &in) == EPIPE);
}

static void drop_sender_and_try(parcel_sender *sender, parcel_receiver *receiver)
{
    struct parcel in;

    ordo_one_shot_drop_sender(sender);
    cr_expect(ordo_one_shot_try_receive(receiver, &in) == EPIPE);
}

static void drop_receiver(parcel_sender *sender, parcel_receiver *receiver)
{
    const struct parcel out = parcel(10);

    ordo_one_shot_drop_receiver(receiver);
    cr_expect(ordo_one_shot_is_abandoned(sender));
    cr_expect(ordo_one_shot_send(sender, &out) == EPIPE && is_parcel(&out, 10));
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 0, "it is the sender's still");
}

static void drop_both(parcel_sender *sender, parcel_receiver *receiver)
{
    ordo_one_shot_drop_receiver(receiver);
    ordo_one_shot_drop_sender(sender);
    ordo_one_shot_drop_receiver(receiver);
    ordo_one_shot_drop_sender(sender);
}

static void drop_both_the_other_way(parcel_sender *sender, parcel_receiver *receiver)
{
    ordo_one_shot_drop_sender(sender);
    ordo_one_shot_drop_receiver(receiver);
}

static void send_and_drop_receiver(parcel_sender *sender, parcel_receiver *receiver)
{
    const struct parcel out = parcel(11);

    cr_expect(ordo_one_shot_send(sender, &out) == 0);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 0);
    ordo_one_shot_drop_receiver(receiver);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == 1);
}

Test(one_shot, every_result)
{
    with_each_kind(send_and_receive);
    with_each_kind(send_and_try_receive);
    with_each_kind(send_and_receive_until);
    with_each_kind(drop_sender);
    with_each_kind(drop_sender_and_try);
    with_each_kind(drop_receiver);
    with_each_kind(drop_both);
    with_each_kind(drop_both_the_other_way);
    with_each_kind(send_and_drop_receiver);
}

/* Zero bytes are a channel; without a destructor nothing is called. */
Test(one_shot, of_zero_bytes)
{
    static ORDO_ONE_SHOT(int) channel;
    ORDO_ONE_SHOT_SENDER(int) sender;
    ORDO_ONE_SHOT_RECEIVER(int) receiver;
    const int out = 5;
    int in = 0;

    cr_expect(sizeof(ordo_one_shot) == 4 && sizeof sender == 16 && sizeof receiver == 24);
    for (int i = 0; i < 3; i++) {
        ordo_one_shot_split(&channel, &sender, &receiver, NULL);
        cr_expect(ordo_one_shot_send(&sender, &out) == 0);
        cr_expect(ordo_one_shot_receive(&receiver, &in) == 0 && in == 5);
        ordo_one_shot_split(&channel, &sender, &receiver, NULL);
        cr_expect(ordo_one_shot_send(&sender, &out) == 0);
        ordo_one_shot_drop_receiver(&receiver);
    }
}

/* ---- Memory ---------------------------------------------------------------------------------- */

struct aligned {
    _Alignas(256) char text[300];
};

Test(one_shot, alignment_and_no_memory)
{
    ORDO_ONE_SHOT_SENDER(struct aligned) sender = {{0}};
    ORDO_ONE_SHOT_RECEIVER(struct aligned) receiver = {{0}};
    unsigned int turns = 0;

    for (unsigned int i = 1; census_fails(&census, i); i++, turns++) {
        const int error = ordo_one_shot_new(&sender, &receiver, NULL, &census.allocator);

        cr_assert(error == (i == 1 ? ENOMEM : 0));
        if (error != 0) {
            cr_expect(sender.any.channel == NULL && receiver.any.channel == NULL);
            continue;
        }
        cr_expect((uintptr_t)sender.any.place % 256 == 0 && sender.any.place == receiver.any.place);
        static const struct aligned out = {"to be or not"};
        struct aligned in;
        cr_expect(ordo_one_shot_send(&sender, &out) == 0);
        cr_expect(ordo_one_shot_receive(&receiver, &in) == 0 && strcmp(in.text, out.text) == 0);
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
    }
    cr_expect(turns == 2);

    cr_expect(ordo_one_shot_make(&sender.any, &receiver.any, SIZE_MAX - 8, 8, NULL, NULL)
              == ENOMEM);
    cr_assert(ordo_one_shot_new(&sender, &receiver, NULL, NULL) == 0, "the C library's heap");
    ordo_one_shot_drop_receiver(&receiver);
    ordo_one_shot_drop_sender(&sender);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static parcel_sender late_sender;

static void *send_late(void *unused)
{
    const struct parcel out = parcel(12);

    usleep(20000); /* by now the receiver sleeps */
    cr_expect(ordo_one_shot_send(&late_sender, &out) == 0);
    return unused;
}

static void *drop_late(void *unused)
{
    usleep(20000);
    ordo_one_shot_drop_sender(&late_sender);
    return unused;
}

static void receive_from(void *(*body)(void *), int expected)
{
    ordo_thread *thread;
    parcel_receiver receiver;
    struct parcel in;

    cr_assert(ordo_one_shot_new(&late_sender, &receiver, destroy, NULL) == 0);
    cr_assert(ordo_thread_spawn(&thread, body, NULL) == 0);
    cr_expect(ordo_one_shot_receive(&receiver, &in) == expected);
    cr_expect(expected != 0 || is_parcel(&in, 12));
    ordo_thread_join(thread);

    cr_assert(ordo_one_shot_new(&late_sender, &receiver, destroy, NULL) == 0);
    cr_assert(ordo_thread_spawn(&thread, body, NULL) == 0);
    const uint64_t deadline = ordo_clock_now() + 60000ull * millisecond;
    cr_expect(ordo_one_shot_receive_until(&receiver, &in, deadline) == expected);
    cr_expect(ordo_clock_now() < deadline);
    ordo_thread_join(thread);
}

Test(one_shot, sleeping_receiver)
{
    receive_from(send_late, 0);
    receive_from(drop_late, EPIPE);
}

static void wake_all(void *word)
{
    ordo_futex_wake(word, UINT32_MAX);
}

/* A receive that times out leaves the receiver as it was. */
Test(one_shot, disturbed_deadline)
{
    struct disturber disturber;
    parcel_sender sender;
    parcel_receiver receiver;
    const struct parcel out = parcel(13);
    struct parcel in;

    ordo_one_shot_split(&place, &sender, &receiver, destroy);
    disturber_start(&disturber, wake_all, &place.channel.state);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(ordo_one_shot_receive_until(&receiver, &in, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    cr_expect(ordo_one_shot_send(&sender, &out) == 0);
    cr_expect(ordo_one_shot_receive_until(&receiver, &in, UINT64_MAX) == 0 && is_parcel(&in, 13));
}

/* ---- Who owns the message -------------------------------------------------------------------- */

/* Two threads, a new channel in each round; what they may do at the same time. */
struct race {
    parcel_sender sender;
    parcel_receiver receiver;
    unsigned int arrived, rounds;
    ordo_atomic_u32 received, refused;
};

static void send_once(struct race *race, unsigned int round)
{
    struct parcel out = parcel(round);
    const int error = ordo_one_shot_send(&race->sender, &out);

    if (error == EPIPE)
        ordo_fetch_add(&race->refused, 1, ordo_relaxed);
    else if (error != 0 || !is_parcel(&out, round))
        abort();
}

/* Tries now and then, and gives up after more or fewer tries, or the shortest of waits. */
static void receive_or_drop(struct race *race, unsigned int round)
{
    struct parcel in;
    int error = EAGAIN;

    if (round % 4 == 0)
        error = ordo_one_shot_receive_until(&race->receiver, &in, ordo_clock_now() + round % 3000);
    else
        for (unsigned int i = 0; i < round % 32 && error == EAGAIN; i++)
            error = ordo_one_shot_try_receive(&race->receiver, &in);
    if (error == 0) {
        if (!is_parcel(&in, round))
            abort();
        ordo_fetch_add(&race->received, 1, ordo_relaxed);
    } else if (error != EAGAIN && error != ETIMEDOUT) {
        abort();
    }
    ordo_one_shot_drop_receiver(&race->receiver);
}

static void race(unsigned int self, void *shared)
{
    struct race *const race = shared;

    for (unsigned int i = 0; i < race->rounds; i++) {
        if (self == 0 && ordo_one_shot_new(&race->sender, &race->receiver, destroy,
                                           &census.allocator) != 0)
            abort();
        meet(&race->arrived, 4 * i + 2);
        if (self == 0)
            send_once(race, i);
        else
            receive_or_drop(race, i);
        meet(&race->arrived, 4 * i + 4);
    }
}

Test(one_shot, the_message_has_one_owner)
{
    struct race scene = {.rounds = test_rounds(4)};

    census_start(&census);
    run_threads(2, race, &scene);
    const uint32_t received = ordo_load(&scene.received, ordo_relaxed);
    const uint32_t refused = ordo_load(&scene.refused, ordo_relaxed);
    cr_expect(received + refused + ordo_load(&destroyed, ordo_relaxed) == scene.rounds);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
    cr_expect(ordo_load(&census.allocations, ordo_relaxed) == scene.rounds);
}

/* Questions and answers go over two channels that are split again and again. */
struct table {
    ORDO_ONE_SHOT(uint64_t) question, answer;
    ORDO_ONE_SHOT_SENDER(uint64_t) asks, answers;
    ORDO_ONE_SHOT_RECEIVER(uint64_t) hears, learns;
    unsigned int arrived, rounds;
    uint64_t sum;
};

static void talk(unsigned int self, void *shared)
{
    struct table *const table = shared;

    for (unsigned int i = 0; i < table->rounds; i++) {
        uint64_t number = i;

        if (self == 0) {
            ordo_one_shot_split(&table->question, &table->asks, &table->hears, NULL);
            ordo_one_shot_split(&table->answer, &table->answers, &table->learns, NULL);
        }
        meet(&table->arrived, 2 * i + 2);
        if (self == 0) {
            if (ordo_one_shot_send(&table->asks, &number) != 0
                || ordo_one_shot_receive(&table->learns, &number) != 0)
                abort();
            table->sum += number;
        } else {
            if (ordo_one_shot_receive(&table->hears, &number) != 0)
                abort();
            number *= 2;
            if (ordo_one_shot_send(&table->answers, &number) != 0)
                abort();
        }
    }
}

Test(one_shot, questions_and_answers)
{
    struct table table = {.rounds = test_rounds(4)};

    run_threads(2, talk, &table);
    cr_expect(table.sum == (uint64_t)table.rounds * (table.rounds - 1));
}

/* ---- Memory that is gone after the last use -------------------------------------------------- */

struct scene {
    parcel_channel *channel; /* in a page of its own */
    parcel_sender sender;
    parcel_receiver receiver;
    unsigned int arrived, rounds;
};

static void in_new_page(struct scene *scene)
{
    scene->channel = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (scene->channel == MAP_FAILED)
        abort();
    ordo_one_shot_split(scene->channel, &scene->sender, &scene->receiver, destroy);
}

/* The receiver unmaps the channel while the sender may be on its way to wake it. */
static void receive_and_unmap(unsigned int self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        const bool sends = i % 8 != 0;

        if (self == 0)
            in_new_page(scene);
        meet(&scene->arrived, 4 * i + 2);
        if (self == 0) {
            struct parcel in;
            const int error = ordo_one_shot_receive(&scene->receiver, &in);
            munmap(scene->channel, 4096);
            if (sends ? error != 0 || !is_parcel(&in, i) : error != EPIPE)
                abort();
        } else if (sends) {
            const struct parcel out = parcel(i);
            if (i % 4 == 0) /* the receiver goes to sleep meanwhile */
                ordo_thread_yield();
            if (ordo_one_shot_send(&scene->sender, &out) != 0)
                abort();
        } else {
            ordo_one_shot_drop_sender(&scene->sender);
        }
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(one_shot, unmapped_by_the_receiver, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1)};
    run_threads(2, receive_and_unmap, &scene);
}

/* The receiver is dropped; the sender that learns of it unmaps. */
static void drop_and_unmap(unsigned int self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0)
            in_new_page(scene);
        meet(&scene->arrived, 4 * i + 2);
        if (self == 0) {
            const struct parcel out = parcel(i);
            while (!ordo_one_shot_is_abandoned(&scene->sender))
                ordo_thread_yield();
            if (ordo_one_shot_send(&scene->sender, &out) != EPIPE)
                abort();
            munmap(scene->channel, 4096);
        } else {
            ordo_one_shot_drop_receiver(&scene->receiver);
        }
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(one_shot, unmapped_by_the_sender, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(4)};
    run_threads(2, drop_and_unmap, &scene);
}

/* The receiver's thread ends right after its receive, while the sender is still waking it. */
static void *receive_and_end(void *receiver)
{
    parcel_receiver mine = *(parcel_receiver *)receiver;
    struct parcel in;

    if (ordo_one_shot_receive(&mine, &in) != 0)
        abort();
    return NULL;
}

Test(one_shot, the_receivers_thread_ends, .timeout = 300)
{
    const unsigned int rounds = test_rounds(50);

    for (unsigned int i = 0; i < rounds; i++) {
        const struct parcel out = parcel(i);
        parcel_sender sender;
        parcel_receiver receiver;
        ordo_thread *thread;

        cr_assert(ordo_one_shot_new(&sender, &receiver, destroy, NULL) == 0);
        cr_assert(ordo_thread_spawn(&thread, receive_and_end, &receiver) == 0);
        if (i % 2 == 0)
            ordo_thread_yield();
        cr_assert(ordo_one_shot_send(&sender, &out) == 0);
        ordo_thread_join(thread);
    }
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static parcel_sender first_sender, copied_sender;
static parcel_receiver first_receiver, copied_receiver;

static void begin_and_send(void)
{
    const struct parcel out = parcel(0);

    ordo_one_shot_split(&place, &first_sender, &first_receiver, destroy);
    copied_sender = first_sender;
    copied_receiver = first_receiver;
    if (ordo_one_shot_send(&first_sender, &out) != 0)
        _exit(1);
}

static void send_again(void)
{
    const struct parcel out = parcel(1);

    begin_and_send();
    (void)!ordo_one_shot_send(&first_sender, &out);
}

static void send_by_a_copy(void)
{
    const struct parcel out = parcel(1);

    begin_and_send();
    (void)!ordo_one_shot_send(&copied_sender, &out);
}

static void drop_a_copied_sender(void)
{
    begin_and_send();
    ordo_one_shot_drop_sender(&copied_sender);
}

static void ask_an_empty_sender(void)
{
    begin_and_send();
    (void)ordo_one_shot_is_abandoned(&first_sender);
}

static void begin_send_and_receive(void)
{
    struct parcel in;

    begin_and_send();
    if (ordo_one_shot_receive(&first_receiver, &in) != 0)
        _exit(1);
}

static void receive_again(void)
{
    struct parcel in;

    begin_send_and_receive();
    (void)!ordo_one_shot_receive(&first_receiver, &in);
}

static void try_again(void)
{
    struct parcel in;

    begin_send_and_receive();
    (void)!ordo_one_shot_try_receive(&first_receiver, &in);
}

static void receive_by_a_copy(void)
{
    struct parcel in;

    begin_send_and_receive();
    (void)!ordo_one_shot_receive(&copied_receiver, &in);
}

static void become_sender_twice(void)
{
    ordo_one_shot_become_sender(&place, &first_sender);
    ordo_one_shot_become_sender(&place, &first_sender);
}

static void become_receiver_twice(void)
{
    ordo_one_shot_become_receiver(&place, &first_receiver, destroy);
    ordo_one_shot_become_receiver(&place, &first_receiver, destroy);
}

static void become_sender_after_split(void)
{
    ordo_one_shot_split(&place, &first_sender, &first_receiver, destroy);
    ordo_one_shot_become_sender(&place, &copied_sender);
}

static void split_in_use(void)
{
    begin_and_send();
    ordo_one_shot_split(&place, &first_sender, &first_receiver, destroy);
}

static void split_without_a_sender(void)
{
    ordo_one_shot_become_receiver(&place, &first_receiver, destroy);
    ordo_one_shot_drop_receiver(&first_receiver);
    ordo_one_shot_split(&place, &first_sender, &first_receiver, destroy);
}

Test(one_shot, misuse_aborts)
{
    static const char empty_sender[] = "ordo: one_shot.c: use of an empty sender\n";
    static const char empty_receiver[] = "ordo: one_shot.c: use of an empty receiver\n";
    static const char second_sender[] = "ordo: one_shot.c: a second sender of a channel\n";
    static const char in_use[] = "ordo: one_shot.c: split of a channel that is in use\n";

    cr_expect(child_aborts(send_again, empty_sender));
    cr_expect(child_aborts(ask_an_empty_sender, empty_sender));
    cr_expect(child_aborts(send_by_a_copy, "ordo: one_shot.c: use of a copied sender\n"));
    cr_expect(child_aborts(drop_a_copied_sender, "ordo: one_shot.c: use of a copied sender\n"));
    cr_expect(child_aborts(receive_again, empty_receiver));
    cr_expect(child_aborts(try_again, empty_receiver));
    cr_expect(child_aborts(receive_by_a_copy, "ordo: one_shot.c: use of a copied receiver\n"));
    cr_expect(child_aborts(become_sender_twice, second_sender));
    cr_expect(child_aborts(become_sender_after_split, second_sender));
    cr_expect(child_aborts(become_receiver_twice,
                           "ordo: one_shot.c: a second receiver of a channel\n"));
    cr_expect(child_aborts(split_in_use, in_use));
    cr_expect(child_aborts(split_without_a_sender, in_use));
}
