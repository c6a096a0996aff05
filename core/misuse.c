/* misuse.c: see misuse.h. The line goes out in one write(2), so that lines of several threads do
 * not mix; nothing here is barred from a signal handler.
 */
#include "ordo/misuse.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Copies what there is room for, and returns the new end. */
static char *append(char *end, const char *limit, const char *text)
{
    while (*text != '\0' && end < limit)
        *end++ = *text++;
    return end;
}

void ordo_misuse(const char *what)
{
    char line[256];
    const char *const limit = line + sizeof line - 1; /* one place is for the newline */
    char *end = append(line, limit, "ordo: ");

    end = append(end, limit, what);
    *end++ = '\n';

    const ssize_t written = write(STDERR_FILENO, line, (size_t)(end - line));
    (void)written; /* if standard error is closed, nobody can be told */
    abort();
}
