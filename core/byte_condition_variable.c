/* byte_condition_variable.c: see byte_condition_variable.h.
 *
 *     0  nobody is parked with the condition variable's address
 *     1  somebody may be
 *
 * The byte is written only with the lot's queue of its address locked. A waiter parks with its
 * mutex as token, sets the 1 as it enters the queue, and unlocks the mutex only then.
 *
 * No notification is lost. Who changes the condition, then reads 0 and does nothing, had the mutex:
 * either before the waiter, which then saw the change and did not wait; or after, and then the
 * waiter's 1 happens before the read, by the mutex. So there is no need for a pair of fences. The 0
 * is written by who takes the last thread out of the queue, while it is locked.
 *
 * notify_all moves the waiters to the queue of their mutex. It looks for a mutex first, the one of
 * the longest wait, because both queues have to be locked together. Then, with both locked, the
 * waiters of that mutex are moved; any others are woken. If the mutex is not locked, no unlock is
 * to come that would wake the first, so that one is woken. Otherwise `parked` is set while `locked`
 * is, in one step: from then on its unlock has to take the lot's queue, which is locked here, and
 * so finds those that were moved. If the first is woken and others are moved, `parked` is set
 * without regard to `locked`: the one that was woken locks the mutex, and its unlock finds them.
 * The mutex is used only if a waiter of it was found in the queue, so it is there: that one needs
 * it to return.
 *
 * A waiter whose deadline passes in its own queue leaves it, and has taken no notification. One
 * that has been moved by then has taken one: its wait returns 0. It leaves the queue of the mutex
 * as one of that mutex's own waiters would, and locks it in the usual way.
 *
 * After the callback that writes the byte, a notification uses the address alone.
 */
#include "ordo/byte_condition_variable.h"

#include <errno.h>

#include "byte_mutex_state.h"
#include "ordo/misuse.h"
#include "ordo/parking_lot.h"

/* ---- Waiting --------------------------------------------------------------------------------- */

struct wait {
    ordo_byte_condition_variable *condition;
    ordo_byte_mutex *mutex;
    bool was_moved; /* when its deadline passed */
};

static bool set_waiting(void *context)
{
    const struct wait *const wait = context;

    /* Relaxed: the mutex orders it before the notifiers that must see it. */
    ordo_store(&wait->condition->state, 1, ordo_relaxed);
    return true;
}

ORDO_NOT_ANALYSED static void unlock_mutex(void *context)
{
    const struct wait *const wait = context;

    ordo_byte_mutex_unlock(wait->mutex);
}

static void give_up(void *context, const void *key, bool was_last)
{
    struct wait *const wait = context;

    wait->was_moved = key != wait->condition;
    if (was_last && wait->was_moved)
        ordo_and(&wait->mutex->state, (uint8_t)~byte_mutex_parked, ordo_relaxed);
    else if (was_last)
        ordo_store(&wait->condition->state, 0, ordo_relaxed);
}

ORDO_NOT_ANALYSED int
ordo_byte_condition_variable_wait_until(ordo_byte_condition_variable *condition,
                                        ordo_byte_mutex *mutex, uint64_t deadline)
{
    struct wait wait = {.condition = condition, .mutex = mutex};
    const struct ordo_parking parking = {.validate = set_waiting, .before_sleep = unlock_mutex,
                                         .timed_out = give_up, .context = &wait,
                                         .token = (uintptr_t)mutex};
    uintptr_t token = byte_mutex_try_again;

    if ((ordo_load(&mutex->state, ordo_relaxed) & byte_mutex_locked) == 0)
        ordo_misuse("byte_condition_variable.c: wait without the mutex");
    const int error = ordo_parking_lot_park(condition, &parking, deadline, &token);
    if (token != byte_mutex_handed_over)
        ordo_byte_mutex_lock(mutex);
    return error == ETIMEDOUT && !wait.was_moved ? ETIMEDOUT : 0;
}

void ordo_byte_condition_variable_wait(ordo_byte_condition_variable *condition,
                                       ordo_byte_mutex *mutex)
{
    /* Cannot time out. */
    (void)!ordo_byte_condition_variable_wait_until(condition, mutex, ORDO_NEVER);
}

/* ---- Notifying ------------------------------------------------------------------------------- */

static void clear_if_none(ordo_byte_condition_variable *condition,
                          const struct ordo_unparked *unparked)
{
    if (!unparked->have_more)
        ordo_store(&condition->state, 0, ordo_relaxed); /* as in set_waiting */
}

static uintptr_t one_is_notified(void *condition, const struct ordo_unparked *unparked)
{
    clear_if_none(condition, unparked);
    return byte_mutex_try_again;
}

void ordo_byte_condition_variable_notify_one(ordo_byte_condition_variable *condition)
{
    if (ordo_load(&condition->state, ordo_relaxed) != 0)
        ordo_parking_lot_unpark_one(condition, one_is_notified, condition);
}

struct notification {
    ordo_byte_condition_variable *condition;
    ordo_byte_mutex *mutex; /* of those that are moved */
    bool moves;             /* the first of them was moved or woken, and the next are moved */
    bool has_woken;         /* it was woken */
};

/* With the queue locked: the mutex of the one that waits for longest. */
static enum ordo_parking_choice note_mutex(void *context, uintptr_t token)
{
    struct notification *const notification = context;

    notification->mutex = (ordo_byte_mutex *)token;
    return ordo_parking_stop;
}

/* With the queue of the mutex locked too. Sets `parked`, unless the mutex is not locked. */
static bool has_unlock_to_come(ordo_byte_mutex *mutex)
{
    uint8_t before;

    return ordo_fetch_update_if(&mutex->state, ordo_relaxed, ordo_relaxed, state,
                                (state & byte_mutex_locked) != 0,
                                (uint8_t)(state | byte_mutex_parked), &before);
}

static enum ordo_parking_choice move_or_wake(void *context, uintptr_t token)
{
    struct notification *const notification = context;

    if ((ordo_byte_mutex *)token != notification->mutex)
        return ordo_parking_wake;
    if (notification->moves)
        return ordo_parking_move;
    notification->moves = true;
    notification->has_woken = !has_unlock_to_come(notification->mutex);
    return notification->has_woken ? ordo_parking_wake : ordo_parking_move;
}

static uintptr_t all_are_notified(void *context, const struct ordo_unparked *unparked)
{
    const struct notification *const notification = context;

    if (notification->has_woken && unparked->moved != 0)
        ordo_or(&notification->mutex->state, byte_mutex_parked, ordo_relaxed);
    clear_if_none(notification->condition, unparked);
    return byte_mutex_try_again;
}

void ordo_byte_condition_variable_notify_all(ordo_byte_condition_variable *condition)
{
    struct notification notification = {.condition = condition};

    if (ordo_load(&condition->state, ordo_relaxed) == 0)
        return;
    ordo_parking_lot_unpark(condition, &(struct ordo_unparking){.choose = note_mutex,
                                                                .context = &notification});
    if (notification.mutex != NULL)
        ordo_parking_lot_requeue(condition, notification.mutex,
                                 &(struct ordo_unparking){.choose = move_or_wake,
                                                          .finish = all_are_notified,
                                                          .context = &notification});
}
