/* once_lock.c: model tests of include/ordo/once_lock.h and lazy.h. Plain data show, as a data race,
 * a reader that does not see how they were set.
 */
#include "subject.h"

#include <ordo/lazy.h>
#include <ordo/once_lock.h>

static ORDO_ONCE_LOCK(unsigned int) lock;
static unsigned int setters;

static void set(unsigned int value)
{
    if (ordo_once_lock_set(&lock, &value))
        setters = value;
    const unsigned int *const found = ordo_once_lock_get(&lock);
    model_assert(found != NULL && (*found == 1 || *found == 2));
}

static void set_1(void)
{
    set(1);
}

static void set_2(void)
{
    set(2);
}

static void look(void)
{
    const unsigned int *const found = ordo_once_lock_get(&lock);
    model_assert(found == NULL || *found == 1 || *found == 2);
}

MODEL_TEST(set_by_one_of_two, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(set_1, set_2, look);
    model_assert(*ordo_once_lock_get(&lock) == setters);
}

MODEL_TEST(not_set_is_seen, .expect = model_reached)
{
    TOGETHER(set_1, look);
    model_reach(setters == 1);
}

static int fill(void *data, void *value)
{
    *(unsigned int *)data = *(const unsigned int *)value;
    return 0;
}

static void init_1(void)
{
    unsigned int value = 1;
    model_assert(*(unsigned int *)ordo_once_lock_get_or_init(&lock, fill, &value) == 1);
}

MODEL_TEST(initialised_by_one_of_three, .expect = model_passes)
{
    TOGETHER(init_1, init_1, init_1);
}

static unsigned int refusals = 1, made;

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

static void ask(void)
{
    const unsigned int *const found = ordo_lazy_get(&lazy);
    model_assert(found == NULL || *found == 42);
}

MODEL_TEST(lazy_refuses_once, .expect = model_passes)
{
    TOGETHER(ask, ask, ask);
    model_assert(made == 1 && refusals == 0);
}
