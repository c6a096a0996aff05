# x86-64, built by GCC.
TARGETS           += x86_64-gcc
BACKEND.x86_64-gcc := x86_64
CPU.x86_64-gcc     := x86_64
CC.x86_64-gcc       = $(gcc.$(CPU.x86_64-gcc))
