# the compiler's own builtins, for this machine, built by Clang.
TARGETS           += generic-clang
BACKEND.generic-clang := generic
CPU.generic-clang     := $(HOST_ARCH)
CC.generic-clang       = $(clang.$(CPU.generic-clang))
