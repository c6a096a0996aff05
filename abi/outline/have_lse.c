/* have_lse.c: the byte by which the helpers of outline atomics choose: one in each linked program
 * or shared library, for it is hidden. Zero, exclusives, until somebody sets it: ordo/outline.h.
 *
 * Alone in its member of the archive: one that a program, or libgcc's, has defined already takes
 * its place. */
#include "ordo/outline.h"

unsigned char __aarch64_have_lse_atomics;
