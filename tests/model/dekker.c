/* dekker.c: mutual exclusion of two threads with loads and stores alone (Dekker, 1965).
 *
 * Each thread announces itself and then looks for the other. It is the store buffering shape:
 * unless both announcements and both looks are seq_cst, or a seq_cst fence stands between
 * announcement and look in both threads, each may miss the other, and release and acquire do not
 * help.
 */
#include "subject.h"

enum fault {
    relaxed_announce = 1,
    release_announce,
    relaxed_look,
    acquire_look,
    no_fence,
    relaxed_leave
};

static ordo_atomic_bool wants[2];
static ordo_atomic_u32 turn;
static int counter;

static void announce(unsigned int me)
{
    ordo_store(&wants[me], true,
               downgraded(release_announce, ordo_release, unless(relaxed_announce, ordo_seq_cst)));
}

static bool other_wants(unsigned int me)
{
    return ordo_load(&wants[1 - me],
                     downgraded(acquire_look, ordo_acquire, unless(relaxed_look, ordo_seq_cst)));
}

/* The same with relaxed accesses and a fence. The acquire is for the data of the last owner. */
static void announce_and_fence(unsigned int me)
{
    ordo_store(&wants[me], true, ordo_relaxed);
    if (!seeded(no_fence))
        ordo_thread_fence(ordo_seq_cst);
}

static bool other_wants_after_fence(unsigned int me)
{
    return ordo_load(&wants[1 - me], unless(relaxed_look, ordo_acquire));
}

static void leave(unsigned int me)
{
    ordo_store(&turn, 1 - me, ordo_relaxed);
    /* Release: pairs with the look that finds nobody. */
    ordo_store(&wants[me], false, unless(relaxed_leave, ordo_release));
}

/* Who finds the other one there and has not the turn steps back. */
#define ENTER(kind, announce, other_wants)                                                         \
    static void kind##_enter(unsigned int me)                                                      \
    {                                                                                              \
        announce(me);                                                                              \
        while (other_wants(me)) {                                                                  \
            if (ordo_load(&turn, ordo_relaxed) != me) {                                            \
                ordo_store(&wants[me], false, ordo_relaxed);                                       \
                while (ordo_load(&turn, ordo_relaxed) != me)                                       \
                    ordo_spin_hint();                                                              \
                announce(me);                                                                      \
            }                                                                                      \
            ordo_spin_hint();                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void kind##_left(void)                                                                  \
    {                                                                                              \
        kind##_enter(0);                                                                           \
        counter++;                                                                                 \
        leave(0);                                                                                  \
    }                                                                                              \
    static void kind##_right(void)                                                                 \
    {                                                                                              \
        kind##_enter(1);                                                                           \
        counter++;                                                                                 \
        leave(1);                                                                                  \
    }                                                                                              \
    static void kind(void)                                                                         \
    {                                                                                              \
        TOGETHER(kind##_left, kind##_right);                                                       \
        model_assert(counter == 2);                                                                \
    }

ENTER(accesses, announce, other_wants)
ENTER(fences, announce_and_fence, other_wants_after_fence)

SOUND(accesses, .expect = model_passes)
FAULTY(accesses, relaxed_announce, .expect = model_data_race)
FAULTY(accesses, release_announce, .expect = model_data_race)
FAULTY(accesses, relaxed_look, .expect = model_data_race)
FAULTY(accesses, acquire_look, .expect = model_data_race)
FAULTY(accesses, relaxed_leave, .expect = model_data_race)

SOUND(fences, .expect = model_passes)
FAULTY(fences, no_fence, .expect = model_data_race)
FAULTY(fences, relaxed_look, .expect = model_data_race)
FAULTY(fences, relaxed_leave, .expect = model_data_race)
