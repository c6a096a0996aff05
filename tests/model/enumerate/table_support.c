/* table_support.c: what tests/check/table.c, which reads ordering.tbl, needs of its program. */
#include "check.h"
#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void give_up(const char *format, ...)
{
    char message[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    fail("%s", message);
}

void complain(const char *where, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: ", where);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory)
        fail("out of memory");
    return memory;
}

bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), end = strlen(ending);

    return length >= end && memcmp(text + length - end, ending, end) == 0;
}
