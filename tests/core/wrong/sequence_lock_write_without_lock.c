// expect: calling function 'ordo_sequence_lock_write' requires holding mutex 'lock' exclusively
#include <ordo/ordo.h>
static ordo_sequence_lock lock;
static int data;
void wrong(const int *from);
void wrong(const int *from) { ordo_sequence_lock_write(&lock, &data, from, sizeof data); }
