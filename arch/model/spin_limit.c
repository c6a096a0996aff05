/* spin_limit.c: include/ordo/spin_limit.h for the model checker. A second turn that sees what the
 * first saw would be taken for endless waiting, and shows nothing new. */
#include "ordo/spin_limit.h"

const unsigned int ordo_spin_limit = 1;
