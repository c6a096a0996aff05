/* memory.c: the memory of the code under test: its static data, the stacks of its threads and its
 * heap, all at addresses that are the same in each execution. Plain accesses arrive here through
 * the compiler's -fsanitize=thread (libc.c has the entry points).
 *
 * A plain access is no event of the graph. Each granule of 8 bytes has a list of the accesses that
 * a later one could race with: thread, number of steps the thread had done, bytes. An access that
 * happens before a new one, and is covered by it, is dropped: whatever races with the old one and
 * comes later also races with the new one. Threads run in an order that respects happens-before, so
 * each race is seen at its second access.
 *
 * An object that is also accessed atomically is a location of the graph, and a plain access of it
 * an event, not atomic: a plain load reads the store that the graph says, a plain store is one. The
 * set of locations is learnt; when it grows, the exploration of the test starts again.
 *
 * Freed blocks are not used again in one execution, so an access of one is always seen.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "engine.h"

enum { GRANULE = 8, GAP = 16 };
enum { MAX_BLOCKS = 4096, MAX_RECORDS = 1 << 16, MAX_PENDING = MAX_LOCATIONS };
enum { NULL_PAGE = 4096 };
enum { SLOT = STACK_SIZE + HEAP_SIZE }; /* the memory of a thread: its stack, then its heap */

static char *const base = (char *)(uintptr_t)0x100000000000;
static const size_t extent = (size_t)MAX_THREADS * SLOT;

/* The linker makes these from the sections that the build renames. */
#define SECTION_END __attribute__((weak, visibility("hidden"))) extern char
SECTION_END __start_model_data[], __stop_model_data[], __start_model_bss[], __stop_model_bss[];

struct granule {
    uint32_t execution;  /* the rest is of this one, but for `location` */
    uint32_t first;      /* record, 0: none */
    uint16_t block;      /* + 1 */
    uint8_t live;        /* bytes that are allocated */
    uint16_t location;   /* + 1: the first that touches these bytes; for the whole test */
};

struct record {
    uint32_t next;
    uint8_t thread, bytes;
    bool is_write;
    uint16_t done;
    const void *site;
};

struct block {
    char *start;
    size_t size;
    uint8_t thread;
    uint16_t done; /* when it was allocated */
    bool is_freed;
    const void *site;
};

struct location {
    const char *address;
    unsigned int size;
    bool is_hidden;
    bool is_waited_on; /* and not known otherwise: it may be the half of an object */
    uint16_t next;     /* + 1, in the granule */
};

static struct granule *region_granules, *data_granules;
static char *data_start, *data_end, *data_image;
static uint32_t execution;

static struct record records[MAX_RECORDS];
static uint32_t record_count, free_record; /* used ones; a list of those to use again, 0: none */
static struct block blocks[MAX_BLOCKS];
static unsigned int block_count;
static size_t heap_used[MAX_THREADS];

static struct location locations[MAX_LOCATIONS];
static unsigned int location_count;

/* Plain stores of each thread whose value is to be fetched. */
static struct pending {
    unsigned int count;
    struct {
        unsigned int index; /* of the event in its thread */
        uint16_t location;
    } store[MAX_PENDING];
} pending[MAX_THREADS];

/* ---- Start and reset ------------------------------------------------------------------------- */

static void *reserve(void *at, size_t size)
{
    void *const memory = mmap(at, size, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
                                  | (at != NULL ? MAP_FIXED_NOREPLACE : 0),
                              -1, 0);
    if (memory == MAP_FAILED) {
        perror("model: mmap");
        exit(2);
    }
    return memory;
}

static void start(void)
{
    reserve(base, extent);
    region_granules = reserve(NULL, extent / GRANULE * sizeof *region_granules);

    /* Both sections, and whatever the linker put between them. */
    char *const starts[] = {__start_model_data, __start_model_bss};
    char *const ends[] = {__stop_model_data, __stop_model_bss};
    for (unsigned int i = 0; i < 2; i++) {
        if (starts[i] == ends[i])
            continue;
        data_start = data_start == NULL || starts[i] < data_start ? starts[i] : data_start;
        data_end = ends[i] > data_end ? ends[i] : data_end;
    }
    data_start -= (uintptr_t)data_start % GRANULE;
    const size_t size = (size_t)(data_end - data_start) + GRANULE;
    data_granules = reserve(NULL, (size / GRANULE + 1) * sizeof *data_granules);
    data_image = reserve(NULL, size);
    for (unsigned int i = 0; i < 2; i++)
        if (starts[i] != ends[i])
            memcpy(data_image + (starts[i] - data_start), starts[i],
                   (size_t)(ends[i] - starts[i]));
}

static void restore(char *start, char *end)
{
    if (start != end)
        memcpy(start, data_image + (start - data_start), (size_t)(end - start));
}

void memory_reset(void)
{
    restore(__start_model_data, __stop_model_data);
    restore(__start_model_bss, __stop_model_bss);
    for (unsigned int t = 0; t < MAX_THREADS; t++) {
        memset(base + t * SLOT + STACK_SIZE, 0, heap_used[t]);
        heap_used[t] = 0;
    }
    for (unsigned int t = 0; t < MAX_THREADS; t++)
        pending[t].count = 0;
    record_count = free_record = block_count = 0;
    execution++;
}

void *memory_stack(unsigned int thread, size_t *size)
{
    *size = STACK_SIZE;
    return base + thread * SLOT;
}

static bool is_in_region(const char *address)
{
    return address >= base && address < base + extent;
}

static bool is_in_heap(const char *address)
{
    return is_in_region(address) && (size_t)(address - base) % SLOT >= STACK_SIZE;
}

static bool is_own_stack(const char *address)
{
    return is_in_region(address) && (size_t)(address - base) / SLOT == model_current
           && !is_in_heap(address);
}

/* NULL: not memory of the code under test. */
static struct granule *granule_of(const char *address)
{
    struct granule *granule;

    if (is_in_region(address))
        granule = &region_granules[(size_t)(address - base) / GRANULE];
    else if (address >= data_start && address < data_end)
        granule = &data_granules[(size_t)(address - data_start) / GRANULE];
    else
        return NULL;
    if (granule->execution != execution) {
        granule->execution = execution;
        granule->first = 0;
        granule->block = 0;
        granule->live = 0;
    }
    return granule;
}

/* ---- Locations ------------------------------------------------------------------------------- */

void memory_forget(void)
{
    if (region_granules == NULL)
        start();
    for (unsigned int l = 0; l < location_count; l++)
        if (!locations[l].is_hidden)
            for (unsigned int i = 0; i < locations[l].size; i += GRANULE)
                granule_of(locations[l].address + i)->location = 0;
    location_count = 0;
}

unsigned int memory_locations(void)
{
    return location_count;
}

const volatile void *memory_address(uint16_t location)
{
    return locations[location].address;
}

unsigned int memory_size(uint16_t location)
{
    return locations[location].size;
}

ordo_u128 memory_initial_value(uint16_t location)
{
    const struct location *const l = &locations[location];
    ordo_u128 value = 0;

    if (!l->is_hidden && l->address >= data_start && l->address < data_end)
        memcpy(&value, data_image + (l->address - data_start), l->size);
    return value;
}

__attribute__((noreturn)) static void learn(struct location location)
{
    if (location_count == MAX_LOCATIONS)
        model_fail(model_unbounded, NULL, "more than %d atomic objects", MAX_LOCATIONS);
    struct location *const l = &locations[location_count++];
    *l = location;
    if (!l->is_hidden) {
        for (unsigned int i = 0; i < l->size; i += GRANULE) {
            struct granule *const granule = granule_of(l->address + i);
            if (i == 0)
                l->next = granule->location;
            granule->location = (uint16_t)location_count;
        }
    }
    model_relearn();
}

static void check_heap(const char *address, unsigned int size, const struct granule *granule,
                       const void *site)
{
    const unsigned int offset = (unsigned int)((uintptr_t)address % GRANULE);
    const unsigned int bytes = ((1u << (size > GRANULE ? GRANULE : size)) - 1) << offset;

    if (!is_in_heap(address) || (bytes & ~(unsigned int)granule->live & 0xff) == 0)
        return;
    if (granule->block > 0 && blocks[granule->block - 1].is_freed)
        model_fail(model_use_after_free, site, "use of freed memory, allocated at %s",
                   report_source(blocks[granule->block - 1].site));
    model_fail(model_use_after_free, site, "use of memory that is not allocated");
}

/* An allocation happens before every use of the block. */
static void check_allocation(const struct granule *granule, const void *site)
{
    if (granule->block == 0)
        return;
    const struct block *const block = &blocks[granule->block - 1];
    if (block->thread != model_current && block->done >= model_now()[block->thread])
        model_fail(model_data_race, site,
                   "atomic access that is not ordered after its allocation at %s",
                   report_source(block->site));
}

/* `is_wait`: it is a futex word that is looked at, and may turn out to be the half of an object. */
static uint16_t locate(const char *address, unsigned int size, bool is_wait, const void *site)
{
    struct granule *const granule = granule_of(address);

    if (granule == NULL)
        model_fail(model_misuse, site, "atomic access of memory that is not the test's: %p",
                   (const void *)address);
    if ((uintptr_t)address % size != 0)
        model_fail(model_misuse, site, "atomic access that is not aligned");
    check_heap(address, size, granule, site);
    for (unsigned int i = 0; i < size; i += GRANULE) {
        unsigned int l = granule_of(address + i)->location;
        for (; l > 0; l = locations[l - 1].next) {
            struct location *const known = &locations[l - 1];
            if (known->address == address && known->size == size) {
                check_allocation(granule, site);
                known->is_waited_on &= is_wait;
                return (uint16_t)(l - 1);
            }
            if (known->address >= address + size || address >= known->address + known->size)
                continue;
            if (known->is_waited_on && size == GRANULE) {
                known->address = address;
                known->size = size;
                known->is_waited_on = false;
                model_relearn();
            }
            model_fail(model_misuse, site, "atomic accesses of different sizes overlap");
        }
    }
    learn((struct location){.address = address, .size = size, .is_waited_on = is_wait});
}

uint16_t memory_location(const volatile void *object, unsigned int size, const void *site)
{
    return locate((const char *)object, size, false, site);
}

uint16_t memory_word_location(const volatile void *word, unsigned int *shift, const void *site)
{
    const char *const address = (const char *)word;
    struct granule *const granule = granule_of(address);

    for (unsigned int l = granule != NULL ? granule->location : 0; l > 0;
         l = locations[l - 1].next) {
        const struct location *const known = &locations[l - 1];
        if (known->size == GRANULE && (uintptr_t)address % sizeof(uint32_t) == 0) {
            *shift = 8 * (unsigned int)(address - known->address);
            return locate(known->address, GRANULE, true, site);
        }
    }
    *shift = 0;
    return locate(address, sizeof(uint32_t), true, site);
}

uint16_t memory_hidden_location(const volatile void *object)
{
    for (unsigned int l = 0; l < location_count; l++)
        if (locations[l].is_hidden && locations[l].address == (const char *)object)
            return (uint16_t)l;
    learn((struct location){.address = (const char *)object, .is_hidden = true});
}

/* ---- Plain accesses -------------------------------------------------------------------------- */

static void put_value(const struct location *l, ordo_u128 value)
{
    memcpy((char *)(uintptr_t)l->address, &value, l->size);
}

/* A plain access of an atomic object. Before a store, memory gets what the store may replace in
 * part; its own value is fetched by memory_settle. */
static void access_location(uint16_t location, bool is_write, const void *site)
{
    const struct location *const l = &locations[location];
    const struct event *const event =
        model_step(&(struct step){.kind = is_write ? EVENT_WRITE : EVENT_READ, .order = NON_ATOMIC,
                                  .failure = NON_ATOMIC, .location = location, .word = NONE,
                                  .size = (uint8_t)l->size,
                                  .name = is_write ? "plain store" : "plain load", .site = site});
    if (!is_write) {
        put_value(l, event->value);
        return;
    }
    put_value(l, graph.events[event->mo_previous].value);
    struct pending *const mine = &pending[model_current];
    if (mine->count == MAX_PENDING)
        model_fail(model_misuse, site, "a plain store to more than %d atomic objects", MAX_PENDING);
    mine->store[mine->count].index = event->index;
    mine->store[mine->count++].location = location;
}

void memory_settle(void)
{
    struct pending *const mine = &pending[model_current];

    for (unsigned int i = 0; i < mine->count; i++) {
        const struct location *const l = &locations[mine->store[i].location];
        struct event *const event = &graph.events[graph.at[model_current][mine->store[i].index]];
        ordo_u128 value = 0;

        memcpy(&value, l->address, l->size);
        if (event->settled && event->value != value)
            model_fail(model_nondeterminism, event->step.site,
                       "the test is not deterministic: this plain store stored %#llx, and with "
                       "the same past %#llx before",
                       (unsigned long long)value, (unsigned long long)event->value);
        event->value = value;
        event->settled = true;
    }
    mine->count = 0;
}

static bool is_ordered(unsigned int thread, unsigned int done, clocks now)
{
    return thread == model_current || done < now[thread];
}

/* The bytes of a granule that are no atomic object. */
static void access_granule(struct granule *granule, unsigned int bytes, bool is_write,
                           const void *site)
{
    const clocks now = model_now();
    uint32_t *link = &granule->first;

    while (*link != 0) {
        struct record *const old = &records[*link - 1];
        const bool conflicts = (old->bytes & bytes) != 0 && (old->is_write || is_write);
        const bool ordered = is_ordered(old->thread, old->done, now);
        if (conflicts && !ordered)
            model_fail(model_data_race, site,
                       "plain %s here and plain %s by thread %u at %s are not ordered",
                       is_write ? "store" : "load", old->is_write ? "store" : "load", old->thread,
                       report_source(old->site));
        if (ordered && (old->bytes & ~bytes) == 0 && (is_write || !old->is_write)) {
            const uint32_t dropped = *link;
            *link = old->next;
            old->next = free_record;
            free_record = dropped;
        } else {
            link = &old->next;
        }
    }
    uint32_t record = free_record;
    if (record != 0)
        free_record = records[record - 1].next;
    else if (record_count < MAX_RECORDS)
        record = ++record_count;
    else
        model_fail(model_unbounded, site, "more than %d plain accesses to remember", MAX_RECORDS);
    records[record - 1] = (struct record){granule->first, (uint8_t)model_current, (uint8_t)bytes,
                                          is_write, (uint16_t)model_done(), site};
    granule->first = record;
}

void memory_access(const volatile void *object, size_t size, bool is_write, const void *site)
{
    const char *const start = (const char *)object, *const end = start + size;

    if (model_current == MAX_THREADS || size == 0)
        return;
    memory_settle();
    model_count_access(site);
    for (const char *at = start - (uintptr_t)start % GRANULE; at < end; at += GRANULE) {
        struct granule *const granule = granule_of(at < start ? start : at);
        if (granule == NULL && is_write)
            model_fail(model_misuse, site, "plain store to memory that is not the test's: %p",
                       (const void *)start);
        if (granule == NULL && (uintptr_t)start < NULL_PAGE)
            model_fail(model_misuse, site, "plain load through a null pointer: %p",
                       (const void *)start);
        if (granule == NULL)
            continue; /* constants */
        const char *const first = at < start ? start : at;
        const char *const last = at + GRANULE < end ? at + GRANULE : end;
        unsigned int bytes = ((1u << (last - first)) - 1) << (first - at);

        check_heap(first, (unsigned int)(last - first), granule, site);
        for (unsigned int l = granule->location; l > 0; l = locations[l - 1].next) {
            const struct location *const known = &locations[l - 1];
            if (known->address >= last || known->address + known->size <= first)
                continue;
            if (known->address >= at || first == start) /* else done in the granule before */
                access_location((uint16_t)(l - 1), is_write, site);
            for (const char *byte = first; byte < last; byte++)
                if (byte >= known->address && byte < known->address + known->size)
                    bytes &= ~(1u << (byte - at));
        }
        if (bytes != 0)
            access_granule(granule, bytes, is_write, site);
    }
    if (is_write && !is_own_stack(start))
        model_has_written();
}

/* ---- Heap ------------------------------------------------------------------------------------ */

void *memory_allocate(size_t size, size_t alignment, bool zero, const void *site)
{
    const unsigned int t = model_current;
    char *const heap = base + t * SLOT + STACK_SIZE;
    size_t from = heap_used[t] + GAP;

    memory_settle();
    if (model_take(CHOICE_ALLOCATION, 2, "allocation", site) != 0)
        return NULL;
    alignment = alignment < 16 ? 16 : alignment;
    from += (alignment - from % alignment) % alignment;
    if (size > HEAP_SIZE || from + size + GAP > HEAP_SIZE || block_count == MAX_BLOCKS)
        model_fail(model_unbounded, site, "a thread may allocate %d bytes", HEAP_SIZE);
    heap_used[t] = from + size;
    blocks[block_count++] = (struct block){heap + from, size, (uint8_t)t, (uint16_t)model_done(),
                                           false, site};
    if (!zero)
        memset(heap + from, 0xa5, size);
    for (size_t i = 0; i < size; i += GRANULE) {
        struct granule *const granule = granule_of(heap + from + i);
        const unsigned int bytes = size - i < GRANULE ? (1u << (size - i)) - 1 : 0xff;
        granule->block = (uint16_t)block_count;
        granule->live = (uint8_t)bytes;
        access_granule(granule, bytes, true, site);
    }
    return heap + from;
}

static struct block *block_at(const char *start)
{
    for (unsigned int b = 0; b < block_count; b++)
        if (blocks[b].start == start)
            return &blocks[b];
    return NULL;
}

size_t memory_block_size(const void *start)
{
    const struct block *const block = block_at(start);
    return block != NULL ? block->size : 0;
}

/* A free is a write to every byte: it has to come after all accesses. */
static void check_free(const struct granule *granule, const void *site)
{
    const clocks now = model_now();

    for (uint32_t r = granule->first; r != 0; r = records[r - 1].next)
        if (!is_ordered(records[r - 1].thread, records[r - 1].done, now))
            model_fail(model_use_after_free, site,
                       "freed here, not ordered after the access by thread %u at %s",
                       records[r - 1].thread, report_source(records[r - 1].site));
    for (unsigned int l = granule->location; l > 0; l = locations[l - 1].next)
        for (event_id id = graph.newest[l - 1]; id != NONE; id = graph.events[id].neighbour)
            if (model_has_reached(id) && !within(&graph.events[id], now))
                model_fail(model_use_after_free, site,
                           "freed here, not ordered after the %s by thread %u at %s",
                           graph.events[id].step.name, graph.events[id].thread,
                           report_source(graph.events[id].step.site));
}

void memory_free(void *start, const void *site)
{
    struct block *const block = block_at(start);

    memory_settle();
    if (start == NULL)
        return;
    if (block == NULL)
        model_fail(model_misuse, site, "free of what was not allocated");
    if (block->is_freed)
        model_fail(model_double_free, site, "freed twice; allocated at %s",
                   report_source(block->site));
    for (size_t i = 0; i < block->size; i += GRANULE) {
        struct granule *const granule = granule_of(block->start + i);
        check_free(granule, site);
        granule->live = 0;
    }
    block->is_freed = true;
    model_has_written();
}

const void *memory_leak(void)
{
    for (unsigned int b = 0; b < block_count; b++)
        if (!blocks[b].is_freed)
            return blocks[b].site;
    return NULL;
}
