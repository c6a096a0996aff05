// wait_for_change.S: wait politely, for a short time, until an object no longer holds `old`.
//
//   bool ordo_wait_for_change_<T>(const volatile T *object, T old, uint64_t timeout_ns);
//
// in:       x0 object; w1/x1 old (bits above the width undefined); x2 timeout_ns, 0 only looks
// out:      w0 1 if a value other than old was seen, else 0
// clobbers: x3, flags
// order:    acquire (ldaxr, ldar)
// assumes:  object is naturally aligned; the kernel runs the timer's event stream, as Linux does,
//           which ends every wfe within about 100 us: hence no clock is read, and the wait is short

#include "asm.h"

// ldaxr puts the line under the exclusive monitor; whoever writes to it wakes the wfe below, even
// if that comes first. The first wfe uses up the event of sevl together with any stale one, which
// would otherwise wake the second at once.
        .macro  WAIT_FOR_CHANGE name, load_exclusive, load, extend, seen, old
        FUNC    \name
        cbz     x2, 1f
        sevl
        wfe
        \load_exclusive \seen, [x0]
        cmp     \seen, \old, \extend
        b.ne    2f
        wfe
1:      \load   \seen, [x0]
        cmp     \seen, \old, \extend
2:      cset    w0, ne
        ret
        ENDFUNC \name
        .endm

        WAIT_FOR_CHANGE ordo_wait_for_change_u8,  ldaxrb, ldarb, uxtb, w3, w1
        WAIT_FOR_CHANGE ordo_wait_for_change_u16, ldaxrh, ldarh, uxth, w3, w1
        WAIT_FOR_CHANGE ordo_wait_for_change_u32, ldaxr,  ldar,  uxtw, w3, w1
        WAIT_FOR_CHANGE ordo_wait_for_change_u64, ldaxr,  ldar,  uxtx, x3, x1
