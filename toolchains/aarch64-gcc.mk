# ARM64 without LSE (LL/SC loops), built by GCC.
TARGETS           += aarch64-gcc
BACKEND.aarch64-gcc := aarch64
CPU.aarch64-gcc     := aarch64
CC.aarch64-gcc       = $(gcc.$(CPU.aarch64-gcc))
