/* lazy_pointer.c: include/ordo/lazy_pointer.h in every execution. */
#include <ordo/lazy_pointer.h>
#include <ordo/thread.h>
#include <stdlib.h>

#include "subject.h"

static ordo_lazy_pointer pointer;

static void *create(void)
{
    int *const object = malloc(sizeof *object);

    if (object != NULL)
        *object = 5;
    return object;
}

static void *use(void *unused)
{
    int *const object = ordo_lazy_pointer_get(&pointer, create, free);

    model_assert(object == NULL || *object == 5);
    return unused;
}

/* All but the kept one are freed: otherwise the checker finds a leak. */
static void together(int others)
{
    ordo_thread *threads[2] = {NULL, NULL};

    for (int i = 0; i < others; i++)
        if (ordo_thread_spawn(&threads[i], use, NULL) != 0)
            threads[i] = NULL;
    use(NULL);
    for (int i = 0; i < others; i++)
        if (threads[i] != NULL)
            ordo_thread_join(threads[i]);
    free(ordo_load(&pointer.object, ordo_relaxed));
}

MODEL_TEST(two, .allocation_failures = 1)
{
    together(1);
}

MODEL_TEST(three, .expect = model_passes)
{
    together(2);
}
