/* counted_pointer.c: model tests of core/counted_pointer.c: an object destroyed too early is a use
 * after free, one whose last reader has not been waited for a data race, one that is lost a leak.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/counted_pointer.h>

/* `counted` comes first, so that its address is the object's. */
struct object {
    ordo_counted counted;
    unsigned int value;    /* plain */
    unsigned int marks[3]; /* plain: one for each thread, which the destruction reads */
};

static ordo_counted_pointer current;

static void destroy(ordo_counted *object, void *sum)
{
    const struct object *const dying = (const struct object *)object;

    *(unsigned int *)sum += dying->marks[0] + dying->marks[1] + dying->marks[2];
    free(object);
}

static unsigned int sums[8]; /* one for each object, written by who destroys it */
static ordo_atomic_u32 objects;

static ordo_counted *object_new(unsigned int value)
{
    struct object *const object = malloc(sizeof *object);

    if (object == NULL)
        return NULL;
    object->value = value;
    object->marks[0] = object->marks[1] = object->marks[2] = 0;
    ordo_counted_start(&object->counted, destroy, &sums[ordo_fetch_add(&objects, 1, ordo_relaxed)]);
    return &object->counted;
}

static unsigned int value_of(const ordo_counted *object)
{
    return object == NULL ? 0 : ((const struct object *)object)->value;
}

static ordo_counted *copy(const ordo_counted *object, void *unused)
{
    (void)unused;
    return object_new(value_of(object) + 1);
}

static void start(void)
{
    model_assert(ordo_counted_pointer_exchange(&current, object_new(1)) == NULL);
}

static unsigned int end(void)
{
    ordo_counted *last = ordo_counted_pointer_exchange(&current, NULL);
    const unsigned int value = value_of(last);

    ordo_counted_drop(&last);
    return value;
}

static void read_by(int self)
{
    ordo_counted *now = ordo_counted_pointer_read(&current);

    if (now != NULL) {
        model_assert(value_of(now) >= 1);
        ((struct object *)now)->marks[self] = 1;
    }
    ordo_counted_drop(&now);
}

static void read_0(void)
{
    read_by(0);
}

static void read_1(void)
{
    read_by(1);
}

static void update(void)
{
    const int error = ordo_counted_pointer_update(&current, copy, NULL);

    model_assert(error == 0 || error == ENOMEM);
}

static void take(void)
{
    ordo_counted *old = ordo_counted_pointer_exchange(&current, NULL);

    if (old != NULL)
        ((struct object *)old)->marks[2] = 1;
    ordo_counted_drop(&old);
}

static void put(void)
{
    ordo_counted *old = ordo_counted_pointer_exchange(&current, object_new(7));

    ordo_counted_drop(&old);
}

MODEL_TEST(read_and_put, .expect = model_passes)
{
    start();
    TOGETHER(read_0, put);
    model_assert(end() == 7);
}

MODEL_TEST(read_and_take, .expect = model_passes)
{
    start();
    TOGETHER(read_0, take);
    model_assert(end() == 0);
}

MODEL_TEST(two_read_and_one_takes, .expect = model_passes)
{
    start();
    TOGETHER(read_0, read_1, take);
    model_assert(end() == 0);
}

MODEL_TEST(read_and_update, .expect = model_passes)
{
    start();
    TOGETHER(read_0, update);
    model_assert(end() == 2);
}

MODEL_TEST(two_updates, .expect = model_passes)
{
    start();
    TOGETHER(update, update);
    model_assert(end() == 3);
}

MODEL_TEST(update_and_take, .expect = model_passes)
{
    start();
    TOGETHER(update, take);
    end();
}

MODEL_TEST(update_without_memory, .expect = model_passes, .allocation_failures = 1)
{
    TOGETHER(update, read_0);
    end();
}
