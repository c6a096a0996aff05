/* allocator.c: the C library's heap, and one of the user's. */
#include <criterion/criterion.h>
#include <stdint.h>

#include "census.h"
#include "ordo/ordo.h"

TestSuite(allocator, .timeout = 20);

static void sizes_and_alignments(const struct ordo_allocator *allocator)
{
    for (size_t size = 1; size < 5000; size = size * 3 + 1)
        for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
            char *const memory = ordo_allocate(allocator, size, alignment);

            cr_assert(memory != NULL && ((uintptr_t)memory & (alignment - 1)) == 0);
            memory[0] = memory[size - 1] = 1;
            ordo_deallocate(allocator, memory, size);
        }
    ordo_deallocate(allocator, NULL, 1);
}

Test(allocator, of_the_c_library)
{
    sizes_and_alignments(NULL);
    cr_expect(ordo_allocate(NULL, SIZE_MAX - 64, 4096) == NULL);
    cr_expect(ordo_allocate(NULL, SIZE_MAX - 64, 8) == NULL);
}

Test(allocator, of_the_user)
{
    struct census census;

    census_start(&census);
    sizes_and_alignments(&census.allocator);
    cr_expect(ordo_load(&census.allocations, ordo_relaxed) > 0);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

Test(allocator, that_fails_at_each_call_in_turn)
{
    struct census census;
    unsigned int turns = 0;

    for (unsigned int i = 1; census_fails(&census, i); i++) {
        void *memory[3];
        unsigned int given = 0;

        for (int block = 0; block < 3; block++) {
            memory[block] = ordo_allocate(&census.allocator, 10, 8);
            given += memory[block] != NULL;
        }
        cr_expect(given == (i <= 3 ? 2 : 3));
        for (int block = 0; block < 3; block++)
            ordo_deallocate(&census.allocator, memory[block], 10);
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        turns++;
    }
    cr_expect(turns == 4);
}
