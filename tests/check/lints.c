/* lints.c: rules that no row of ordering.tbl can show, each on the decoded instructions.
 *
 * The rules of exclusives are those of the ARM architecture manual and of experience: what breaks
 * them works on most cores, and under an emulator, and hangs or corrupts on some.
 */
#include "check.h"

#include <string.h>

static uint64_t one(int reg)
{
    return UINT64_C(1) << reg;
}

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_exclusive_load(const struct routine *routine, size_t i)
{
    return starts(routine->code[i].text.mnemonic, "ldx") ||
           starts(routine->code[i].text.mnemonic, "ldax");
}

static bool is_exclusive_store(const struct routine *routine, size_t i)
{
    return starts(routine->code[i].text.mnemonic, "stx") ||
           starts(routine->code[i].text.mnemonic, "stlx");
}

/* The landing pad at the entry and nowhere else, an exit at the end, and at every exit what the
 * caller must find again: callee-saved registers, stack pointer, ARM64's platform register x18 and
 * return address x30. */
static void check_frame(const struct routine *routine)
{
    static const int x86_saved[] = {x86_rbx, x86_rsp, 5, 12, 13, 14, 15};
    static const int arm_saved[] = {18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, arm_sp};
    bool x86 = routine->architecture == machine_x86_64;
    const int *saved = x86 ? x86_saved : arm_saved;
    size_t saved_count = x86 ? sizeof x86_saved / sizeof *x86_saved
                             : sizeof arm_saved / sizeof *arm_saved;
    uint64_t untouchable = x86 ? one(x86_rsp) : one(18) | one(30) | one(arm_sp);

    for (size_t i = 0; i < routine->count; i++) {
        const struct machine_instruction *text = &routine->code[i].text;
        bool pad = x86 ? strcmp(text->mnemonic, "endbr64") == 0
                       : strcmp(text->mnemonic, "bti") == 0 && strcmp(text->operands, "c") == 0;

        if (pad != (i == 0))
            complain_of(routine, i, i ? "a landing pad inside the routine"
                                      : "the routine must start with bti c or endbr64");
        if (registers_written(routine, i) & untouchable)
            complain_of(routine, i, "writes a register that no routine may touch");
        if (!is_exit(routine, i))
            continue;
        for (size_t s = 0; s < saved_count; s++)
            if (routine->code[i].before.holds[saved[s]] != holds_callers + saved[s])
                complain_of(routine, i, "leaves without the caller's value of register %d",
                            saved[s]);
    }
    if (routine->count && !is_exit(routine, routine->count - 1))
        complain_of(routine, routine->count - 1, "the routine runs on past its end");
}

/* Status, data and base of a store-exclusive must be distinct, and the status must be looked at. */
static void check_status(const struct routine *routine, size_t store)
{
    const struct operand *operands = routine->code[store].operands;
    uint64_t status = one(operands[0].reg);

    for (size_t n = 1; n < routine->code[store].operand_count; n++)
        if (operands[n].reg == operands[0].reg)
            complain_of(routine, store, "its status register is its data or base register");
    for (size_t i = store + 1; i < routine->count; i++) {
        if (registers_read(routine, i) & status)
            return;
        if (registers_written(routine, i) & status || is_exit(routine, i))
            break;
    }
    complain_of(routine, store, "nothing looks at its status");
}

/* From a load-exclusive to its store-exclusive: a handful of register arithmetic, and branches only
 * out of the sequence, forward. */
static void check_exclusive_sequence(const struct routine *routine, size_t load)
{
    enum { handful = 8 };
    size_t store = load + 1;

    while (store < routine->count && !is_exclusive_store(routine, store))
        store++;
    if (store == routine->count)
        return; /* wait_for_change: only to put the line under the monitor */
    if (store - load - 1 > handful)
        complain_of(routine, load, "%zu instructions before its store-exclusive", store - load - 1);
    for (size_t i = load + 1; i < store; i++) {
        bool arithmetic = routine->code[i].how && routine->code[i].how->class == class_arithmetic &&
                          !memory_operand(routine, i) && !routine->code[i].text.relocation;
        bool leaves = is_conditional_branch(routine, i) && routine->code[i].target > store;

        if (!arithmetic && !leaves)
            complain_of(routine, i, "between load- and store-exclusive");
    }
}

/* Marks the instructions from which the branch at `last` back to `first` can be reached without
 * passing `first`: the natural loop. What only leaves it, a `mov w0, #1; ret`, is not in it. */
static void find_loop(const struct routine *routine, size_t first, size_t last, bool *in_loop)
{
    bool changed = true;

    in_loop[first] = in_loop[last] = true;
    while (changed) {
        changed = false;
        for (size_t i = first + 1; i < routine->count; i++) {
            size_t target = routine->code[i].target;
            bool next = i + 1 < routine->count && in_loop[i + 1] && i + 1 != first &&
                        !is_exit(routine, i) && !is_jump(routine, i);
            bool jumped = target < routine->count && in_loop[target] && target != first;

            if (!in_loop[i] && (next || jumped))
                changed = in_loop[i] = true;
        }
    }
}

/* A retry must find its operands as the first attempt did: what the loop reads before it writes it,
 * it may write only by the atomic instruction itself, whose business is to bring the new value. */
static void check_loop(const struct routine *routine, size_t first, size_t last)
{
    bool in_loop[max_instructions] = {false};
    uint64_t written = 0, from_before = 0, by_access = 0;

    find_loop(routine, first, last, in_loop);
    for (size_t i = first; i < routine->count; i++) {
        if (!in_loop[i])
            continue;
        from_before |= registers_read(routine, i) & ~written;
        written |= registers_written(routine, i);
        if (memory_operand(routine, i))
            by_access |= registers_written(routine, i);
    }
    if (from_before & written & ~by_access)
        complain_of(routine, last, "the loop changes an operand that its next round reads");
}

/* The result of an access must land in a register: one without is not ordered by a later acquire
 * fence. Pairs of casp start at an even register. */
static void check_destinations(const struct routine *routine, size_t i)
{
    const struct mnemonic *how = routine->code[i].how;
    const struct operand *operands = routine->code[i].operands;

    if (routine->architecture != machine_aarch64 || !how || how->class != class_access)
        return;
    for (size_t n = 0; n < routine->code[i].operand_count; n++)
        if (how->written & 1u << n && operands[n].kind == operand_register &&
            operands[n].reg == arm_zero)
            complain_of(routine, i, "its destination is the zero register");
    if (starts(how->name, "casp") &&
        (operands[0].reg % 2 || operands[1].reg != operands[0].reg + 1 || operands[2].reg % 2 ||
         operands[3].reg != operands[2].reg + 1))
        complain_of(routine, i, "its pairs must be an even register and the next");
}

/* A routine that only picks another one may use x16 and x17, no more: see dispatch.S. */
static void check_dispatch(const struct routine *routine, size_t i)
{
    if (strcmp(routine->section, "dispatch") == 0 &&
        registers_written(routine, i) & ~(one(16) | one(17)))
        complain_of(routine, i, "dispatch may write x16 and x17 only");
}

/* The contract of a helper: callers may keep what they like in all other registers. */
static void check_helper(const struct routine *routine, size_t i)
{
    uint64_t allowed = one(0) | one(15) | one(16) | one(17);

    if (!is_helper(routine->operation))
        return;
    if (routine->operation->size == 16)
        allowed |= one(1);
    if (registers_written(routine, i) & ~allowed)
        complain_of(routine, i, "writes a register that is not a helper's to write");
}

void check_lints(const struct routine *routine)
{
    check_frame(routine);
    for (size_t i = 0; i < routine->count; i++) {
        if (is_exclusive_store(routine, i))
            check_status(routine, i);
        if (is_exclusive_load(routine, i))
            check_exclusive_sequence(routine, i);
        if (routine->code[i].target <= i)
            check_loop(routine, routine->code[i].target, i);
        for (size_t n = 0; n < routine->code[i].operand_count; n++)
            if (routine->code[i].operands[n].kind == operand_vector &&
                routine->architecture == machine_aarch64)
                complain_of(routine, i, "uses a vector register");
        check_destinations(routine, i);
        check_dispatch(routine, i);
        check_helper(routine, i);
    }
}
