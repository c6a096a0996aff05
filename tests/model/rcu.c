/* rcu.c: model tests of core/rcu.c, with hazard pointers: an object destroyed too early is a use
 * after free, one that its reader sees half made a data race, one that is lost a leak.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/hazard_pointer.h>
#include <ordo/rcu.h>

struct object {
    ordo_retired retired;
    unsigned int value; /* plain */
};

static ordo_hazard_domain domain = ORDO_HAZARD_DOMAIN_INIT(NULL);
static ORDO_RCU(struct object) current;
static ordo_participant *participants[3];
static unsigned int failed; /* updates */

static ordo_retired *object_new(unsigned int value)
{
    struct object *const object = malloc(sizeof *object);

    if (object == NULL)
        return NULL;
    *object = (struct object){.value = value};
    return &object->retired;
}

static void destroy(ordo_retired *object, void *unused)
{
    (void)unused;
    free(object);
}

static ordo_retired *copy(const ordo_retired *object, void *unused)
{
    (void)unused;
    return object_new(object == NULL ? 1 : ((const struct object *)object)->value + 1);
}

/* Registers all that take part: fewer steps for each thread. */
static void start(void)
{
    for (int i = 0; i < 3; i++)
        model_assert(ordo_hazard_register(&domain, &participants[i]) == 0);
    ordo_rcu_replace(&current.rcu, participants[0], object_new(1), destroy, NULL);
}

static unsigned int value_seen_by(int i)
{
    unsigned int value = 0;

    ORDO_RCU_SCOPE(now, &current, participants[i])
        value = now->value;
    return value;
}

static void end(void)
{
    ordo_rcu_replace(&current.rcu, participants[0], NULL, destroy, NULL);
    for (int i = 0; i < 3; i++)
        ordo_participant_unregister(&participants[i]);
    ordo_hazard_domain_destroy(&domain);
}

static void update_by(int i)
{
    const int error = ordo_rcu_update(&current.rcu, participants[i], copy, destroy, NULL);

    model_assert(error == 0 || error == ENOMEM);
    if (error != 0)
        failed++;
    ordo_participant_reclaim(participants[i]);
}

static void update_0(void)
{
    update_by(0);
}

static void update_1(void)
{
    update_by(1);
}

static void replace_0(void)
{
    ordo_rcu_replace(&current.rcu, participants[0], object_new(7), destroy, NULL);
    ordo_participant_reclaim(participants[0]);
}

static void read_2(void)
{
    const unsigned int first = value_seen_by(2);

    model_assert(first >= 1);
    model_assert(value_seen_by(2) >= first);
}

MODEL_TEST(read_and_update, .expect = model_passes)
{
    start();
    TOGETHER(update_0, read_2);
    model_assert(value_seen_by(0) == 2);
    end();
}

MODEL_TEST(read_and_replace, .expect = model_passes)
{
    start();
    TOGETHER(replace_0, read_2);
    end();
}

MODEL_TEST(two_updates, .expect = model_passes)
{
    start();
    TOGETHER(update_0, update_1);
    model_assert(value_seen_by(0) == 3);
    end();
}

MODEL_TEST(update_and_replace, .expect = model_passes)
{
    start();
    TOGETHER(replace_0, update_1);
    const unsigned int value = value_seen_by(0);
    model_assert(value == 7 || value == 8);
    end();
}

MODEL_TEST(update_without_memory, .expect = model_passes, .allocation_failures = 1)
{
    for (int i = 0; i < 2; i++)
        if (ordo_hazard_register(&domain, &participants[i]) != 0)
            participants[i] = NULL;
    if (participants[0] != NULL) {
        update_by(0);
        model_assert(value_seen_by(0) == 1 - failed);
        ordo_rcu_replace(&current.rcu, participants[0], NULL, destroy, NULL);
    }
    for (int i = 0; i < 2; i++)
        if (participants[i] != NULL)
            ordo_participant_unregister(&participants[i]);
    ordo_hazard_domain_destroy(&domain);
}
