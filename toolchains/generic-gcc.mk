# the compiler's own builtins, for this machine, built by GCC.
TARGETS           += generic-gcc
BACKEND.generic-gcc := generic
CPU.generic-gcc     := $(HOST_ARCH)
CC.generic-gcc       = $(gcc.$(CPU.generic-gcc))
