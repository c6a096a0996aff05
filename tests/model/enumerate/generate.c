/* generate.c: random litmus programs, and programs built around one instruction. */
#include "generate.h"
#include "random.h"

#include <string.h>

enum { max_memory_instructions = 8, small_limit = 5000 };

struct source {
    uint64_t state;
    int flavour;                    /* which orderings are likely */
    int next_value[max_locations];  /* to store: different ones tell more */
};

static int below(struct source *source, int limit)
{
    return (int)(random_next(&source->state) >> 33) % limit;
}

/* ---- Random programs ------------------------------------------------------------------------- */

static enum ordo_order pick(struct source *source, const enum ordo_order *from, int count)
{
    return from[below(source, count)];
}

static enum ordo_order random_order(struct source *source, enum kind kind)
{
    static const enum ordo_order loads[] = {ordo_relaxed, ordo_acquire, ordo_seq_cst};
    static const enum ordo_order stores[] = {ordo_relaxed, ordo_release, ordo_seq_cst};
    static const enum ordo_order fences[] = {ordo_acquire, ordo_release, ordo_acq_rel,
                                             ordo_seq_cst, ordo_full};
    static const enum ordo_order all[] = {ordo_relaxed, ordo_acquire, ordo_release, ordo_acq_rel,
                                          ordo_seq_cst, ordo_full};
    const int strong = source->flavour > 0 && below(source, 6) > 0 ? source->flavour : -1;

    switch (kind) {
    case kind_load:
        return strong >= 0 ? loads[strong] : pick(source, loads, 3);
    case kind_store:
        return strong >= 0 ? stores[strong] : pick(source, stores, 3);
    case kind_fence:
        return strong == 2 ? ordo_seq_cst : pick(source, fences, 5);
    default:
        return strong == 2 ? ordo_seq_cst : strong == 1 ? ordo_acq_rel : pick(source, all, 6);
    }
}

static enum kind random_kind(struct source *source)
{
    const int n = below(source, 20);

    return n < 8 ? kind_load
           : n < 15 ? kind_store
           : n < 16 ? kind_fetch_add
           : n < 17 ? kind_exchange
           : n < 19 ? kind_compare
                    : kind_compare_weak;
}

/* Mostly not the location that the thread used last: circles go through different ones. */
static int random_location(struct source *source, const struct thread *thread, int locations)
{
    const int location = below(source, locations);
    int last = -1;

    for (int i = 0; i < thread->count; i++)
        if (thread->code[i].kind != kind_fence)
            last = thread->code[i].location;
    return location == last && below(source, 4) ? (location + 1) % locations : location;
}

static void add_random(struct source *source, struct program *program, int thread, int locations,
                       enum kind kind)
{
    static const enum ordo_order failures[] = {ordo_relaxed, ordo_acquire, ordo_seq_cst};
    struct instruction code = {.kind = kind, .order = random_order(source, kind)};

    if (kind != kind_fence)
        code.location = random_location(source, &program->threads[thread], locations);
    if (kind == kind_fetch_add)
        code.value = 1;
    else if (kind != kind_load && kind != kind_fence)
        code.value = ++source->next_value[code.location];
    if (kind_compares(kind)) {
        code.expected = below(source, 3);
        code.failure = code.order == ordo_full ? ordo_full : pick(source, failures, 3);
    }
    append(program, thread, code);
}

static bool has_kind(const struct program *program, bool (*wanted)(enum kind))
{
    for (int t = 0; t < program->thread_count; t++)
        for (int i = 0; i < program->threads[t].count; i++)
            if (wanted(program->threads[t].code[i].kind))
                return true;
    return false;
}

static bool is_rmw(enum kind kind)
{
    return kind == kind_fetch_add || kind == kind_exchange;
}

static bool is_fence(enum kind kind)
{
    return kind == kind_fence;
}

/* The program again, its registers numbered thread by thread; or its accesses only, all relaxed. */
static struct program rebuild(const struct program *program, bool relax)
{
    struct program result = {0};

    for (int t = 0; t < program->thread_count; t++)
        for (int i = 0; i < program->threads[t].count; i++) {
            struct instruction code = program->threads[t].code[i];

            if (relax)
                code.order = code.failure = ordo_relaxed;
            if (!relax || code.kind != kind_fence)
                append(&result, t, code);
        }
    return result;
}

struct program relaxed_program(const struct program *program)
{
    return rebuild(program, true);
}

static struct program attempt(struct source *source, bool fences)
{
    static const int thread_counts[] = {2, 2, 3, 3, 3, 4}, location_counts[] = {1, 2, 2, 2, 2, 3};
    struct program program = {0};
    const int threads = thread_counts[below(source, 6)];
    const int locations = location_counts[below(source, 6)];
    const int most = max_memory_instructions - threads; /* beside one in each thread */
    const int count = threads + most - below(source, most) * below(source, 2);

    memset(source->next_value, 0, sizeof source->next_value);
    source->flavour = below(source, 3);
    for (int i = 0; i < count; i++) {
        const int thread = i < 2 * threads ? i % threads : below(source, threads);

        if (fences && program.threads[thread].count > 0 && below(source, 3) > 0)
            add_random(source, &program, thread, locations, kind_fence);
        add_random(source, &program, thread, locations, random_kind(source));
    }
    return rebuild(&program, false);
}

/* Program `index` of the sequence that `seed` gives. */
static struct program random_program(uint64_t seed, unsigned long index)
{
    static bool (*const wanted[3])(enum kind) = {is_rmw, is_fence, kind_compares};
    struct source source = {.state = random_mix(seed) + random_mix(index + 1)};
    const int class = (int)(index % 3);
    struct program program;

    do
        program = attempt(&source, class == 1 || below(&source, 6) == 0);
    while (!has_kind(&program, wanted[class]));
    return program;
}


struct results next_program(uint64_t seed, unsigned long *index, const struct model *model,
                            struct program *program)
{
    for (;;) {
        *program = random_program(seed, (*index)++);

        struct results results = enumerate(program, model, small_limit);

        if (results.tried <= small_limit)
            return results;
        release_results(&results);
    }
}

/* ---- Programs around one instruction --------------------------------------------------------- */

enum { x, y, z };
enum side { side_none, side_load, side_store, side_load_sc, side_store_sc, side_count };
enum order_between { by_fence, by_seq_cst, by_acquire_release, between_count };

static bool side_writes(enum side side)
{
    return side == side_store || side == side_store_sc;
}

static void append_side(struct program *program, int thread, enum side side, int location)
{
    const enum ordo_order order =
        side == side_load_sc || side == side_store_sc ? ordo_seq_cst : ordo_relaxed;

    if (side != side_none)
        append(program, thread,
               (struct instruction){.kind = side_writes(side) ? kind_store : kind_load,
                                    .location = location, .value = thread + 1, .order = order});
}

/* Writes or reads y, then writes or reads x. */
static void append_other_thread(struct program *program, bool y_written, bool x_written,
                                enum order_between how)
{
    const enum ordo_order load = how == by_seq_cst ? ordo_seq_cst
                                 : how == by_acquire_release ? ordo_acquire : ordo_relaxed;
    const enum ordo_order store = how == by_seq_cst ? ordo_seq_cst
                                  : how == by_acquire_release ? ordo_release : ordo_relaxed;

    append(program, 1, (struct instruction){.kind = y_written ? kind_store : kind_load,
                                            .location = y, .value = 2,
                                            .order = y_written ? store : load});
    if (how == by_fence)
        append(program, 1, (struct instruction){.kind = kind_fence, .order = ordo_seq_cst});
    append(program, 1, (struct instruction){.kind = x_written ? kind_store : kind_load,
                                            .location = x, .value = 2,
                                            .order = x_written ? store : load});
}

enum ordo_order failure_promise(enum ordo_order order)
{
    return order == ordo_release ? ordo_relaxed : order == ordo_acq_rel ? ordo_acquire : order;
}

static struct instruction subject(enum kind kind, enum ordo_order order, int location, int expected)
{
    return (struct instruction){
        .kind = kind, .order = order, .failure = kind_compares(kind) ? failure_promise(order) : 0,
        .location = kind == kind_fence ? 0 : location, .value = kind == kind_fetch_add ? 1 : 3,
        .expected = expected};
}

/* thread 0: [first x]; the instruction, on x y or z; [second y]  ||  thread 1: y; x, in order. The
 * instruction stands for `first` if it is on x, for `second` on y. `helper`: a third thread stores
 * the value that a compare expects. */
static bool circle(const struct instruction *code, enum side first, enum side second,
                   bool y_written, bool x_written, enum order_between how, bool helper,
                   struct program *program)
{
    const bool on_x = code->kind != kind_fence && code->location == x;
    const bool on_y = code->kind != kind_fence && code->location == y;

    if (on_x != (first == side_none) || on_y != (second == side_none))
        return false;
    /* Two reads are in no conflict. */
    if (!on_x && !x_written && !side_writes(first))
        return false;
    if (!on_y && !y_written && !side_writes(second))
        return false;
    *program = (struct program){0};
    append_side(program, 0, first, x);
    append(program, 0, *code);
    append_side(program, 0, second, y);
    append_other_thread(program, y_written, x_written, how);
    if (helper)
        append(program, 2, (struct instruction){.kind = kind_store, .location = code->location,
                                                .value = code->expected});
    return true;
}

bool each_directed_program(enum kind kind, enum ordo_order order,
                           bool (*visit)(const struct program *program, void *context),
                           void *context)
{
    struct program program;

    /* A compare of 0 mostly succeeds, one of 7 fails, unless the helper is in time. */
    for (int form = 0; form < (kind_compares(kind) ? 3 : 1); form++)
        for (int location = x; location <= (kind == kind_fence ? x : z); location++) {
            const struct instruction code = subject(kind, order, location, form ? 7 : 0);

            for (int first = 0; first < side_count; first++)
                for (int second = 0; second < side_count; second++)
                    for (int other = 0; other < 4 * between_count; other++)
                        if (circle(&code, (enum side)first, (enum side)second, other & 1,
                                   other >> 1 & 1, (enum order_between)(other >> 2), form == 2,
                                   &program) &&
                            !visit(&program, context))
                            return false;
        }

    /* Atomicity: against itself, and against a store and a load. */
    if (kind == kind_fence)
        return true;
    const struct instruction code = subject(kind, order, x, 0);
    program = (struct program){0};
    append(&program, 0, code);
    append(&program, 1, code);
    if (!visit(&program, context))
        return false;
    program = (struct program){0};
    append(&program, 0, code);
    append(&program, 1, (struct instruction){.kind = kind_store, .location = x, .value = 1});
    append(&program, 1, (struct instruction){.kind = kind_load, .location = x});
    return visit(&program, context);
}
