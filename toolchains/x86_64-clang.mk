# x86-64, built by Clang.
TARGETS           += x86_64-clang
BACKEND.x86_64-clang := x86_64
CPU.x86_64-clang     := x86_64
CC.x86_64-clang       = $(clang.$(CPU.x86_64-clang))
