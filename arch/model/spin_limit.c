/* spin_limit.c: include/ordo/spin_limit.h for the model checker. One turn spins and then gives
 * up; a second that reads the same would be taken for endless waiting (model.h), and a second that
 * reads something else shows no more than the first.
 */
#include "ordo/spin_limit.h"

const unsigned int ordo_spin_limit = 1;
