/* back_end.c: what the library under test has, and what of it this CPU can run. Compiled once for
 * each target, with ORDO_BACK_END its name. Before the tests start it prints what is left out. */
#include "helper.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "ordo/outline.h"

static bool is_back_end(const char *name)
{
    return strcmp(ORDO_BACK_END, name) == 0;
}

static bool cpu_has_lse(void)
{
    return (getauxval(AT_HWCAP) & 1UL << 8) != 0;
}

void library_or_skip(void)
{
    if (is_back_end("armv8.1") && !cpu_has_lse())
        cr_skip_test("this CPU has no LSE");
}

bool runs_both_forms(void)
{
    return is_back_end("aarch64-fat") && cpu_has_lse();
}

bool select_form(unsigned int number)
{
    __aarch64_have_lse_atomics = (unsigned char)number;
    return number == 0 || (number == 1 && runs_both_forms());
}

const char *form_name(unsigned int number)
{
    return number == 1 || is_back_end("armv8.1") ? "LSE" : "exclusives";
}

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    (void)tests;
    if (is_back_end("armv8.1") && !cpu_has_lse())
        printf("SKIP outline helpers of armv8.1: this CPU has no LSE\n");
    else if (is_back_end("aarch64-fat") && !cpu_has_lse())
        printf("SKIP outline helpers of aarch64-fat, LSE: this CPU has none\n");
    fflush(stdout);
}
