/* order.c: what happens to an ordering that is wrong and known only at run time: one line on
 * standard error, then abort(). Every back end contains this file; only the inline functions of
 * typed.h call it.
 *
 * It uses nothing that a signal handler may not use, because the operations of atomic.h may stand
 * in one, and writes the line with a single write(2), so that lines of several threads do not mix.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ordo/order.h"

static const char *const order_names[] = {
    [ordo_relaxed] = "relaxed", [ordo_acquire] = "acquire", [ordo_release] = "release",
    [ordo_acq_rel] = "acq_rel", [ordo_seq_cst] = "seq_cst", [ordo_full] = "full",
};

/* A read-modify-write takes every ordering, so what is wrong there is the ordering of failure. */
static const char *why(const char *operation, int order)
{
    static const struct {
        const char *operation, *why;
    } table[] = {
        {"ordo_load", ORDO_WHY_LOAD},
        {"ordo_store", ORDO_WHY_STORE},
        {"ordo_thread_fence", ORDO_WHY_FENCE},
        {"ordo_compiler_fence", ORDO_WHY_FENCE},
        {"ordo_load_bytes", ORDO_WHY_LOAD_BYTES},
        {"ordo_store_bytes", ORDO_WHY_STORE_BYTES},
    };

    if (!ordo_is_order(order))
        return ORDO_WHY_UNKNOWN;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(operation, table[i].operation) == 0)
            return table[i].why;
    return ORDO_WHY_FAILURE;
}

/* Appends `text` at `end`, as far as there is room, and returns the new end. */
static char *append(char *end, const char *limit, const char *text)
{
    while (*text != '\0' && end < limit)
        *end++ = *text++;
    return end;
}

static char *append_number(char *end, const char *limit, int number)
{
    char digits[12];
    char *first = digits + sizeof digits - 1;
    unsigned int rest = number < 0 ? 0u - (unsigned int)number : (unsigned int)number;

    *first = '\0';
    do {
        *--first = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0)
        *--first = '-';
    return append(end, limit, first);
}

__attribute__((noreturn, cold)) void ordo_bad_order(const char *operation, int order)
{
    char line[256];
    const char *const limit = line + sizeof line - 1; /* one place is for the newline */
    char *end = append(line, limit, "ordo: atomic.h: ");

    end = append(end, limit, operation);
    end = append(end, limit, " with the ordering ");
    end = ordo_is_order(order) ? append(end, limit, order_names[order])
                               : append_number(end, limit, order);
    end = append(end, limit, ": ");
    end = append(end, limit, why(operation, order));
    *end++ = '\n';

    const ssize_t written = write(STDERR_FILENO, line, (size_t)(end - line));
    (void)written; /* if standard error is closed, nobody can be told */
    abort();
}
