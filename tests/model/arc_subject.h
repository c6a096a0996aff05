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
static ordo_atomic_u32 destructions;

/* The C library's heap; but it may have no memory, once a test says so. */
static bool memory_may_fail;

static void *allocate(void *unused, size_t size, size_t alignment)
{
    (void)unused;
    return memory_may_fail && model_choose(2) == 1 ? NULL : ordo_allocate(NULL, size, alignment);
}

static void deallocate(void *unused, void *memory, size_t size)
{
    (void)unused;
    ordo_deallocate(NULL, memory, size);
}

static const struct ordo_allocator allocator = {allocate, deallocate, NULL};

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
    ordo_add(&destructions, 1, ordo_relaxed);
    end(value);
}

static inline unsigned int destroyed(void)
{
    return ordo_load(&destructions, ordo_relaxed);
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
    model_assert(ordo_arc_new(&arcs[0], &value, destroy, &allocator) == 0);
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
