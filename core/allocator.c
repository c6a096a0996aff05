/* allocator.c: see allocator.h. */
#include "ordo/allocator.h"

#include <stdint.h>
#include <stdlib.h>

void *ordo_allocate(const struct ordo_allocator *allocator, size_t size, size_t alignment)
{
    if (allocator != NULL)
        return allocator->allocate(allocator->context, size, alignment);
    if (alignment <= _Alignof(max_align_t))
        return malloc(size);
    if (size > SIZE_MAX - alignment)
        return NULL;
    return aligned_alloc(alignment, (size + alignment - 1) & -alignment); /* wants a multiple */
}

void ordo_deallocate(const struct ordo_allocator *allocator, void *memory, size_t size)
{
    if (memory == NULL)
        return;
    if (allocator != NULL)
        allocator->deallocate(allocator->context, memory, size);
    else
        free(memory);
}
