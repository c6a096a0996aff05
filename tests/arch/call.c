/* call.c: names for what a callee must keep, in the order in which call_<cpu>.S saves it. */
#include "call.h"

#if defined __x86_64__
_Static_assert(offsetof(struct call, after) == 168, "call_x86_64.S has these offsets");
const char *const kept_names[kept_registers] = {
    "rbx", "rbp", "r12", "r13", "r14", "r15", "the caller's stack", "the caller's stack",
    "rsp", "the direction flag", "the control bits of MXCSR", "the x87 control word"};
#elif defined __aarch64__
_Static_assert(offsetof(struct call, after) == 264, "call_aarch64.S has these offsets");
const char *const kept_names[kept_registers] = {
    "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29",
    "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15",
    "the caller's stack", "the caller's stack", "sp", "FPCR"};
#endif
