/* ordo.c: the `ordo` command: finds the sub-command and hands over to it.
 *
 *   ordo audit PROGRAM   which atomic operations of a linked program are ordo's, and which are
 * not
 *
 * A sub-command sees its own arguments only, and prints its own --help.
 */
#include "ordo.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"audit", "which atomic operations of a linked program are ordo's", audit_main},
};

enum { command_count = sizeof commands / sizeof *commands };

void give_up(const char *format, ...)
{
    va_list arguments;

    fputs("ordo: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(ordo_gave_up);
}

void *grow(void *list, size_t used, size_t size)
{
    /* A power of two is full. */
    if ((used & (used - 1)) == 0) {
        list = reallocarray(list, used ? 2 * used : 1, size);
        if (!list)
            give_up("out of memory");
    }
    return list;
}

static void help(void)
{
    puts("usage: ordo COMMAND [ARGUMENT...]\n");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-8s %s\n", commands[i].name, commands[i].summary);
    puts("\n`ordo COMMAND --help` explains a command; `ordo --version` tells the version.");
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;

    if (!name)
        give_up("no command; `ordo --help` lists them");
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        help();
        return 0;
    }
    if (strcmp(name, "--version") == 0) {
        puts("ordo " ORDO_VERSION);
        return 0;
    }
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    give_up("%s is not a command; `ordo --help` lists them", name);
}
