# ARM64 without LSE (LL/SC loops), built by Clang.
TARGETS           += aarch64-clang
BACKEND.aarch64-clang := aarch64
CPU.aarch64-clang     := aarch64
CC.aarch64-clang       = $(clang.$(CPU.aarch64-clang))
