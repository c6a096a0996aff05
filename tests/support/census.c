/* census.c: see census.h. Before each block stands its size and a mark of being live. */
#include "census.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { live_mark = 0x6c697665, dead_mark = 0x64656164, unwritten = 0xa5, released = 0x5a };

struct header {
    size_t size;
    void *block; /* of the C library */
    uint32_t mark;
};

static struct header *header_of(void *memory)
{
    return (struct header *)((char *)memory - sizeof(struct header));
}

static void *allocate(void *context, size_t size, size_t alignment)
{
    struct census *const census = context;

    if (ordo_fetch_add(&census->calls, 1, ordo_relaxed) + 1 == census->fails_at)
        return NULL;
    if (alignment < _Alignof(struct header))
        alignment = _Alignof(struct header);
    void *const block = malloc(sizeof(struct header) + alignment + size);
    if (block == NULL)
        return NULL;
    const uintptr_t first = (uintptr_t)block + sizeof(struct header);
    void *const memory = (char *)block + sizeof(struct header) + (-first & (alignment - 1));
    *header_of(memory) = (struct header){size, block, live_mark};
    memset(memory, unwritten, size);
    ordo_fetch_add(&census->allocations, 1, ordo_relaxed);
    ordo_fetch_add(&census->live, 1, ordo_relaxed);
    return memory;
}

static void deallocate(void *context, void *memory, size_t size)
{
    struct census *const census = context;
    struct header *const header = header_of(memory);

    if (header->mark != live_mark || header->size != size) {
        fprintf(stderr, "census: %p of %zu bytes released: %s\n", memory, size,
                header->mark == dead_mark   ? "a second time"
                : header->mark != live_mark ? "not from here"
                                            : "another size");
        abort();
    }
    header->mark = dead_mark;
    memset(memory, released, size);
    ordo_fetch_sub(&census->live, 1, ordo_relaxed);
    free(header->block);
}

void census_start(struct census *census)
{
    *census = (struct census){.allocator = {allocate, deallocate, census}};
}

bool census_fails(struct census *census, unsigned int fails_at)
{
    const bool did = fails_at == 1
                     || ordo_load(&census->calls, ordo_relaxed) >= census->fails_at;

    census_start(census);
    census->fails_at = fails_at;
    return did;
}
