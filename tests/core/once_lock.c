/* once_lock.c: data set once, by value or by an initialiser; data that make themselves; the pointer
 * for which threads race. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(once_lock, .timeout = 60);
TestSuite(lazy, .timeout = 60);
TestSuite(lazy_pointer, .timeout = 60);

struct pair {
    int left, right;
};

/* ---- once_lock ------------------------------------------------------------------------------- */

static ORDO_ONCE_LOCK(struct pair) settings;

static int fill(void *data, void *right)
{
    *(struct pair *)data = (struct pair){3, *(const int *)right};
    return 0;
}

static int fail(void *data, void *error)
{
    (void)data;
    return *(const int *)error;
}

Test(once_lock, set)
{
    const struct pair first = {1, 2}, second = {5, 6};
    struct pair taken = {0, 0};

    cr_expect(ordo_once_lock_get(&settings) == NULL);
    cr_expect(!ordo_once_lock_take(&settings, &taken));
    cr_expect(ordo_once_lock_set(&settings, &first));
    cr_expect(!ordo_once_lock_set(&settings, &second), "only once");
    cr_expect(ordo_once_lock_get(&settings) == &settings.data && settings.data.right == 2);
    cr_expect(ordo_once_lock_take(&settings, &taken) && taken.left == 1);
    cr_expect(ordo_once_lock_get(&settings) == NULL, "taken");
    cr_expect(ordo_once_lock_set(&settings, &second));
}

Test(once_lock, get_or_init)
{
    int seven = 7;
    struct pair *pair = ordo_once_lock_get_or_init(&settings, fail, &seven);

    cr_expect(pair == NULL && ordo_once_lock_get(&settings) == NULL);
    pair = ordo_once_lock_get_or_init(&settings, fill, &seven);
    cr_assert(pair == &settings.data);
    cr_expect(pair->left == 3 && pair->right == 7);
    cr_expect(ordo_once_lock_get_or_init(&settings, fail, &seven) == pair, "it is set already");
}

static ordo_atomic_u32 setters;
static unsigned int arrived[2];

static void set_own(unsigned self, void *shared)
{
    const unsigned int rounds = *(const unsigned int *)shared;

    for (unsigned int i = 0; i < rounds; i++) {
        const struct pair mine = {(int)self, -(int)self};
        meet(&arrived[0], 4 * (i + 1));
        if (ordo_once_lock_set(&settings, &mine))
            ordo_fetch_add(&setters, 1, ordo_relaxed);
        const struct pair *const pair = ordo_once_lock_get(&settings);
        cr_assert(pair != NULL && pair->left == -pair->right, "set by one thread");
        meet(&arrived[1], 4 * (i + 1));
        if (self == 0) {
            struct pair taken;
            cr_assert(ordo_once_lock_take(&settings, &taken));
        }
    }
}

Test(once_lock, one_of_four_sets_it)
{
    unsigned int rounds = test_rounds(50);

    run_threads(4, set_own, &rounds);
    cr_expect(ordo_load(&setters, ordo_relaxed) == rounds);
}

/* ---- lazy ------------------------------------------------------------------------------------ */

static unsigned int made, refusals = 1;

static int make(void *data)
{
    if (refusals > 0) {
        refusals--;
        return 1;
    }
    made++;
    *(unsigned int *)data = 42;
    return 0;
}

static ORDO_LAZY(unsigned int) lazy = ORDO_LAZY_INIT(make);

static void look(unsigned self, void *unused)
{
    (void)self, (void)unused;
    const unsigned int *const found = ordo_lazy_get(&lazy);
    cr_assert(found == &lazy.data && *found == 42);
}

Test(lazy, made_once)
{
    cr_expect(ordo_lazy_get(&lazy) == NULL, "the initialiser refuses once");
    run_threads(4, look, NULL);
    cr_expect(made == 1);
}

/* ---- lazy_pointer ---------------------------------------------------------------------------- */

static ordo_atomic_u32 created, destroyed;
static bool no_memory;

static void *create(void)
{
    unsigned int *const object = no_memory ? NULL : malloc(sizeof *object);

    if (object != NULL) {
        *object = 42;
        ordo_fetch_add(&created, 1, ordo_relaxed);
    }
    return object;
}

static void destroy(void *object)
{
    ordo_fetch_add(&destroyed, 1, ordo_relaxed);
    free(object);
}

struct race {
    ordo_lazy_pointer pointer;
    unsigned int arrived[2], rounds;
    void *found[4];
};

static void get(unsigned self, void *shared)
{
    struct race *const race = shared;

    for (unsigned int i = 0; i < race->rounds; i++) {
        meet(&race->arrived[0], 4 * (i + 1));
        race->found[self] = ordo_lazy_pointer_get(&race->pointer, create, destroy);
        cr_assert(*(unsigned int *)race->found[self] == 42);
        meet(&race->arrived[1], 4 * (i + 1));
        if (self == 0) {
            for (int other = 1; other < 4; other++)
                cr_assert(race->found[other] == race->found[0], "all have the same");
            destroy(ordo_exchange(&race->pointer.object, NULL, ordo_relaxed));
        }
    }
}

Test(lazy_pointer, one_object_for_all)
{
    struct race race = {.rounds = test_rounds(50)};

    run_threads(4, get, &race);
    cr_expect(ordo_load(&created, ordo_relaxed) == ordo_load(&destroyed, ordo_relaxed));
    cr_expect(ordo_load(&created, ordo_relaxed) >= race.rounds);
}

Test(lazy_pointer, no_memory)
{
    ordo_lazy_pointer pointer = ORDO_LAZY_POINTER_INIT;

    no_memory = true;
    cr_expect(ordo_lazy_pointer_get(&pointer, create, destroy) == NULL);
    no_memory = false;
    void *const object = ordo_lazy_pointer_get(&pointer, create, destroy);
    cr_expect(object != NULL);
    cr_expect(ordo_lazy_pointer_get(&pointer, create, destroy) == object);
    free(object);
}
