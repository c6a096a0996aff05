/* weaken.c: rows of ordering.tbl, made weaker one step at a time: an acquire or a release dropped,
 * a barrier made lighter or taken out, an access no longer atomic, a second look left out. */
#include "weaken.h"

#include <stdio.h>
#include <string.h>

static bool is(const struct step *step, const char *mnemonic)
{
    return strcmp(step->mnemonic, mnemonic) == 0;
}

static bool begins(const struct step *step, const char *prefix)
{
    return strncmp(step->mnemonic, prefix, strlen(prefix)) == 0;
}

static bool of_object(const struct step *step)
{
    return strstr(step->operands, "[object]") != NULL;
}

/* What a step that is taken out leaves: its label. */
static void take_out(struct step *step)
{
    strcpy(step->mnemonic, "nop");
    step->operands[0] = step->target = '\0';
}

static void rename_step(struct step *step, const char *mnemonic)
{
    snprintf(step->mnemonic, sizeof step->mnemonic, "%s", mnemonic);
}

/* Takes the letter out of the ordering at the end of an LSE mnemonic. */
static bool drop_lse_letter(struct step *step, char letter)
{
    static const char *const stems[] = {"swp", "cas", "ldadd", "ldclr", "ldset", "ldeor", "ldumax",
                                        "ldsmax", "ldumin", "ldsmin"};

    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
        if (begins(step, stems[i])) {
            char *at = strchr(step->mnemonic + strlen(stems[i]), letter);

            if (!at)
                return false;
            memmove(at, at + 1, strlen(at));
            return true;
        }
    return false;
}

/* ---- Ways to be weaker: each changes step `at`, or returns false if that is not its kind ----- */

static bool drop_acquire(struct row *row, size_t at)
{
    struct step *step = &row->steps[at];

    if (is(step, "ldar") || is(step, "ldapr"))
        rename_step(step, "ldr");
    else if (is(step, "ldaxr"))
        rename_step(step, "ldxr");
    else
        return drop_lse_letter(step, 'a');
    return true;
}

static bool acquire_pc(struct row *row, size_t at)
{
    if (!is(&row->steps[at], "ldar"))
        return false;
    rename_step(&row->steps[at], "ldapr");
    return true;
}

static bool drop_release(struct row *row, size_t at)
{
    struct step *step = &row->steps[at];

    if (is(step, "stlr"))
        rename_step(step, "str");
    else if (is(step, "stlxr"))
        rename_step(step, "stxr");
    else
        return drop_lse_letter(step, 'l');
    return true;
}

static bool drop_barrier(struct row *row, size_t at)
{
    struct step *step = &row->steps[at];

    if (!is(step, "dmb") && !is(step, "mfence") &&
        !(begins(step, "lock ") && strstr(step->operands, "[stack")))
        return false;
    take_out(step);
    return true;
}

static bool lighter_barrier(struct row *row, size_t at)
{
    if (!is(&row->steps[at], "dmb") || strcmp(row->steps[at].operands, "ish") != 0)
        return false;
    strcpy(row->steps[at].operands, "ishld");
    return true;
}

static bool drop_lock(struct row *row, size_t at)
{
    struct step *step = &row->steps[at];

    if (!begins(step, "lock ") || !of_object(step))
        return false;
    memmove(step->mnemonic, step->mnemonic + 5, strlen(step->mnemonic + 5) + 1);
    return true;
}

/* xchg becomes mov to memory in a store; else mov from and to memory. */
static bool xchg_to_mov(struct row *row, size_t at)
{
    struct step *step = &row->steps[at];

    if (!is(step, "xchg"))
        return false;
    rename_step(step, "mov");
    if (strstr(row->operations, " store "))
        return true;
    memmove(step + 1, step, (row->count++ - at) * sizeof *step);
    strcpy(step->operands, "r,[object]");
    step[1].label = '\0';
    return true;
}

/* Both halves of an exclusive pair become plain accesses of the same ordering. */
static bool not_exclusive(struct row *row, size_t at)
{
    static const char *const exclusive[] = {"ldxr", "ldaxr", "stxr", "stlxr"};
    static const char *const plain[] = {"ldr", "ldar", "str", "stlr"};

    if (!is(&row->steps[at], "ldxr") && !is(&row->steps[at], "ldaxr"))
        return false;
    for (size_t i = at; i < row->count; i++)
        for (int j = 0; j < 4; j++)
            if (is(&row->steps[i], exclusive[j]))
                rename_step(&row->steps[i], plain[j]);
    return true;
}

/* The look of a compare at what it saw already. */
static bool drop_second_look(struct row *row, size_t at)
{
    if (at == 0 || !is(&row->steps[at - 1], "dmb") || !of_object(&row->steps[at]))
        return false;
    take_out(&row->steps[at]);
    return true;
}

static const struct {
    const char *what;
    bool (*change)(struct row *row, size_t at);
} ways[] = {
    {"no acquire", drop_acquire},
    {"ldapr instead", acquire_pc},
    {"no release", drop_release},
    {"no barrier", drop_barrier},
    {"dmb ishld instead", lighter_barrier},
    {"no lock", drop_lock},
    {"mov instead", xchg_to_mov},
    {"not exclusive", not_exclusive},
    {"no second look", drop_second_look},
};

bool weaken(const struct row *row, int index, struct weakening *result)
{
    int found = 0;

    for (size_t at = 0; at < row->count; at++)
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++) {
            result->row = *row;
            if (!ways[way].change(&result->row, at) || found++ != index)
                continue;
            snprintf(result->what, sizeof result->what, "step %zu, %s %s: %s", at + 1,
                     row->steps[at].mnemonic, row->steps[at].operands, ways[way].what);
            return true;
        }
    return false;
}
