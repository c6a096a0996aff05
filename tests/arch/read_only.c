/* read_only.c: loads from a page that may not be written. All do, but for the 128-bit load of a CPU
 * without AVX (x86-64) or LSE2 (ARM64): that is a read-modify-write and faults, as documented. */
#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "back_end.h"
#include "ordo/cpu.h"

TestSuite(read_only, .init = back_end_or_skip, .timeout = 20);

enum ending { load_right, load_wrong, load_faulted };

static void on_fault(int signal_number)
{
    (void)signal_number;
    _exit(load_faulted);
}

/* In a child, because the load may fault. */
static enum ending load_in_child(const struct symbol *symbol, const void *page)
{
    pid_t child = fork();
    cr_assert_neq(child, -1);
    if (child == 0) {
        value wanted = 0;
        memcpy(&wanted, page, symbol->width / 8);
        signal(SIGSEGV, on_fault);
        _exit(call_load(symbol, page) == wanted ? load_right : load_wrong);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    return (enum ending)WEXITSTATUS(status);
}

Test(read_only, load)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(page, MAP_FAILED);
    memset(page, 0x5a, size);
    cr_assert_eq(mprotect(page, size, PROT_READ), 0);

    for (unsigned variant = 0; variant < variant_count; variant++) {
        if (!select_variant(variant, for_one_thread))
            continue;
        bool reads_128 = ordo_cpu_has(ordo_cpu_avx) || ordo_cpu_has(ordo_cpu_lse2);
        for (size_t i = 0; i < symbol_count; i++) {
            const struct symbol *symbol = &symbols[i];
            /* What libatomic does with 128 bits is its own affair. */
            if (symbol->kind != kind_load ||
                (symbol->width == 128 && back_end_strictness() == as_compiled))
                continue;
            enum ending wanted = symbol->width < 128 || reads_128 ? load_right : load_faulted;
            enum ending ending = load_in_child(symbol, page);
            cr_expect_eq(ending, wanted, "%s (%s): %s", symbol->name, variant_name(variant),
                         ending == load_right ? "does not fault" : "faults or loads wrong");
        }
    }
}
