/* without_futex.h: takes a futex operation away from the process, as on an older kernel. */
#ifndef ORDO_TEST_WITHOUT_FUTEX_H
#define ORDO_TEST_WITHOUT_FUTEX_H

/* From now on futex(2) with this operation, private or shared, returns ENOSYS, in the calling
 * thread and those that it starts. Returns whether the system let us. There is no way back: for
 * children. */
_Bool without_futex(unsigned int operation);

#endif
