/* compile.c: the rows of ordering.tbl as events.
 *
 * A row is run step by step, both ways at each branch. What its accesses of [object] and its
 * barriers are to the architecture becomes the events of a path. [expected] and [stack-8] are
 * memory of the calling thread alone, which no other thread can tell from a register.
 *
 * No step is run twice. A loop goes round when a store-exclusive failed or a compare saw a value
 * that had changed meanwhile: such a round leaves reads and barriers, but no write. Taking reads
 * and barriers out of a consistent execution leaves a consistent one with the same outcome, as the
 * axioms only forbid circles, and those can only become fewer. So the rounds can show nothing that
 * the last one alone does not. For the same reason the load that makes the first guess of a loop of
 * compares is left out.
 *
 * 128 bits are left out: a pair of registers in two halves is more than these axioms speak of; and
 * wait_for_change, whose look is a load and whose wait can order nothing.
 */
#include "compile.h"

#include <string.h>

/* What is known after the steps so far. */
struct run {
    const struct row *row;
    const struct instruction *code;
    bool x86;
    struct paths *paths;
    struct path path;
    bool visited[max_steps];
    bool tested_feature; /* the next branch asks for a CPU feature, so both ways */
    bool different;      /* the flags, of the last compare */
    bool status;         /* of the last store-exclusive: true is failure */
    bool stored;         /* it has written */
};

static void step(struct run run, size_t at);

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* Whether `word` is `stem` and an ordering of LSE: "", a, l or al. */
static bool is_lse(const char *word, const char *stem)
{
    static const char *const suffixes[] = {"", "a", "l", "al", NULL};
    size_t length = strlen(stem);

    return strncmp(word, stem, length) == 0 && is_one_of(word + length, suffixes);
}

static unsigned int lse_marks(const char *word, const char *stem)
{
    const char *suffix = word + strlen(stem);

    return mark_amo | (strchr(suffix, 'a') ? mark_acquire : 0u) |
           (strchr(suffix, 'l') ? mark_release : 0u);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void add_read(struct run *run, unsigned int marks, enum condition condition)
{
    /* The result is what the last look saw. */
    for (int i = 0; i < run->path.count; i++)
        run->path.events[i].result = -1;
    run->path.events[run->path.count++] = (struct event){
        .kind = event_read, .marks = marks, .location = run->code->location,
        .condition = condition, .expected = run->code->expected, .result = run->code->result};
}

static void add_write(struct run *run, unsigned int marks, bool pairs)
{
    run->path.events[run->path.count++] = (struct event){
        .kind = event_write, .marks = marks, .location = run->code->location, .result = -1,
        .value = run->code->value, .adds = run->code->kind == kind_fetch_add, .pairs = pairs};
    run->stored = true;
}

static void add_barrier(struct run *run, unsigned int mark)
{
    run->path.events[run->path.count++] =
        (struct event){.kind = event_fence, .marks = mark, .result = -1};
}

/* A load. In a compare it sees the expected value or another one, and sets the flags. */
static void load(struct run run, size_t at, unsigned int marks)
{
    struct run other = run;

    if (!kind_compares(run.code->kind)) {
        add_read(&run, marks, any_value);
        step(run, at + 1);
        return;
    }
    run.different = false;
    add_read(&run, marks, equal_to_expected);
    step(run, at + 1);
    other.different = true;
    add_read(&other, marks, different_from_expected);
    step(other, at + 1);
}

/* A store-exclusive, which may fail. */
static void store_exclusive(struct run run, size_t at, unsigned int marks)
{
    struct run other = run;

    run.status = false;
    add_write(&run, marks, true);
    step(run, at + 1);
    other.status = true;
    step(other, at + 1);
}

/* Read and write by one instruction; `pairs` is false for one that another thread can come between.
 * One that compares may leave out the write. */
static void read_modify_write(struct run run, size_t at, bool compares, unsigned int read_marks,
                              unsigned int write_marks, bool pairs)
{
    const bool matters = kind_compares(run.code->kind);

    if (compares) {
        struct run other = run;

        other.different = true;
        add_read(&other, read_marks, matters ? different_from_expected : any_value);
        step(other, at + 1);
        run.different = false;
    }
    add_read(&run, read_marks, matters ? equal_to_expected : any_value);
    add_write(&run, write_marks, pairs);
    step(run, at + 1);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* A read that may see anything, goes nowhere and is no half of an RMW. */
static bool is_guess(const struct path *path, int at)
{
    const struct event *e = &path->events[at];

    return e->kind == event_read && e->result < 0 && e->condition == any_value &&
           !(at + 1 < path->count && path->events[at + 1].pairs);
}

static void finish(struct run run)
{
    struct path *path = &run.paths->list[run.paths->count];

    if (run.paths->count++ == max_paths)
        fail("ordering.tbl:%d: more than %d paths", run.row->line, max_paths);
    for (int i = 0; i < run.path.count; i++)
        if (!is_guess(&run.path, i))
            path->events[path->count++] = run.path.events[i];
    for (int i = 0; i < path->count; i++)
        path->events[i].stored =
            path->events[i].result >= 0 && run.stored && kind_compares(run.code->kind);
}

/* Whether the mnemonic is a branch, and if so whether it is taken, given what is known. */
static bool branch(const struct run *run, const char *mnemonic, bool *taken)
{
    static const char *const if_different[] = {"jne", "b.ne", NULL};
    static const char *const if_equal[] = {"je", "b.eq", NULL};
    static const char *const always[] = {"jmp", "b", NULL};

    if (is_one_of(mnemonic, if_different))
        *taken = run->different;
    else if (is_one_of(mnemonic, if_equal))
        *taken = !run->different;
    else if (is_one_of(mnemonic, always))
        *taken = true;
    else if (strcmp(mnemonic, "cbnz") == 0)
        *taken = run->status;
    else if (strcmp(mnemonic, "cbz") == 0)
        *taken = !run->status;
    else
        return false;
    return true;
}

static size_t label(const struct row *row, char name)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->steps[i].label == name)
            return i;
    fail("ordering.tbl:%d has no label %c", row->line, name);
}

/* An access or a barrier of x86-64. */
static bool x86_step(struct run run, size_t at, const char *mnemonic, const char *operands)
{
    static const char *const moves[] = {"mov", "movzx", NULL};
    const bool lock = strncmp(mnemonic, "lock ", 5) == 0;
    const char *operation = lock ? mnemonic + 5 : mnemonic;
    static const char *const updates[] = {"xadd", "add", "sub", "and", "or", "xor", "bts", "btr",
                                          "btc", NULL};

    if (strcmp(mnemonic, "mfence") == 0 || (lock && strstr(operands, "[stack"))) {
        add_barrier(&run, mark_mfence); /* a locked instruction is one, wherever it writes */
        step(run, at + 1);
    } else if (strstr(operands, "[expected") || strstr(operands, "[stack")) {
        step(run, at + 1);
    } else if (is_one_of(mnemonic, moves) && strcmp(operands, "r,[object]") == 0) {
        load(run, at, 0);
    } else if (is_one_of(mnemonic, moves) && strcmp(operands, "[object],r") == 0) {
        add_write(&run, 0, false);
        step(run, at + 1);
    } else if (strcmp(operation, "xchg") == 0) { /* whose lock is implied */
        read_modify_write(run, at, false, mark_locked, mark_locked, true);
    } else if (is_one_of(operation, updates) || strcmp(operation, "cmpxchg") == 0) {
        const unsigned int marks = lock ? mark_locked : 0;

        read_modify_write(run, at, strcmp(operation, "cmpxchg") == 0, marks, marks, lock);
    } else {
        return false;
    }
    return true;
}

/* An access or a barrier of ARM64. */
static bool arm_step(struct run run, size_t at, const char *mnemonic, const char *operands)
{
    static const struct {
        const char *name;
        enum { plain_load, plain_store, exclusive_store } what;
        unsigned int marks;
    } accesses[] = {
        {"ldr", plain_load, 0},
        {"ldar", plain_load, mark_acquire},
        {"ldapr", plain_load, mark_acquire_pc},
        {"ldxr", plain_load, 0},
        {"ldaxr", plain_load, mark_acquire},
        {"str", plain_store, 0},
        {"stlr", plain_store, mark_release},
        {"stxr", exclusive_store, 0},
        {"stlxr", exclusive_store, mark_release},
    };
    static const char *const operations[] = {"swp", "ldadd", "ldclr", "ldset", "ldeor", "ldumax",
                                             "ldsmax", "ldumin", "ldsmin", "cas"};

    if (strcmp(mnemonic, "dmb") == 0) {
        add_barrier(&run, strcmp(operands, "ishld") == 0 ? mark_dmb_load : mark_dmb_full);
        step(run, at + 1);
        return true;
    }
    if (strcmp(operands, "[expected]") == 0) {
        step(run, at + 1);
        return true;
    }
    for (size_t i = 0; i < sizeof accesses / sizeof *accesses; i++)
        if (strcmp(mnemonic, accesses[i].name) == 0) {
            if (accesses[i].what == plain_load) {
                load(run, at, accesses[i].marks);
            } else if (accesses[i].what == exclusive_store) {
                store_exclusive(run, at, accesses[i].marks);
            } else {
                add_write(&run, accesses[i].marks, false);
                step(run, at + 1);
            }
            return true;
        }
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (is_lse(mnemonic, operations[i])) {
            const unsigned int marks = lse_marks(mnemonic, operations[i]);

            /* A failing cas is a read alone: more is not guaranteed. */
            read_modify_write(run, at, strcmp(operations[i], "cas") == 0,
                              marks & ~(unsigned int)mark_release,
                              marks & ~(unsigned int)mark_acquire, true);
            return true;
        }
    return false;
}

static void step(struct run run, size_t at)
{
    bool taken = false;

    if (at >= run.row->count)
        fail("ordering.tbl:%d: the row ends without ret", run.row->line);
    if (run.visited[at])
        return; /* a loop: see above */
    run.visited[at] = true;

    const struct step *s = &run.row->steps[at];
    if (strcmp(s->mnemonic, "ret") == 0) {
        finish(run);
    } else if (strcmp(s->mnemonic, "nop") == 0) { /* what weaken.c leaves */
        step(run, at + 1);
    } else if (strcmp(s->mnemonic, "feature") == 0) {
        run.tested_feature = true;
        step(run, at + 1);
    } else if (branch(&run, s->mnemonic, &taken)) {
        const bool either_way = run.tested_feature;

        run.tested_feature = false;
        if (taken || either_way)
            step(run, label(run.row, s->target));
        if (!taken || either_way)
            step(run, at + 1);
    } else if (run.path.count + 2 > max_path_events) {
        fail("ordering.tbl:%d: more than %d events", run.row->line, max_path_events);
    } else if (!(run.x86 ? x86_step : arm_step)(run, at, s->mnemonic, s->operands)) {
        fail("ordering.tbl:%d: what is %s %s?", run.row->line, s->mnemonic, s->operands);
    }
}

void row_paths(const struct target *target, const struct row *row,
               const struct instruction *instruction, struct paths *paths)
{
    struct run run = {.row = row, .code = instruction, .x86 = target->x86, .paths = paths};

    step(run, 0);
    if (paths->count == 0)
        fail("ordering.tbl:%d: no path comes to its end", row->line);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static bool same_paths(const struct paths *a, const struct paths *b)
{
    if (a->count != b->count)
        return false;
    for (int i = 0; i < a->count; i++) {
        const struct path *p = &a->list[i], *q = &b->list[i];

        if (p->count != q->count)
            return false;
        for (int j = 0; j < p->count; j++) {
            const struct event *e = &p->events[j], *f = &q->events[j];

            if (e->kind != f->kind || e->marks != f->marks || e->condition != f->condition ||
                e->result != f->result || e->stored != f->stored || e->pairs != f->pairs)
                return false;
        }
    }
    return true;
}

static void add_variant(struct target *target, enum kind kind, enum ordo_order order,
                        const struct row *row)
{
    struct variants *variants = &target->variants[kind][order];
    const struct instruction code = {
        .kind = kind, .order = order, .result = kind_reads(kind) ? 0 : -1};
    struct paths paths = {0};

    row_paths(target, row, &code, &paths);
    for (int i = 0; i < variants->count; i++) {
        struct paths known = {0};

        row_paths(target, variants->rows[i], &code, &known);
        if (same_paths(&paths, &known))
            return;
    }
    if (variants->count == max_variants)
        fail("ordering.tbl:%d: too many kinds of rows", row->line);
    variants->rows[variants->count++] = row;
    if (variants->count > target->variant_count)
        target->variant_count = variants->count;
}

bool is_legal_order(enum kind kind, enum ordo_order order)
{
    if (!ordo_is_order((int)order))
        return false;
    if (kind == kind_load)
        return order == ordo_relaxed || order == ordo_acquire || order == ordo_seq_cst;
    if (kind == kind_store)
        return order == ordo_relaxed || order == ordo_release || order == ordo_seq_cst;
    return kind != kind_fence || order != ordo_relaxed;
}

bool in_list(const char *list, const char *word)
{
    char padded[40];

    snprintf(padded, sizeof padded, " %s ", word);
    return strcmp(list, " * ") == 0 || strstr(list, padded);
}

/* acquire_rcpc is a second way to make an acquire load. */
static bool row_has_order(const struct row *row, enum ordo_order order)
{
    static const char *const names[order_limit] = {
        [ordo_relaxed] = "relaxed", [ordo_acquire] = "acquire", [ordo_release] = "release",
        [ordo_acq_rel] = "acq_rel", [ordo_seq_cst] = "seq_cst", [ordo_full] = "full"};

    return in_list(row->orderings, names[order]) ||
           (order == ordo_acquire && in_list(row->orderings, "acquire_rcpc"));
}

static enum kind kind_of_row(const struct row *row)
{
    static const char *const others[] = {"spin_hint", "wait_for_change", NULL};
    static const struct {
        const char *operation;
        enum kind kind;
    } kinds[] = {{"load", kind_load},
                 {"store", kind_store},
                 {"compare_exchange", kind_compare},
                 {"compare_exchange_weak", kind_compare_weak},
                 {"fence", kind_fence}};

    for (int i = 0; others[i]; i++)
        if (in_list(row->operations, others[i]))
            return kind_count;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (in_list(row->operations, kinds[i].operation))
            return kinds[i].kind;
    return kind_fetch_add;
}

int row_uses(const struct row *row, struct use uses[max_uses])
{
    enum kind kind = kind_of_row(row);
    int count = 0;

    if (in_list(row->types, "u128") || kind == kind_count)
        return 0;
    for (enum ordo_order order = ordo_relaxed; order <= ordo_full; order++)
        if (is_legal_order(kind, order) && row_has_order(row, order)) {
            uses[count++] = (struct use){kind, order};
            if (kind == kind_compare && in_list(row->operations, "compare_exchange_weak"))
                uses[count++] = (struct use){kind_compare_weak, order};
        }
    return count;
}

void read_target(struct target *target, const char *section, const struct table *table)
{
    *target = (struct target){.section = section, .x86 = strcmp(section, "x86_64") == 0};
    for (size_t i = 0; i < table->count; i++) {
        struct use uses[max_uses];
        int count = strcmp(table->rows[i].section, section) == 0
                        ? row_uses(&table->rows[i], uses) : 0;

        target->rows += count > 0;
        for (int j = 0; j < count; j++)
            add_variant(target, uses[j].kind, uses[j].order, &table->rows[i]);
    }
}

/* ---- The model ------------------------------------------------------------------------------- */

static const struct variants *variants_of(const struct target *target,
                                          const struct instruction *code)
{
    /* Read-modify-writes differ in what they compute, not in their events. */
    const enum kind kind = code->kind == kind_exchange ? kind_fetch_add : code->kind;
    const enum ordo_order order =
        kind_compares(kind) ? ordo_join_orders("compile", code->order, code->failure) : code->order;

    if (target->variants[kind][order].count == 0)
        fail("[%s] has no row for kind %d, ordering %d", target->section, (int)kind, (int)order);
    return &target->variants[kind][order];
}

static void target_paths(const struct instruction *code, struct paths *paths, const void *how)
{
    const struct target *target = how;
    const struct variants *variants = variants_of(target, code);
    const int last = variants->count - 1;

    row_paths(target, variants->rows[target->variant < last ? target->variant : last], code, paths);
}

bool variant_matters(const struct target *target, const struct program *program)
{
    for (int t = 0; t < program->thread_count; t++)
        for (int i = 0; i < program->threads[t].count; i++)
            if (target->variant < variants_of(target, &program->threads[t].code[i])->count)
                return true;
    return false;
}

struct model target_model(const struct target *target)
{
    return (struct model){.name = target->section,
                          .paths = target_paths,
                          .consistent = target->x86 ? x86_tso_consistent : armv8_consistent,
                          .how = target};
}
