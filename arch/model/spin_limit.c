/* spin_limit.c: include/ordo/spin_limit.h for the model checker. A second turn shows nothing that
 * the first does not, and multiplies the executions. */
#include "ordo/spin_limit.h"

const unsigned int ordo_spin_limit = 1;
