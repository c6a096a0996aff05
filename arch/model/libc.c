/* libc.c: what code under test calls that is not ordo: the compiler's hooks for plain accesses
 * (-fsanitize=thread, without its library) and the C library; strings.c has its string functions.
 * The build renames memcpy to model_memcpy and so on in the objects under test (libc.names), and
 * refuses to link them if they call anything else: the C library's own accesses would not be seen.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "engine.h"

void *model_memcpy(void *to, const void *from, size_t size); /* strings.c */

#define SITE __builtin_return_address(0)

/* ---- The compiler's hooks -------------------------------------------------------------------- */

#define HOOKS(size)                                                                                \
    void __tsan_read##size(void *p) { memory_access(p, size, false, SITE); }                       \
    void __tsan_write##size(void *p) { memory_access(p, size, true, SITE); }                       \
    void __tsan_unaligned_read##size(void *p) { memory_access(p, size, false, SITE); }             \
    void __tsan_unaligned_write##size(void *p) { memory_access(p, size, true, SITE); }             \
    void __tsan_volatile_read##size(void *p) { memory_access(p, size, false, SITE); }              \
    void __tsan_volatile_write##size(void *p) { memory_access(p, size, true, SITE); }

void __tsan_init(void) {}
void __tsan_func_entry(void *caller) { (void)caller; }
void __tsan_func_exit(void) {}

HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

/* ---- Heap ------------------------------------------------------------------------------------ */

void *model_malloc(size_t size)
{
    return memory_allocate(size, 16, false, SITE);
}

void *model_calloc(size_t count, size_t size)
{
    size_t all;
    return __builtin_mul_overflow(count, size, &all) ? NULL
                                                     : memory_allocate(all, 16, true, SITE);
}

void *model_aligned_alloc(size_t alignment, size_t size)
{
    return memory_allocate(size, alignment, false, SITE);
}

void model_free(void *block)
{
    memory_free(block, SITE);
}

void *model_realloc(void *old, size_t size)
{
    void *const block = memory_allocate(size, 16, false, SITE);
    if (old == NULL || block == NULL)
        return block;
    const size_t had = memory_block_size(old);
    model_memcpy(block, old, had < size ? had : size);
    memory_free(old, SITE);
    return block;
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

/* What the code under test wrote to standard error last: why it aborts. */
static char message[200] = "";

ssize_t model_write(int file, const void *text, size_t size)
{
    memory_access(text, size, false, SITE);
    if (file == STDERR_FILENO) {
        const size_t length = size < sizeof message - 1 ? size : sizeof message - 1;
        memcpy(message, text, length);
        message[length] = '\0';
        message[strcspn(message, "\n")] = '\0';
    }
    return (ssize_t)size;
}

__attribute__((noreturn)) void model_abort(void)
{
    model_fail(model_misuse, SITE, "abort: %s", message);
}

/* ---- The test API ---------------------------------------------------------------------------- */

void model_reach(bool condition)
{
    model_was_reached |= condition;
}

unsigned int model_choose(unsigned int count)
{
    enum { most = 1000 };
    if (count == 0 || count > most)
        model_fail(model_misuse, SITE, "a choice has 1 to %d values, not %u", most, count);
    return model_take(CHOICE_FREE, count, "choose", SITE);
}

__attribute__((noreturn)) void model_assertion_failed(const char *condition, const char *file,
                                                      int line)
{
    model_fail(model_assertion, SITE, "%s:%d: assertion failed: %s", file, line, condition);
}
