# x86-64, the routines assembled by NASM after the C preprocessor; the few C files by GCC.
TARGETS           += x86_64-nasm
BACKEND.x86_64-nasm := x86_64
CPU.x86_64-nasm     := x86_64
CC.x86_64-nasm       = $(gcc.$(CPU.x86_64-nasm))
TOOLS.x86_64-nasm   := nasm
build/x86_64-nasm/%: private ASSEMBLE = \
	$(CC) -E -P -D ORDO_NASM -MMD -MP -MT $@ -MF $(@:.o=.d) -x assembler-with-cpp $< > $(@:.o=.asm) && \
	nasm -f elf64 -w-prefix-lock -w+error -o $@ $(@:.o=.asm)
