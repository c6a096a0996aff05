/* asm.h: the frame of aarch64/asm.h, and leave to use the ARMv8.1 large-system extensions. */
#include "../aarch64/asm.h"
        .arch_extension lse
