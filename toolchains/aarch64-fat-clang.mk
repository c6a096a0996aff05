# ARM64, both sets of routines, chosen at start-up, built by Clang.
TARGETS           += aarch64-fat-clang
BACKEND.aarch64-fat-clang := aarch64-fat
CPU.aarch64-fat-clang     := aarch64
CC.aarch64-fat-clang       = $(clang.$(CPU.aarch64-fat-clang))
