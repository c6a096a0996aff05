/* lazy.c: initialisation by whoever comes first (the book's chapters 2 and 3).
 *
 * An object on the heap, reached through a pointer: several threads may build one, one of them
 * wins, the others free theirs and use the winner's. The winner releases the object with the
 * exchange; who finds it, by the load or by the exchange that fails, acquires it.
 */
#include "subject.h"

enum fault { relaxed_find = 1, relaxed_publish, relaxed_lose, loser_keeps, last_wins };

static ordo_atomic_ptr object;

/* NULL if there is no memory; the next call tries again. */
static const int *get(void)
{
    void *found = ordo_load(&object, unless(relaxed_find, ordo_acquire));
    int *mine;

    if (found != NULL)
        return found;
    mine = malloc(sizeof *mine);
    if (mine == NULL)
        return NULL;
    *mine = 42;
    if (seeded(last_wins)) {
        ordo_store(&object, mine, ordo_relaxed);
        return mine;
    }
    if (ordo_compare_exchange(&object, &found, mine, unless(relaxed_publish, ordo_release),
                              unless(relaxed_lose, ordo_acquire)))
        return mine;
    if (!seeded(loser_keeps))
        free(mine);
    return found;
}

static const int *seen[2];

static void use(int me)
{
    seen[me] = get();
    if (seen[me] != NULL)
        model_assert(*seen[me] == 42);
}

static void left(void)
{
    use(0);
}

static void right(void)
{
    use(1);
}

static void two_users(void)
{
    TOGETHER(left, right);
    if (seen[0] != NULL && seen[1] != NULL)
        model_assert(seen[0] == seen[1]);
    free(ordo_load(&object, ordo_relaxed));
}

SOUND(two_users, .expect = model_passes, .allocation_failures = 2)
FAULTY(two_users, relaxed_find, .expect = model_data_race)
FAULTY(two_users, relaxed_publish, .expect = model_data_race)
FAULTY(two_users, relaxed_lose, .expect = model_data_race)
FAULTY(two_users, loser_keeps, .expect = model_leak)
FAULTY(two_users, last_wins, .expect = model_assertion)
