/* child.h: runs code that ends its process in a process of its own, and looks at what it left. */
#ifndef ORDO_TEST_CHILD_H
#define ORDO_TEST_CHILD_H

/* Calls `misuse` in a forked child. Returns whether that died of SIGABRT after it wrote `line`, and
 * nothing else, on standard error; otherwise says on standard error what it did. */
_Bool child_aborts(void (*misuse)(void), const char *line);

#endif
