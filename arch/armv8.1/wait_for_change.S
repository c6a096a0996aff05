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

// Only a load-exclusive arms the monitor that wakes wfe, with or without LSE. It is the one
// exclusive here; no store-exclusive follows it, so nothing has to be retried.
#include "../aarch64/wait_for_change.S"
