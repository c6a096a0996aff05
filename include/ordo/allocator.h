/* allocator.h: where what is shared gets its memory.
 *
 * Everything in ordo that allocates takes a pointer to one of these, or NULL for the C library's
 * heap. What was made with an allocator keeps the pointer, so the allocator outlives it. Its
 * functions are called from any thread that uses what was made, several at once, and may call
 * anything of ordo but the object that they serve.
 *
 *     size       bytes, not 0; memory of size n is given back with the same n
 *     alignment  bytes, a power of two
 *
 * NULL says that there is no memory: whoever asked then returns ENOMEM or NULL, and nothing is lost.
 */
#ifndef ORDO_ALLOCATOR_H
#define ORDO_ALLOCATOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ordo_allocator {
    void *(*allocate)(void *context, size_t size, size_t alignment);
    void (*deallocate)(void *context, void *memory, size_t size);
    void *context;
};

__attribute__((warn_unused_result)) void *
ordo_allocate(const struct ordo_allocator *allocator, size_t size, size_t alignment);

/* NULL memory is nothing to give back. */
void ordo_deallocate(const struct ordo_allocator *allocator, void *memory, size_t size);

#ifdef __cplusplus
}
#endif
#endif
