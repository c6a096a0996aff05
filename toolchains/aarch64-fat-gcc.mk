# ARM64, both sets of routines, chosen at start-up, built by GCC.
TARGETS           += aarch64-fat-gcc
BACKEND.aarch64-fat-gcc := aarch64-fat
CPU.aarch64-fat-gcc     := aarch64
CC.aarch64-fat-gcc       = $(gcc.$(CPU.aarch64-fat-gcc))
