/* peterson.c: mutual exclusion of two threads with loads and stores alone (Peterson, 1981).
 *
 * Each thread announces itself, gives way, and waits while the other one wants in and has the way.
 * Three ways to order it:
 *   - seq_cst accesses: announcement, giving way and the look at the other's announcement;
 *   - relaxed stores and two seq_cst fences. One after both stores is not enough: it orders the two
 *     announcements before the looks, but not my announcement before my giving way, and the thread
 *     that gave way first may be the one whose announcement is not seen;
 *   - giving way by exchange: the later of two exchanges reads the earlier one, and so acquires the
 *     announcement before it; no seq_cst at all.
 */
#include "subject.h"

enum fault {
    relaxed_announce = 1,
    relaxed_give_way,
    relaxed_look,
    relaxed_look_at_way,
    relaxed_leave,
    release_announce,
    no_first_fence,
    no_second_fence,
    acquire_exchange,
    release_exchange
};

static ordo_atomic_bool wants[2];
static ordo_atomic_u32 has_way;
static int counter;

static void accesses_announce(unsigned int me)
{
    ordo_store(&wants[me], true,
               downgraded(release_announce, ordo_release, unless(relaxed_announce, ordo_seq_cst)));
    ordo_store(&has_way, 1 - me, unless(relaxed_give_way, ordo_seq_cst));
}

static bool accesses_other_wants(unsigned int me)
{
    return ordo_load(&wants[1 - me], unless(relaxed_look, ordo_seq_cst));
}

static void fences_announce(unsigned int me)
{
    ordo_store(&wants[me], true, ordo_relaxed);
    if (!seeded(no_first_fence))
        ordo_thread_fence(ordo_seq_cst);
    ordo_store(&has_way, 1 - me, ordo_relaxed);
    if (!seeded(no_second_fence))
        ordo_thread_fence(ordo_seq_cst);
}

static void exchange_announce(unsigned int me)
{
    ordo_store(&wants[me], true, ordo_relaxed);
    ordo_exchange(&has_way, 1 - me,
                  downgraded(acquire_exchange, ordo_acquire,
                             downgraded(release_exchange, ordo_release, ordo_acq_rel)));
}

static bool acquire_other_wants(unsigned int me)
{
    return ordo_load(&wants[1 - me], unless(relaxed_look, ordo_acquire));
}

/* Whoever enters has seen that the other left (acquire: pairs with leave), or that it gave way. */
#define SCENARIO(kind, other_wants)                                                                \
    static void kind##_enter(unsigned int me)                                                      \
    {                                                                                              \
        kind##_announce(me);                                                                       \
        while (other_wants(me) &&                                                                  \
               ordo_load(&has_way, unless(relaxed_look_at_way, ordo_acquire)) != me)               \
            ordo_spin_hint();                                                                      \
        counter++;                                                                                 \
        ordo_store(&wants[me], false, unless(relaxed_leave, ordo_release));                        \
    }                                                                                              \
    static void kind##_left(void)                                                                  \
    {                                                                                              \
        kind##_enter(0);                                                                           \
    }                                                                                              \
    static void kind##_right(void)                                                                 \
    {                                                                                              \
        kind##_enter(1);                                                                           \
    }                                                                                              \
    static void kind##_left_twice(void)                                                            \
    {                                                                                              \
        kind##_enter(0);                                                                           \
        kind##_enter(0);                                                                           \
    }                                                                                              \
    static void kind(void)                                                                         \
    {                                                                                              \
        TOGETHER(kind##_left, kind##_right);                                                       \
        model_assert(counter == 2);                                                                \
    }                                                                                              \
    static void kind##_twice(void)                                                                 \
    {                                                                                              \
        TOGETHER(kind##_left_twice, kind##_right);                                                 \
        model_assert(counter == 3);                                                                \
    }

SCENARIO(accesses, accesses_other_wants)
SCENARIO(fences, acquire_other_wants)
SCENARIO(exchange, acquire_other_wants)

SOUND(accesses, .expect = model_passes)
SOUND(accesses_twice, .expect = model_passes)
FAULTY(accesses, relaxed_announce, .expect = model_data_race)
FAULTY(accesses, release_announce, .expect = model_data_race)
FAULTY(accesses, relaxed_give_way, .expect = model_data_race)
FAULTY(accesses, relaxed_look, .expect = model_data_race)
FAULTY(accesses, relaxed_leave, .expect = model_data_race)

SOUND(fences, .expect = model_passes)
SOUND(fences_twice, .expect = model_passes)
FAULTY(fences, no_first_fence, .expect = model_data_race)
FAULTY(fences, no_second_fence, .expect = model_data_race)
FAULTY(fences, relaxed_look, .expect = model_data_race)
FAULTY(fences, relaxed_leave, .expect = model_data_race)

SOUND(exchange, .expect = model_passes)
SOUND(exchange_twice, .expect = model_passes)
FAULTY(exchange, acquire_exchange, .expect = model_data_race)
FAULTY(exchange, release_exchange, .expect = model_data_race)
FAULTY(exchange, relaxed_look, .expect = model_data_race)
FAULTY(exchange, relaxed_leave, .expect = model_data_race)
