/* report.c: a failed execution for people: a table with a column for each thread, in an order that
 * follows causes, and the same graph as a picture for Graphviz. Call sites are addresses until
 * here; addr2line gives their source lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"

/* ---- Source lines ---------------------------------------------------------------------------- */

static struct {
    const void *site;
    char text[96];
} known[512];
static unsigned int known_count;

static const char *base_name(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* addr2line lists a line of each inlined function, innermost first: the first one that is not of
 * the public headers is where somebody asked for the operation. */
static void look_up(const void *site, char *text, size_t room)
{
    char command[128], line[1024];

    snprintf(command, sizeof command, "addr2line -i -e /proc/%d/exe %#lx 2> /dev/null",
             (int)getpid(), (unsigned long)(uintptr_t)site - 1);
    snprintf(text, room, "?");
    FILE *const lines = popen(command, "r");
    if (lines == NULL)
        return;
    bool is_found = false;
    while (fgets(line, sizeof line, lines) != NULL) {
        line[strcspn(line, " \n")] = '\0';
        if (!is_found && strchr(line, '?') == NULL)
            snprintf(text, room, "%.*s", (int)room - 1, base_name(line));
        is_found |= strstr(line, "include/ordo/typed.h") == NULL;
    }
    pclose(lines);
}

const char *report_source(const void *site)
{
    if (site == NULL)
        return "?";
    for (unsigned int i = 0; i < known_count; i++)
        if (known[i].site == site)
            return known[i].text;
    const unsigned int i = known_count < sizeof known / sizeof known[0] ? known_count++ : 0;
    known[i].site = site;
    look_up(site, known[i].text, sizeof known[i].text);
    return known[i].text;
}

const char *model_verdict_name(enum model_verdict verdict)
{
    static const char *const names[] = {
        [model_passes] = "passes",
        [model_reached] = "allowed",
        [model_never_reached] = "forbidden",
        [model_assertion] = "assertion",
        [model_data_race] = "data race",
        [model_deadlock] = "deadlock",
        [model_use_after_free] = "use after free",
        [model_double_free] = "double free",
        [model_leak] = "leak",
        [model_misuse] = "misuse",
        [model_unbounded] = "unbounded",
        [model_nondeterminism] = "nondeterminism",
    };
    return names[verdict];
}

/* ---- Events ---------------------------------------------------------------------------------- */

static const char *order_name(const struct event *event)
{
    static const char *const names[] = {"relaxed", "plain", "acquire", "release", "acq_rel",
                                        "seq_cst", "full"};
    return names[order_of(event)];
}

static char object_names[MAX_LOCATIONS][48];

static const char *object_name(uint16_t location)
{
    return object_names[location];
}

static void name_object(unsigned int location, const char *name, unsigned int number)
{
    char suffix[12] = "";

    if (number > 0)
        snprintf(suffix, sizeof suffix, "+%u", number);
    snprintf(object_names[location], sizeof object_names[location],
             memory_size((uint16_t)location) > 0 ? "%.24s%s" : "queue(%.24s%s)", name, suffix);
}

/* Static objects have the name of their symbol; the others are numbered. */
static void name_objects(void)
{
    char command[64], line[512], symbol[400];
    unsigned long long start, size;

    for (unsigned int l = 0; l < graph.locations; l++)
        name_object(l, "object", l);
    snprintf(command, sizeof command, "nm -S /proc/%d/exe 2> /dev/null", (int)getpid());
    FILE *const lines = popen(command, "r");
    if (lines == NULL)
        return;
    while (fgets(line, sizeof line, lines) != NULL) {
        if (sscanf(line, "%llx %llx %*c %399s", &start, &size, symbol) != 3)
            continue;
        for (unsigned int l = 0; l < graph.locations; l++) {
            const unsigned long long at = (uintptr_t)memory_address((uint16_t)l);
            if (at < start || at >= start + size)
                continue;
            name_object(l, symbol, (unsigned int)(at - start));
        }
    }
    pclose(lines);
}

static const char *number(ordo_u128 value)
{
    static char text[48];
    if (value >> 64 != 0)
        snprintf(text, sizeof text, "0x%llx%016llx", (unsigned long long)(value >> 64),
                 (unsigned long long)value);
    else if (value < 4096)
        snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    else
        snprintf(text, sizeof text, "%#llx", (unsigned long long)value);
    return text;
}

/* What the operation is called in C: both orderings of a compare-exchange go without saying. */
static const char *operation_name(const struct step *step)
{
    static char name[40];
    snprintf(name, sizeof name, "%s", step->name);
    char *const pair = strstr(name, "_pair");
    if (pair != NULL)
        *pair = '\0';
    return name;
}

/* How the table and the picture call an event: thread and number. */
static const char *label(event_id id)
{
    static char text[24];
    const struct event *const event = &graph.events[id];
    if (event->thread == MAX_THREADS)
        snprintf(text, sizeof text, "initial %s", object_name(event->step.location));
    else
        snprintf(text, sizeof text, "%u.%u", event->thread, event->index);
    return text;
}

static void describe(event_id id, char *text, size_t room)
{
    const struct event *const event = &graph.events[id];
    const struct step *const step = &event->step;
    int used;

    switch (step->kind) {
    case EVENT_READ:
        used = snprintf(text, room, "%s %s = %s", operation_name(step),
                        object_name(step->location), number(event->value));
        break;
    case EVENT_WRITE:
        used = snprintf(text, room, "%s %s := %s", operation_name(step),
                        object_name(step->location), number(event->value));
        break;
    case EVENT_SPAWN:
    case EVENT_JOIN:
        used = snprintf(text, room, "%s %u", step->name, step->other);
        break;
    case EVENT_CHOICE:
        used = snprintf(text, room, "%s: %s", step->name, number(event->value));
        break;
    default:
        used = snprintf(text, room, "%s", step->name);
    }
    const bool is_ordered = (step->kind == EVENT_READ || step->kind == EVENT_WRITE
                             || step->kind == EVENT_FENCE) && !step->hidden
                            && step->order != NON_ATOMIC;
    if (is_ordered && used > 0 && (size_t)used < room)
        used += snprintf(text + used, room - (size_t)used, " %s", order_name(event));
    if (step->kind == EVENT_READ && used > 0 && (size_t)used < room)
        snprintf(text + used, room - (size_t)used, " <- %s", label(event->from));
}

/* Fills `order` with the events, causes first, threads in turn as far as that allows. */
static unsigned int sort(event_id *order)
{
    unsigned int count = 0, done[MAX_THREADS] = {0};
    bool progress = true;

    while (progress) {
        progress = false;
        for (unsigned int t = 0; t < MAX_THREADS; t++) {
            while (done[t] < graph.length[t]) {
                const event_id id = graph.at[t][done[t] + 1];
                const event_id from = graph.events[id].from;
                if (from != NONE && graph.events[from].thread < MAX_THREADS
                    && graph.events[from].index > done[graph.events[from].thread])
                    break;
                order[count++] = id;
                done[t]++;
                progress = true;
            }
        }
    }
    return count;
}

/* ---- The table ------------------------------------------------------------------------------- */

/* What made it possible to read a store that is not the newest: nothing that happens before the
 * read has written or read a newer one. (Not worth a line: the newer one depends on the read.) */
static void explain_reads(const event_id *order, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++) {
        const event_id id = order[i];
        const struct event *const event = &graph.events[id];
        if (event->step.kind != EVENT_READ || event->step.hidden)
            continue;
        const event_id newer = graph.events[event->from].mo_next;
        if (newer == NONE || within(event, graph.events[newer].causes))
            continue;
        printf("  %s reads ", label(id));
        printf("%s, an old store: nothing orders ", label(event->from));
        printf("the newer %s (%s), or a read of it, before this read\n", label(newer),
               report_source(graph.events[newer].step.site));
    }
}

static void print_synchronisation(const event_id *order, unsigned int count)
{
    bool is_first = true;

    for (unsigned int i = 0; i < count; i++) {
        const struct event *const event = &graph.events[order[i]];
        const struct event *const previous =
            event->previous != NONE ? &graph.events[event->previous] : NULL;
        for (unsigned int t = 0; t < MAX_THREADS; t++) {
            const unsigned int before = previous != NULL ? previous->hb[t] : 0;
            if (t == event->thread || event->hb[t] == before)
                continue;
            printf("%s %u.%u -> %s", is_first ? "  happens before, between threads:" : ",", t,
                   event->hb[t], label(order[i]));
            is_first = false;
        }
    }
    if (!is_first)
        putchar('\n');
}

static void print_objects(void)
{
    for (unsigned int l = 0; l < graph.locations; l++)
        if (memory_size((uint16_t)l) > 0)
            printf("  %s: %u bytes at %p, initially %s\n", object_name((uint16_t)l),
                   memory_size((uint16_t)l), (void *)(uintptr_t)memory_address((uint16_t)l),
                   number(graph.events[l].value));
}

static void print_table(const event_id *order, unsigned int count)
{
    int width[MAX_THREADS] = {0};
    char text[200];

    for (unsigned int t = 0; t < MAX_THREADS; t++)
        if (graph.length[t] > 0)
            width[t] = (int)sizeof "thread 0";
    for (unsigned int i = 0; i < count; i++) {
        const unsigned int t = graph.events[order[i]].thread;
        describe(order[i], text, sizeof text);
        if ((int)strlen(text) > width[t])
            width[t] = (int)strlen(text);
    }
    printf("  %-6s", "");
    for (unsigned int t = 0; t < MAX_THREADS && width[t] > 0; t++)
        printf("  thread %-*u", width[t] - 7, t);
    putchar('\n');
    for (unsigned int i = 0; i < count; i++) {
        const struct event *const event = &graph.events[order[i]];
        describe(order[i], text, sizeof text);
        printf("  %-6s", label(order[i]));
        for (unsigned int t = 0; t < MAX_THREADS && width[t] > 0; t++)
            printf("  %-*s", width[t], t == event->thread ? text : "");
        printf("  %s\n", report_source(event->step.site));
    }
}

/* ---- The picture ----------------------------------------------------------------------------- */

static void write_picture(const struct model_test *test, const char *path)
{
    FILE *const file = fopen(path, "w");
    char text[160];

    if (file == NULL) {
        perror(path);
        return;
    }
    fprintf(file, "// An execution of the model test %s: %s\ndigraph execution {\n"
                  "  node [shape=box, fontname=monospace];\n", test->name, model_failure.text);
    for (unsigned int t = 0; t < MAX_THREADS; t++) {
        if (graph.length[t] == 0)
            continue;
        fprintf(file, "  subgraph cluster_%u {\n    label=\"thread %u\";\n", t, t);
        for (unsigned int i = 1; i <= graph.length[t]; i++) {
            const event_id id = graph.at[t][i];
            describe(id, text, sizeof text);
            fprintf(file, "    e%u [label=\"%u.%u %s\\n%s\"];\n", id, t, i, text,
                    report_source(graph.events[id].step.site));
            if (i > 1)
                fprintf(file, "    e%u -> e%u;\n", graph.at[t][i - 1], id);
        }
        fprintf(file, "  }\n");
    }
    for (unsigned int id = 0; id < graph.count; id++) {
        const struct event *const event = &graph.events[id];
        if (id < graph.locations && event->mo_next != NONE)
            fprintf(file, "  e%u [label=\"initial %s\"];\n", id, object_name((uint16_t)id));
        else if (id < graph.locations)
            continue;
        if (event->from != NONE && graph.events[event->from].thread < MAX_THREADS)
            fprintf(file, "  e%u -> e%u [color=%s, label=\"%s\"];\n", event->from, id,
                    is_acquire(event) ? "blue" : "green",
                    event->step.kind == EVENT_READ ? "rf" : "hb");
        if (event->mo_next != NONE)
            fprintf(file, "  e%u -> e%u [color=red, style=dashed, label=\"mo\"];\n", id,
                    event->mo_next);
    }
    fprintf(file, "}\n");
    fclose(file);
    printf("  picture: %s\n", path);
}

/* ---- A failure ------------------------------------------------------------------------------- */

void report_failure(const struct model_test *test, unsigned long run)
{
    static event_id order[MAX_EVENTS];
    const unsigned int count = sort(order);

    printf("\n%s (%s): %s\n", test->name, base_name(test->file),
           model_verdict_name(model_failure.verdict));
    printf("  %s", report_source(model_failure.site));
    if (model_failure.thread < MAX_THREADS)
        printf(", thread %u", model_failure.thread);
    printf(": %s\n", model_failure.text);
    name_objects();
    print_objects();
    print_table(order, count);
    explain_reads(order, count);
    print_synchronisation(order, count);
    if (model_settings.dot != NULL)
        write_picture(test, model_settings.dot);
    printf("  seed: --replay %s:%lu\n\n", test->name, run);
    fflush(stdout);
}

void report_progress(const struct model_test *test, unsigned long executions, double seconds)
{
    fprintf(stderr, "\r%s: %lu executions, %.0f per second   \r", test->name, executions,
            (double)executions / seconds);
}
