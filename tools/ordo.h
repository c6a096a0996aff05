/* ordo.h: what the sub-commands of `ordo` share.
 *
 * Each sub-command is a function in a file of its own, with its own options; ordo.c has the table
 * of them. All have the same exit status: 0 for success, 1 if what they looked at is not as it
 * should be, 2 if they could not look, with one line on standard error that says why.
 */
#ifndef ORDO_COMMAND_H
#define ORDO_COMMAND_H

#include <stddef.h>

enum { ordo_found_nothing = 0, ordo_found_something = 1, ordo_gave_up = 2 };

int audit_main(int argc, char **argv);

/* Prints "ordo: " and the line, and exits with ordo_gave_up. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Room for `count` more elements of `size` bytes after `used` ones: returns `list` or its new
 * place. */
void *grow(void *list, size_t used, size_t size);

#endif
