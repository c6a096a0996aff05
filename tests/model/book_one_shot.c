/* book_one_shot.c: the channels of the book's chapter 5, which carry one message each.
 *
 * The message is plain memory. Two things must hold: everything the sender did happens before the
 * receiver reads (release and acquire on the flag), and the message is written and taken once.
 */
#include "subject.h"

#include <ordo/futex.h>
#include "small_mutex.h"

enum fault {
    relaxed_send = 1,
    relaxed_receive,
    relaxed_look,
    no_claim,
    no_wake,
    sends_twice,
    receives_unsent,
    dropped_unreceived
};

static int *message; /* the memory that it points to is what is sent */

static int *new_message(void)
{
    int *const value = malloc(sizeof *value);

    *value = 7;
    return value;
}

static void take(int *value)
{
    model_assert(value != NULL && *value == 7);
    free(value);
}

/* ---- A mutex and a sleep: safe, and needs no thought ----------------------------------------- */

static struct mutex mutex;
static ordo_atomic_u32 sent; /* written under the mutex; what the receiver sleeps on */

static void locked_send(void)
{
    mutex_lock(&mutex);
    message = new_message();
    ordo_store(&sent, 1, ordo_relaxed);
    mutex_unlock(&mutex);
    if (!seeded(no_wake))
        ordo_futex_wake(&sent, 1);
}

static void locked_receive(void)
{
    int *value = NULL;

    while (value == NULL) {
        mutex_lock(&mutex);
        value = message;
        mutex_unlock(&mutex);
        if (value == NULL)
            ordo_futex_wait(&sent, 0);
    }
    take(value);
}

static void locked(void)
{
    TOGETHER(locked_send, locked_receive);
}

/* ---- A flag: send at most once, receive at most once and only when ready --------------------- */

static ordo_atomic_bool in_use, ready;

static void flag_send(void)
{
    if (ordo_exchange(&in_use, true, ordo_relaxed)) /* only to claim the right to send */
        abort();
    message = new_message();
    /* Release: pairs with the acquire in receive. */
    ordo_store(&ready, true, unless(relaxed_send, ordo_release));
}

static void flag_receive(void)
{
    /* Taking the flag makes sure that nobody receives the message a second time. */
    if (!ordo_exchange(&ready, false, unless(relaxed_receive, ordo_acquire)))
        abort();
    take(message);
}

static void flag_send_twice(void)
{
    flag_send();
    if (seeded(sends_twice))
        flag_send();
}

static void flag_wait_and_receive(void)
{
    while (!seeded(receives_unsent) && !ordo_load(&ready, ordo_relaxed))
        ordo_spin_hint();
    if (!seeded(dropped_unreceived))
        flag_receive();
}

static void flag(void)
{
    TOGETHER(flag_send_twice, flag_wait_and_receive);
}

/* ---- One state: empty, writing, ready, reading ----------------------------------------------- */

enum { empty, writing, full, reading };
static ordo_atomic_u8 state;

static bool state_send(void)
{
    uint8_t seen = empty;

    if (!seeded(no_claim) &&
        !ordo_compare_exchange(&state, &seen, writing, ordo_relaxed, ordo_relaxed))
        return false;
    message = new_message();
    ordo_store(&state, full, unless(relaxed_send, ordo_release));
    return true;
}

static int *state_receive(void)
{
    uint8_t seen = full;

    if (!ordo_compare_exchange(&state, &seen, reading, unless(relaxed_receive, ordo_acquire),
                               ordo_relaxed))
        return NULL;
    return message;
}

static ordo_atomic_u32 senders;

static void state_send_body(void)
{
    if (state_send())
        ordo_fetch_add(&senders, 1, ordo_relaxed);
}

static void state_receive_body(void)
{
    int *const value = state_receive();

    if (value != NULL)
        take(value);
}

/* The receiver may come too early; what is left then is freed as the channel's drop does it. */
static void one_state(void)
{
    TOGETHER(state_send_body, state_receive_body);
    state_receive_body();
}

static void one_state_two_senders(void)
{
    TOGETHER(state_send_body, state_send_body);
    model_assert(ordo_load(&senders, ordo_relaxed) == 1);
    state_receive_body();
}

/* ---- Blocking, on the heap: the sender's last act lets the receiver free the channel --------- */

struct channel {
    ordo_atomic_u32 ready;
    int value;
};
static struct channel *channel;

static void blocking_send(void)
{
    struct channel *const mine = channel;

    mine->value = 7;
    ordo_store(&mine->ready, 1, unless(relaxed_send, ordo_release));
    if (!seeded(no_wake))
        ordo_futex_wake(&mine->ready, 1); /* the address alone: the channel may be gone */
}

static void blocking_receive(void)
{
    while (ordo_load(&channel->ready, unless(relaxed_look, ordo_acquire)) == 0)
        ordo_futex_wait(&channel->ready, 0);
    model_assert(channel->value == 7);
    free(channel);
}

static void blocking(void)
{
    channel = malloc(sizeof *channel);
    *ordo_get_mut(&channel->ready) = 0;
    TOGETHER(blocking_send, blocking_receive);
}

SOUND(locked, .expect = model_passes, .spurious_returns = 1)
FAULTY(locked, no_wake, .expect = model_deadlock)

SOUND(flag, .expect = model_passes)
FAULTY(flag, relaxed_send, .expect = model_data_race)
FAULTY(flag, relaxed_receive, .expect = model_data_race)
FAULTY(flag, sends_twice, .expect = model_misuse)
FAULTY(flag, receives_unsent, .expect = model_misuse)
FAULTY(flag, dropped_unreceived, .expect = model_leak)

SOUND(one_state, .expect = model_passes)
FAULTY(one_state, relaxed_send, .expect = model_data_race)
FAULTY(one_state, relaxed_receive, .expect = model_data_race)
SOUND(one_state_two_senders, .expect = model_passes)
FAULTY(one_state_two_senders, no_claim, .expect = model_data_race)

SOUND(blocking, .expect = model_passes, .spurious_returns = 1)
FAULTY(blocking, relaxed_send, .expect = model_data_race)
FAULTY(blocking, relaxed_look, .expect = model_data_race)
FAULTY(blocking, no_wake, .expect = model_deadlock)
