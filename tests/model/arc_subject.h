/* arc_subject.h: what the model tests of Arc share. */
#ifndef ORDO_TESTS_MODEL_ARC_SUBJECT_H
#define ORDO_TESTS_MODEL_ARC_SUBJECT_H

#include "subject.h"

#include <ordo/arc.h>

/* The value: a block that it owns, and a place for each thread to write. */
struct example {
    unsigned int *block;
    unsigned int written[3];
};

ORDO_ARC(example_arc, example_weak, struct example);

static example_arc arcs[3];
static example_weak weaks[3];
static unsigned int destroyed;

static void begin(struct example *value)
{
    *value = (struct example){.block = malloc(sizeof(unsigned int))};
    *value->block = 1;
}

/* Reads and writes all. */
static void end(struct example *value)
{
    for (unsigned int i = 0; i < 3; i++)
        model_assert(value->written[i]++ <= 1);
    model_assert(*value->block == 1);
    free(value->block);
}

static void destroy(void *value)
{
    destroyed++;
    end(value);
}

static inline void use(const example_arc *arc, unsigned int self)
{
    model_assert(*arc->value->block == 1);
    arc->cell->written[self] = 1;
}

/* Makes a value with so many Arcs and Weaks. */
static inline void start(unsigned int arc_count, unsigned int weak_count)
{
    struct example value;

    begin(&value);
    model_assert(ordo_arc_new(&arcs[0], &value, destroy, NULL) == 0);
    for (unsigned int i = 1; i < arc_count; i++)
        arcs[i] = ordo_arc_clone(&arcs[0]);
    for (unsigned int i = 0; i < weak_count; i++)
        weaks[i] = ordo_arc_downgrade(&arcs[0]);
}

static inline void use_and_drop(unsigned int self)
{
    use(&arcs[self], self);
    ordo_arc_drop(&arcs[self]);
}

static inline void use_and_drop_0(void) { use_and_drop(0); }
static inline void use_and_drop_1(void) { use_and_drop(1); }
static inline void use_and_drop_2(void) { use_and_drop(2); }

#endif
