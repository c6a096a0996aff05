/* hwcap.c: which word of the kernel sets the byte. The program plays the kernel: its getauxval gives
 * one bit of AT_HWCAP at a time, and nothing else. Prints the bits that set the byte. */
#include <stdio.h>

#include "ordo/outline.h"

static unsigned long hwcap;

unsigned long getauxval(unsigned long type)
{
    return type == 16 ? hwcap : 0;
}

int main(void)
{
    for (int bit = 0; bit < 64; bit++) {
        hwcap = 1UL << bit;
        ordo_outline_detect();
        if (__aarch64_have_lse_atomics)
            printf("bit %d\n", bit);
    }
    return 0;
}
