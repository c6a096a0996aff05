/* hwcap.c: which HWCAP bit sets which feature byte, on ARM64. This program has a getauxval of its
 * own, as one for bare metal would (ordo/cpu.h), and reports each of the 64 bits in turn. A static
 * program; prints a line for each bit that matters, and `hwcap: 64 bits` when it is through.
 */
#include <ordo/atomic.h>
#include <ordo/cpu.h>

#include <stdio.h>

static unsigned long hwcap;

/* In the library's features.c this takes the place of the C library's. */
unsigned long getauxval(unsigned long type);
unsigned long getauxval(unsigned long type)
{
    const unsigned long at_hwcap = 16;
    return type == at_hwcap ? hwcap : 0;
}

int main(void)
{
    static const struct {
        enum ordo_cpu_feature feature;
        const char *name;
    } bytes[] = {{ordo_cpu_lse, "lse"}, {ordo_cpu_lse2, "lse2"}, {ordo_cpu_rcpc, "rcpc"}};

    for (int bit = 0; bit < 64; bit++) {
        hwcap = 1UL << bit;
        ordo_cpu_detect();
        for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
            if (ordo_cpu_has(bytes[i].feature))
                printf("bit %d: %s\n", bit, bytes[i].name);
    }
    puts("hwcap: 64 bits");
    return 0;
}
