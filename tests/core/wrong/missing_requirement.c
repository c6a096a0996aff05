// expect: calling function 'ordo_condition_variable_wait' requires holding mutex 'mutex' exclusively
#include <ordo/ordo.h>
static ordo_mutex mutex;
static ordo_condition_variable condition;
void wrong(void);
void wrong(void) { ordo_condition_variable_wait(&condition, &mutex); }
