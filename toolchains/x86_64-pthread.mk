# x86-64 as on a system without futexes: waiting and waking on POSIX threads; built by GCC.
TARGETS           += x86_64-pthread
BACKEND.x86_64-pthread := x86_64
CPU.x86_64-pthread     := x86_64
CC.x86_64-pthread       = $(gcc.$(CPU.x86_64-pthread))
FUTEX.x86_64-pthread   := pthread
