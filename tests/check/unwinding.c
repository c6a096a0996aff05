/* unwinding.c: a debugger or profiler that stops at any instruction must find the caller.
 *
 * The unwinding tables of the shared library, read with libdw, are asked at the address of every
 * instruction. No routine moves the stack, so the frame is always the entry's; and where the tables
 * say the caller's value of a callee-saved register is, the data flow of routine.c must find it.
 */
#include "check.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct unwinding {
    struct machine_file *shared;
    int descriptor;
    Elf *elf;
    Dwarf_CFI *tables;
};

/* The library that lies beside "build/TARGET/libordo.a". */
struct unwinding *open_unwinding(const char *archive)
{
    struct unwinding *unwinding = allocate(1, sizeof *unwinding);
    char path[512], message[256];

    snprintf(path, sizeof path, "%.*s.so", (int)(strlen(archive) - strlen(".a")), archive);
    unwinding->shared = machine_open(path, message, sizeof message);
    if (!unwinding->shared)
        give_up("%s", message);
    unwinding->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    elf_version(EV_CURRENT);
    unwinding->elf = elf_begin(unwinding->descriptor, ELF_C_READ_MMAP, NULL);
    unwinding->tables = unwinding->elf ? dwarf_getcfi_elf(unwinding->elf) : NULL;
    if (!unwinding->tables)
        give_up("%s: cannot read its unwinding tables: %s", path, dwarf_errmsg(-1));
    return unwinding;
}

void close_unwinding(struct unwinding *unwinding)
{
    dwarf_cfi_end(unwinding->tables);
    elf_end(unwinding->elf);
    close(unwinding->descriptor);
    machine_close(unwinding->shared);
    free(unwinding);
}

/* The number that routine.c gives to a general register, from its DWARF number; -1 for others. */
static int routine_register(enum machine_architecture architecture, unsigned long dwarf)
{
    static const int x86[16] = {0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15};

    if (architecture == machine_aarch64)
        return dwarf < 31 ? (int)dwarf : -1;
    return dwarf < 16 ? x86[dwarf] : -1;
}

static bool is_callee_saved(enum machine_architecture architecture, int dwarf)
{
    if (architecture == machine_aarch64)
        return dwarf >= 19 && dwarf <= 29;
    return dwarf == 3 || dwarf == 6 || (dwarf >= 12 && dwarf <= 15); /* rbx rbp r12-r15 */
}

static void check_frame(const struct routine *routine, size_t index, Dwarf_Frame *frame)
{
    bool x86 = routine->architecture == machine_x86_64;
    unsigned int stack_pointer = x86 ? 7 : 31, return_address = x86 ? 8 : 0;
    Dwarf_Op *rule, memory[3];
    size_t count;

    if (dwarf_frame_cfa(frame, &rule, &count) != 0 || count != 1 || rule->atom != DW_OP_bregx ||
        rule->number != stack_pointer || rule->number2 != return_address)
        complain_of(routine, index, "unwinding: the frame is not the stack pointer's at entry");

    for (int dwarf = 0; dwarf <= 31; dwarf++) {
        int saved = routine_register(routine->architecture, (unsigned int)dwarf), place = saved;

        if (!is_callee_saved(routine->architecture, dwarf))
            continue;
        /* No rule means that the register is still in its place. */
        if (dwarf_frame_register(frame, dwarf, memory, &rule, &count) != 0)
            place = -1;
        else if (count == 1 && rule->atom == DW_OP_regx)
            place = routine_register(routine->architecture, rule->number);
        else if (count != 0)
            place = -1;
        if (place < 0 || routine->code[index].before.holds[place] != holds_callers + saved)
            complain_of(routine, index, "unwinding: the caller's register %d is not in %d", saved,
                        place);
    }
}

void check_unwinding(const struct unwinding *unwinding, const struct routine *routine)
{
    const struct machine_symbol *symbol = machine_find(unwinding->shared, routine->symbol->name);

    if (!symbol) {
        complain(routine->library, "%s: is not in libordo.so", routine->symbol->name);
        return;
    }
    for (size_t i = 0; i < routine->count; i++) {
        uint64_t address = symbol->section->address + symbol->offset +
                           routine->code[i].text.offset - routine->symbol->offset;
        Dwarf_Frame *frame;

        if (dwarf_cfi_addrframe(unwinding->tables, address, &frame) != 0) {
            complain_of(routine, i, "unwinding: no entry");
            return;
        }
        check_frame(routine, i, frame);
        free(frame);
    }
}
