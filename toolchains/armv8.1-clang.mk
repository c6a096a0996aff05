# ARMv8.1 (LSE), built by Clang.
TARGETS           += armv8.1-clang
BACKEND.armv8.1-clang := armv8.1
CPU.armv8.1-clang     := aarch64
CC.armv8.1-clang       = $(clang.$(CPU.armv8.1-clang))
