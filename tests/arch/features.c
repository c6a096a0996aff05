/* features.c: the bytes of ordo/cpu.h agree with what this CPU and its kernel say, found here by
 * other means than the library's; they can be forced, and detected again. */
#include <criterion/criterion.h>
#include <string.h>

#if defined __x86_64__
#include <cpuid.h>
#elif defined __aarch64__
#include <sys/auxv.h>
#endif

#include "back_end.h"
#include "ordo/cpu.h"

/* Not skipped anywhere: without LSE the library cannot run its routines, but it can say so. */
TestSuite(features, .timeout = 10);

struct feature {
    enum ordo_cpu_feature feature;
    const char *name;
    bool present;
};

enum { feature_count = 5 };

#if defined __x86_64__

/* AVX that the system has enabled, on a CPU whose maker promises that 16-byte moves are atomic. */
static bool has_atomic_moves(void)
{
    static const char makers[][13] = {"GenuineIntel", "AuthenticAMD", "  Shanghai  "};
    unsigned eax, words[3];
    if (!__builtin_cpu_supports("avx") ||
        !__get_cpuid(0, &eax, &words[0], &words[2], &words[1]))
        return false;
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++)
        if (memcmp(words, makers[i], sizeof words) == 0)
            return true;
    return false;
}

static bool has_waitpkg(void)
{
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ecx >> 5 & 1) != 0;
}

static void find_features(struct feature features[feature_count])
{
    struct feature found[feature_count] = {{ordo_cpu_avx, "avx", has_atomic_moves()},
                                           {ordo_cpu_waitpkg, "waitpkg", has_waitpkg()},
                                           {ordo_cpu_lse, "lse", false},
                                           {ordo_cpu_lse2, "lse2", false},
                                           {ordo_cpu_rcpc, "rcpc", false}};
    memcpy(features, found, sizeof found);
}

#elif defined __aarch64__

static void find_features(struct feature features[feature_count])
{
    unsigned long hwcap = getauxval(AT_HWCAP);
    struct feature found[feature_count] = {
        {ordo_cpu_avx, "avx", false},
        {ordo_cpu_waitpkg, "waitpkg", false},
        {ordo_cpu_lse, "lse", (hwcap & HWCAP_ATOMICS) != 0},
        {ordo_cpu_lse2, "lse2", (hwcap & HWCAP_USCAT) != 0},
        {ordo_cpu_rcpc, "rcpc", (hwcap & HWCAP_LRCPC) != 0}};
    memcpy(features, found, sizeof found);
}

#endif

/* The bytes that this back end has: its CPU's, none in the generic one. */
static bool has_byte(const struct feature *feature)
{
    if (back_end_strictness() == as_compiled)
        return false;
    bool is_x86 = feature->feature == ordo_cpu_avx || feature->feature == ordo_cpu_waitpkg;
    return is_x86 == (strcmp(back_end_name, "x86_64") == 0);
}

static void expect_as_found(const struct feature features[feature_count])
{
    for (int i = 0; i < feature_count; i++)
        cr_expect_eq(ordo_cpu_has(features[i].feature),
                     has_byte(&features[i]) && features[i].present, "%s is %s",
                     features[i].name, features[i].present ? "not seen" : "seen");
}

Test(features, agree_with_the_cpu)
{
    struct feature features[feature_count];
    find_features(features);
    expect_as_found(features);
}

Test(features, force_and_detect)
{
    struct feature features[feature_count];
    find_features(features);
    for (int i = 0; i < feature_count; i++)
        for (int present = 1; present >= 0; present--) {
            bool exists = has_byte(&features[i]);
            cr_expect_eq(ordo_cpu_force(features[i].feature, present), exists, "%s",
                         features[i].name);
            cr_expect_eq(ordo_cpu_has(features[i].feature), exists && present, "%s forced to %d",
                         features[i].name, present);
        }
    ordo_cpu_detect();
    expect_as_found(features);
}
