/* feature_bytes.c: prints the feature bytes of a static program, as `lse 1 lse2 0 rcpc 1`.
 *
 * In a static program only those members of libordo.a are linked that something refers to. This one
 * refers to two routines that choose by a byte, and to the bytes only weakly, which links nothing.
 * So a byte is 1 only if the routines' own references bring in the constructor that sets it; were
 * the constructor in another member it would stay 0 for ever. `-` is a byte that was not linked. */
#include <stdio.h>

#include "ordo/symbols.h"

#define WEAK __attribute__((weak, visibility("hidden")))
extern WEAK unsigned char ordo_cpu_has_avx, ordo_cpu_has_waitpkg;
extern WEAK unsigned char ordo_cpu_has_lse, ordo_cpu_has_lse2, ordo_cpu_has_rcpc;

static const struct {
    const char *name;
    const unsigned char *byte;
} features[] = {
#if defined __x86_64__
    {"avx", &ordo_cpu_has_avx}, {"waitpkg", &ordo_cpu_has_waitpkg},
#elif defined __aarch64__
    {"lse", &ordo_cpu_has_lse}, {"lse2", &ordo_cpu_has_lse2}, {"rcpc", &ordo_cpu_has_rcpc},
#endif
};
enum { feature_count = sizeof features / sizeof features[0] };

/* The bytes are copied by a constructor of ordinary priority: other constructors, too, should find
 * them set. */
static int found[feature_count];

__attribute__((constructor)) static void look_before_main(void)
{
    for (size_t i = 0; i < feature_count; i++)
        found[i] = features[i].byte != NULL ? *features[i].byte : -1;
}

int main(void)
{
    static ordo_u128 wide;
    static uint32_t narrow;
    ordo_fetch_add_u32_relaxed(&narrow, 1);
    ordo_load_u128_relaxed(&wide);

    for (size_t i = 0; i < feature_count; i++) {
        printf("%s%s ", i == 0 ? "" : " ", features[i].name);
        if (found[i] >= 0)
            printf("%d", found[i]);
        else
            printf("-");
    }
    printf("\n");
    return narrow == 1 && wide == 0 ? 0 : 1;
}
