/* one_shot.c: model tests of core/one_shot.c. The message is the pointer to a block of the heap, so
 * that a message without an owner is a leak, and one with two owners is freed twice; what the block
 * and `notes` hold is plain, so that what was not ordered is a data race.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/one_shot.h>

typedef ORDO_ONE_SHOT(int *) channel;

static ORDO_ONE_SHOT_SENDER(int *) sender;
static ORDO_ONE_SHOT_RECEIVER(int *) receiver;
static channel shared;
static channel *own;
static int notes[2]; /* of the sender, of the receiver */

static int *new_message(void)
{
    int *const message = malloc(sizeof *message);

    *message = 7;
    return message;
}

static void release(int *message)
{
    model_assert(*message == 7);
    free(message);
}

static void destroy(void *message)
{
    release(*(int **)message);
}

static void begin_on_heap(void)
{
    model_assert(ordo_one_shot_new(&sender, &receiver, destroy, NULL) == 0);
}

static void begin_in_place(void)
{
    ordo_one_shot_split(&shared, &sender, &receiver, destroy);
}

static void begin_in_own_memory(void)
{
    own = calloc(1, sizeof *own);
    ordo_one_shot_split(own, &sender, &receiver, destroy);
}

/* ---- What each side may do ------------------------------------------------------------------- */

static void send(void)
{
    int *const message = new_message();

    notes[0] = 1;
    const int error = ordo_one_shot_send(&sender, &message);
    model_assert(error == 0 || error == EPIPE);
    model_reach(error == EPIPE);
    if (error == EPIPE) {
        model_assert(notes[1] == 1);
        release(message);
    }
}

static void drop_sender(void)
{
    notes[0] = 1;
    ordo_one_shot_drop_sender(&sender);
}

static void received(int error, int *message)
{
    model_assert(error == 0 || error == EPIPE);
    model_assert(notes[0] == 1);
    if (error == 0)
        release(message);
}

static void receive(void)
{
    int *message = NULL;
    const int error = ordo_one_shot_receive(&receiver, &message);

    received(error, message);
}

static void drop_receiver(void)
{
    notes[1] = 1;
    ordo_one_shot_drop_receiver(&receiver);
}

static void try_to_receive(void)
{
    int *message = NULL;
    const int error = ordo_one_shot_try_receive(&receiver, &message);

    model_reach(error != EAGAIN);
    if (error == EAGAIN)
        drop_receiver();
    else
        received(error, message);
}

/* Not in time, but then. */
static void receive_late(void)
{
    int *message = NULL;
    int error = ordo_one_shot_receive_until(&receiver, &message, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == ETIMEDOUT)
        error = ordo_one_shot_receive(&receiver, &message);
    received(error, message);
}

static void give_up(void)
{
    int *message = NULL;
    const int error =
        ordo_one_shot_receive_until(&receiver, &message, ordo_clock_now() + 1000);

    model_reach(error == ETIMEDOUT);
    if (error == ETIMEDOUT)
        drop_receiver();
    else
        received(error, message);
}

/* Each scenario in a channel of each kind. */
#define BOTH_KINDS(scenario, left, right, ...)                                                     \
    MODEL_TEST(scenario##_on_heap, __VA_ARGS__)                                                    \
    {                                                                                              \
        begin_on_heap();                                                                           \
        TOGETHER(left, right);                                                                     \
    }                                                                                              \
    MODEL_TEST(scenario##_in_place, __VA_ARGS__)                                                   \
    {                                                                                              \
        begin_in_place();                                                                          \
        TOGETHER(left, right);                                                                     \
    }

BOTH_KINDS(send_and_receive, send, receive, .expect = model_passes, .spurious_returns = 2,
           .interrupts = 1)
BOTH_KINDS(drop_and_receive, drop_sender, receive, .expect = model_passes, .spurious_returns = 2,
           .interrupts = 1)
BOTH_KINDS(send_and_drop, send, drop_receiver, .expect = model_reached)
BOTH_KINDS(drop_and_drop, drop_sender, drop_receiver, .expect = model_passes)
BOTH_KINDS(send_and_try, send, try_to_receive, .expect = model_reached)
BOTH_KINDS(drop_and_try, drop_sender, try_to_receive, .expect = model_reached)
BOTH_KINDS(send_and_receive_late, send, receive_late, .expect = model_reached, .timeouts = 1,
           .spurious_returns = 1)
BOTH_KINDS(send_and_give_up, send, give_up, .expect = model_reached, .timeouts = 1,
           .spurious_returns = 1)
BOTH_KINDS(drop_and_give_up, drop_sender, give_up, .expect = model_reached, .timeouts = 1)

/* ---- Questions ------------------------------------------------------------------------------- */

static void send_unless_abandoned(void)
{
    if (ordo_one_shot_is_abandoned(&sender)) {
        model_reach(true);
        drop_sender();
    } else {
        send();
    }
}

MODEL_TEST(is_abandoned, .expect = model_reached)
{
    begin_on_heap();
    TOGETHER(send_unless_abandoned, drop_receiver);
}

static void receive_if_ready(void)
{
    int *message = NULL;

    if (ordo_one_shot_is_ready(&receiver))
        received(ordo_one_shot_try_receive(&receiver, &message), message);
    else
        drop_receiver();
}

MODEL_TEST(is_ready, .expect = model_reached)
{
    begin_on_heap();
    TOGETHER(send, receive_if_ready);
}

/* ---- The channel's memory is gone while the other side may not have returned ----------------- */

static void receive_and_free(void)
{
    receive();
    free(own);
}

static void free_if_refused(void)
{
    int *const message = new_message();

    notes[0] = 1;
    if (ordo_one_shot_send(&sender, &message) == EPIPE) {
        free(message);
        free(own);
        own = NULL;
    }
}

MODEL_TEST(freed_by_the_receiver, .expect = model_passes, .spurious_returns = 1)
{
    begin_in_own_memory();
    TOGETHER(send, receive_and_free);
}

MODEL_TEST(freed_after_a_drop, .expect = model_passes, .spurious_returns = 1)
{
    begin_in_own_memory();
    TOGETHER(drop_sender, receive_and_free);
}

MODEL_TEST(freed_by_the_sender, .expect = model_passes)
{
    begin_in_own_memory();
    TOGETHER(free_if_refused, drop_receiver);
    free(own);
}

/* ---- Several threads that know the channel --------------------------------------------------- */

static void become_sender_and_send(void)
{
    ORDO_ONE_SHOT_SENDER(int *) mine;
    int *const message = new_message();

    ordo_one_shot_become_sender(&shared, &mine);
    notes[0] = 1;
    if (ordo_one_shot_send(&mine, &message) != 0)
        release(message);
}

static void become_receiver_and_receive(void)
{
    ORDO_ONE_SHOT_RECEIVER(int *) mine;
    int *message;

    ordo_one_shot_become_receiver(&shared, &mine, destroy);
    received(ordo_one_shot_receive(&mine, &message), message);
}

static void become_receiver_and_drop(void)
{
    ORDO_ONE_SHOT_RECEIVER(int *) mine;

    ordo_one_shot_become_receiver(&shared, &mine, destroy);
    ordo_one_shot_drop_receiver(&mine);
}

MODEL_TEST(become, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(become_sender_and_send, become_receiver_and_receive);
}

MODEL_TEST(become_and_drop, .expect = model_passes)
{
    TOGETHER(become_sender_and_send, become_receiver_and_drop);
}

MODEL_TEST(two_senders, .expect = model_misuse)
{
    TOGETHER(become_sender_and_send, become_sender_and_send);
}

MODEL_TEST(two_receivers, .expect = model_misuse)
{
    TOGETHER(become_receiver_and_drop, become_receiver_and_drop);
}

/* A copy of a sender or receiver is noticed, in the thread that comes second. */
static void send_by_a_copy(void)
{
    __typeof__(sender) copy = sender;
    int *const message = NULL;

    (void)!ordo_one_shot_send(&copy, &message);
}

MODEL_TEST(copied_sender, .expect = model_misuse)
{
    begin_in_place();
    send_by_a_copy();
    send_by_a_copy();
}

static void drop_a_copy(void)
{
    __typeof__(receiver) copy = receiver;

    ordo_one_shot_drop_receiver(&copy);
}

MODEL_TEST(copied_receiver, .expect = model_misuse)
{
    begin_in_place();
    TOGETHER(drop_a_copy, drop_a_copy);
}

MODEL_TEST(split_in_use, .expect = model_misuse)
{
    begin_in_place();
    begin_in_place();
}

/* ---- Twice in one place, and no memory ------------------------------------------------------- */

MODEL_TEST(split_again, .expect = model_passes)
{
    begin_in_place();
    TOGETHER(send, receive);
    begin_in_place();
    TOGETHER(drop_sender, receive);
}

MODEL_TEST(no_memory, .expect = model_reached, .allocation_failures = 1)
{
    const int error = ordo_one_shot_new(&sender, &receiver, destroy, NULL);

    model_assert(error == 0 || error == ENOMEM);
    model_reach(error == ENOMEM);
    if (error == 0) {
        drop_sender();
        drop_receiver();
    } else {
        model_assert(sender.any.channel == NULL && receiver.any.channel == NULL);
    }
}
