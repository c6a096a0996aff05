/* spin_limit.c: see spin_limit.h. 100 hints are 1 to 5 microseconds, about what going to sleep and
 * being woken costs: spinning then at most doubles the price of a wait. */
#include "ordo/spin_limit.h"

const unsigned int ordo_spin_limit = 100;
