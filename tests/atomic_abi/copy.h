/* copy.h: what a shared object, or the program itself, has of its copy of libordo-atomic. */
#ifndef ORDO_TEST_COPY_H
#define ORDO_TEST_COPY_H

#include "abi.h"

struct copy {
    void (*load)(size_t size, const void *object, void *result, int order);
    void (*store)(size_t size, void *object, const void *value, int order);
    bool (*compare_exchange)(size_t size, void *object, void *expected, const void *desired,
                             int success, int failure);
    const void *table;
};

struct copy copy_get(void);

#endif
