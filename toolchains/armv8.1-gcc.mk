# ARMv8.1 (LSE), built by GCC.
TARGETS           += armv8.1-gcc
BACKEND.armv8.1-gcc := armv8.1
CPU.armv8.1-gcc     := aarch64
CC.armv8.1-gcc       = $(gcc.$(CPU.armv8.1-gcc))
