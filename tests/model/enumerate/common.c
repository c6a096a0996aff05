/* common.c: the broken axioms, and the options of the programs. */
#include "enumerate.h"

#include <stdlib.h>
#include <string.h>

const struct broken_axiom broken_axioms[broken_axiom_count] = {
    {"coherence", {.without_coherence = true}},
    {"atomicity", {.without_atomicity = true}},
    {"psc", {.without_psc = true}},
    {"release sequence", {.without_release_sequence = true}},
    {"no thin air", {.without_thin_air = true}},
};

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long value = text ? strtoull(text, &end, 0) : 0;

    if (!text || end == text || *end)
        fail("a number expected, not \"%s\"", text ? text : "");
    return value;
}

struct options parse_options(int count, char **arguments, int first)
{
    struct options options = {.programs = 2000, .seed = 1};

    for (int i = first; i < count; i += 2) {
        const char *value = i + 1 < count ? arguments[i + 1] : NULL;

        if (strcmp(arguments[i], "--programs") == 0)
            options.programs = number(value);
        else if (strcmp(arguments[i], "--seed") == 0)
            options.seed = number(value);
        else
            fail("not --programs N or --seed S: %s", arguments[i]);
    }
    return options;
}
