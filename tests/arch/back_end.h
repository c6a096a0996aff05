/* back_end.h: the library that a test program is linked with, and its variants. A variant is the
 * library with its feature bytes as it found them (number 0), or with one of them turned over, so
 * that every form of every routine runs whatever this CPU has. */
#ifndef ORDO_TEST_BACK_END_H
#define ORDO_TEST_BACK_END_H

#include <stdbool.h>

#include "perform.h"

/* x86_64, aarch64, armv8.1, aarch64-fat or generic. */
extern const char back_end_name[];

enum strictness back_end_strictness(void);

/* To be the .init of every suite: skips its tests where the library cannot run on this CPU. */
void back_end_or_skip(void);

enum variant_use { for_one_thread, for_threads };

/* Sets the feature bytes to variant `number`. False: the library has no such variant, this CPU
 * cannot run it, or it is not atomic here; the bytes are as found then. */
bool select_variant(unsigned number, enum variant_use use);

/* "as found", "avx off", ... */
const char *variant_name(unsigned number);

enum { variant_count = 6 };

#endif
