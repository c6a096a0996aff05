/* back_end.c: see back_end.h. Compiled once for each library, with ORDO_BACK_END its name. Before
 * the tests start it prints what this program is about to test, and what this CPU makes it leave
 * out. */
#include "back_end.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <string.h>

#include "ordo/cpu.h"

const char back_end_name[] = ORDO_BACK_END;

static const char *const feature_names[] = {
    [ordo_cpu_avx] = "avx", [ordo_cpu_waitpkg] = "waitpkg", [ordo_cpu_lse] = "lse",
    [ordo_cpu_lse2] = "lse2", [ordo_cpu_rcpc] = "rcpc"};
enum { feature_count = sizeof feature_names / sizeof feature_names[0] };
_Static_assert(variant_count == 1 + feature_count, "one variant for each feature byte, and none");

static bool is_back_end(const char *name)
{
    return strcmp(back_end_name, name) == 0;
}

/* The byte for LSE is the kernel's word even in a library that does not choose by it. */
static bool cpu_runs_back_end(void)
{
    return !is_back_end("armv8.1") || ordo_cpu_has(ordo_cpu_lse);
}

void back_end_or_skip(void)
{
    if (!cpu_runs_back_end())
        cr_skip_test("this CPU has no LSE");
}

enum strictness back_end_strictness(void)
{
    return is_back_end("generic") ? as_compiled : as_hand_written;
}

enum effect { runs, does_not_exist, cpu_lacks_it, only_one_thread };

/* What turning over the byte of `feature`, now as found, would do. */
static enum effect effect_of(enum ordo_cpu_feature feature)
{
    bool found = ordo_cpu_has(feature);
    if (feature == ordo_cpu_lse && !is_back_end("aarch64-fat"))
        return does_not_exist;
    if (!ordo_cpu_force(feature, found))
        return does_not_exist;
    /* The instructions of LSE2 are old; what it adds is that they are atomic. Without rcpc a load
     * is that of load_acquire, which the threads have anyway. */
    if (found ? feature == ordo_cpu_rcpc : feature == ordo_cpu_lse2)
        return only_one_thread;
    return found ? runs : cpu_lacks_it;
}

bool select_variant(unsigned number, enum variant_use use)
{
    ordo_cpu_detect();
    if (number == 0)
        return true;
    enum ordo_cpu_feature feature = number - 1;
    enum effect effect = effect_of(feature);
    if (effect != runs && !(effect == only_one_thread && use == for_one_thread))
        return false;
    return ordo_cpu_force(feature, !ordo_cpu_has(feature));
}

const char *variant_name(unsigned number)
{
    static char name[16];
    if (number == 0)
        return "as found";
    enum ordo_cpu_feature feature = number - 1;
    snprintf(name, sizeof name, "%s %s", feature_names[feature],
             ordo_cpu_has(feature) ? "on" : "off");
    return name;
}

static void print_variants(void)
{
    printf("back end %s: as found (", back_end_name);
    const char *separator = "";
    for (unsigned i = 0; i < feature_count; i++)
        if (effect_of(i) != does_not_exist) {
            printf("%s%s %d", separator, feature_names[i], ordo_cpu_has(i));
            separator = ", ";
        }
    printf(")");
    for (unsigned number = 1; number < variant_count; number++)
        if (select_variant(number, for_one_thread)) {
            const char *name = variant_name(number);
            printf("; %s%s", name, select_variant(number, for_threads) ? "" : " (one thread)");
        }
    printf("\n");
    ordo_cpu_detect();
    for (unsigned i = 0; i < feature_count; i++)
        if (effect_of(i) == cpu_lacks_it)
            printf("SKIP %s on: this CPU lacks it\n", feature_names[i]);
}

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    (void)tests;
    if (cpu_runs_back_end())
        print_variants();
    else
        printf("SKIP back end %s: this CPU has no LSE\n", back_end_name);
    fflush(stdout);
}
