/* kernel.c: starts nowhere yet; it is only linked, and with nothing but ordo. */
#include <ordo/freestanding.h>

static ORDO_SEQUENCE_LOCK(unsigned long) ticks;
static ordo_mcs_lock lock;

void _start(void);

void _start(void)
{
    for (;;) {
        ORDO_MCS_LOCK_GUARD(&lock);
        ORDO_SEQUENCE_LOCK_SCOPE (now, &ticks)
            ++*now;
    }
}
