/* differential.c: the same calls through two libraries with libatomic's ABI, GCC's and ours.
 *
 *     differential [--seed=N] [--calls=N] [--only=SYMBOL] [--limit=SECONDS] [--lenient] [--counts]
 *         THEIRS OURS
 *     differential --list
 *
 * Each side has its own copy of the memory that the calls work on, and the copies start equal. A
 * call is drawn, done on both sides, and everything it could have changed is compared: the result,
 * the object, the other arguments in memory, their neighbours, floating-point exceptions. Memory
 * carries over to the next call, so what is compared are sequences, not single calls. GCC's library
 * is the oracle for values; nothing here repeats what an operation should do. What GCC's library
 * does not promise either is asked of ours by itself: kept registers, results that are
 * zero-extended to 32 bits, bools that are 0 or 1, loads of constants. (Not with --lenient, for
 * GCC's library in the place of ours.)
 *
 * Calls go through the trampoline of the arch suite, which sets each argument register: above
 * narrow values and orderings there is junk. Of 16-byte calls every other one is a plain C call
 * with unsigned __int128, so that the compiler says in which registers its halves travel.
 *
 * Objects lie anywhere in memory that ends at pages without access on both sides, often at the very
 * ends: reading a byte too many is a crash, and the handler says in which call. A call that does
 * not come back, because a lock was left taken, is found by the alarm in the same way.
 *
 * First come all pairs of orderings of every symbol and all misalignments of generic sizes 0 to 40,
 * then as many random calls as asked for. The seed, which is printed, repeats a run. */
#include <errno.h>
#include <fenv.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../arch/call.h"
#include "libatomic.h"
#include "random.h"

enum {
    region_size = 1 << 16,      /* a multiple of every page size there is */
    neighbourhood = 64,         /* compared after each call on both sides of what it works on */
    largest_sweep = 40,         /* generic sizes of which each misalignment is tried */
    orders = 6,                 /* relaxed, consume, acquire, release, acq_rel, seq_cst */
};

/* The memory of one side: the object, and two more arguments. */
enum region { object, first, second, region_count };

struct side {
    struct abi_library library;
    unsigned char *regions[region_count];
    uint64_t result;            /* a value or bool, as the register holds it */
    uint64_t high;              /* the upper half of a 16-byte value */
    int exceptions;
    struct call call;
};

static struct side theirs, ours;
static bool lenient;
static uint64_t seed, state;

/* One call, the same for both sides. */
struct request {
    size_t index;               /* in abi_symbols */
    size_t size;
    size_t offsets[region_count];
    value operand;
    int success, failure;       /* `success` is the only ordering of most, or exceptions to raise */
    bool null_object;           /* is_lock_free: of any object */
    bool in_place;              /* exchange: the result goes where the value is; compare: the same
                                   place holds the expected and the desired value */
    bool read_only;             /* a load: the object is, for ours */
    bool plain;                 /* not through the trampoline */
    uint64_t junk;
};

static struct request request; /* the last one; file scope for the handler */
static unsigned long call_number, calls[abi_symbol_count];

static uint64_t draw(void)
{
    return random_next(&state);
}

static uint64_t below(uint64_t bound)
{
    return draw() % bound;
}

/* Whether the CPU has a load of 16 bytes. */
static bool loads_16_bytes(void)
{
#if defined __x86_64__
    return __builtin_cpu_supports("avx") && (__builtin_cpu_is("intel") || __builtin_cpu_is("amd"));
#else
    return (getauxval(AT_HWCAP) & HWCAP_USCAT) != 0;
#endif
}

/* ---- drawing a call ------------------------------------------------------------------------- */

static enum abi_kind kind_of(const struct request *r)
{
    return abi_symbols[r->index].kind;
}

static bool is_generic(enum abi_kind kind)
{
    return kind >= abi_generic_load && kind <= abi_is_lock_free;
}

/* HLE prefixes are x86 hints in two bits above the ordering; GCC passes them on. */
static int draw_order(void)
{
    int order = (int)below(orders);
#ifdef __ATOMIC_HLE_ACQUIRE
    if (below(16) == 0)
        order |= below(2) == 0 ? __ATOMIC_HLE_ACQUIRE : __ATOMIC_HLE_RELEASE;
#endif
    return order;
}

/* Where something of this size lies: at the start, at the end, or around the end of a page. */
static size_t draw_offset(size_t size, size_t alignment)
{
    size_t last = region_size - size, offset;
    switch (below(4)) {
    case 0: offset = below(32); break;
    case 1: offset = last - below(32); break;
    default: offset = region_size / 4 - 64 + below(128); break;
    }
    return offset / alignment * alignment;
}

static size_t draw_size(void)
{
    static const size_t big[] = {41, 48, 63, 64, 65, 100, 128, 255, 1024, 1025, 4096, 5000, 12289};
    uint64_t choice = below(8);
    if (choice == 0)
        return big[below(sizeof big / sizeof big[0])];
    if (choice < 4)
        return (size_t)1 << below(6);
    return below(largest_sweep + 1);
}

static value draw_value(void)
{
    static const uint64_t edges[] = {0, 1, 2, UINT64_MAX, 0x5555555555555555, 0x7fffffffffffffff,
                                     0x8000000000000000, 0x8000000080008080, 0x7f7f7f7f};
    enum { edge_count = sizeof edges / sizeof edges[0] };
    uint64_t choice = below(4);
    value high = choice == 0 ? edges[below(edge_count)] : draw();
    return high << 64 | (choice < 2 ? edges[below(edge_count)] : draw());
}

/* A load of a constant must work, but where all that the CPU has for it is a compare-exchange. */
static bool can_be_read_only(const struct request *r)
{
    enum abi_kind kind = kind_of(r);
    if (kind != abi_load && kind != abi_generic_load)
        return false;
    bool inside_8 = r->offsets[object] % 8 + r->size <= 8;
    bool inside_16 = r->offsets[object] % 16 + r->size <= 16;
    return inside_8 || !inside_16 || loads_16_bytes();
}

static struct request draw_request(size_t index)
{
    const struct abi_symbol *symbol = &abi_symbols[index];
    struct request r = {.index = index, .operand = draw_value(), .junk = draw()};
    r.success = symbol->kind == abi_raise ? (int)draw() : draw_order();
    r.failure = draw_order();
    r.null_object = below(4) == 0;
    r.in_place = below(8) == 0;
    r.plain = symbol->size == 16 && below(2) == 0;
    r.size = is_generic(symbol->kind) ? draw_size() : symbol->size;
    for (enum region i = object; i < region_count; i++) {
        bool aligned = !is_generic(symbol->kind) || below(2) == 0;
        size_t alignment = 1;
        while (aligned && alignment < r.size && alignment < 64)
            alignment *= 2;
        r.offsets[i] = draw_offset(r.size, alignment);
    }
    return r;
}

/* ---- the memory before a call --------------------------------------------------------------- */

static void put(enum region region, size_t offset, const void *bytes, size_t size)
{
    memcpy(theirs.regions[region] + offset, bytes, size);
    memcpy(ours.regions[region] + offset, bytes, size);
}

static void put_random(enum region region, size_t offset, size_t size)
{
    for (size_t done = 0; done < size; done += sizeof(value)) {
        value bits = draw_value();
        put(region, offset + done, &bits, size - done < sizeof bits ? size - done : sizeof bits);
    }
}

/* A compare finds what it expects half of the time, else often all but one bit of it. */
static void put_expected(const struct request *r)
{
    uint64_t choice = below(8);
    if (choice < 2) {
        put_random(first, r->offsets[first], r->size);
        return;
    }
    put(first, r->offsets[first], theirs.regions[object] + r->offsets[object], r->size);
    if (choice < 4 && r->size != 0) {
        size_t offset = r->offsets[first] + below(r->size);
        unsigned char byte = theirs.regions[first][offset] ^ (unsigned char)(1 << below(8));
        put(first, offset, &byte, 1);
    }
}

static void prepare(const struct request *r)
{
    if (below(4) == 0)
        put_random(object, r->offsets[object], r->size);
    if (kind_of(r) == abi_compare || kind_of(r) == abi_generic_compare)
        put_expected(r);
    else
        put_random(first, r->offsets[first], r->size);
    put_random(second, r->offsets[second], r->size);
    /* A flag or a byte that is tested and set is clear or set, half of the time each. */
    static const unsigned char clear = 0;
    bool is_flag = kind_of(r) == abi_flag_set || kind_of(r) == abi_flag_set_explicit;
    if ((is_flag || kind_of(r) == abi_test_and_set) && below(2) == 0)
        put(object, r->offsets[object], &clear, 1);
}

/* ---- one call on one side ------------------------------------------------------------------- */

static void *place(struct side *side, const struct request *r, enum region region)
{
    return side->regions[region] + r->offsets[region];
}

/* The registers of the arguments, one after the other; `next` is the first that is free. */
struct argument_registers {
    uint64_t *next, *first, junk;
};

static void add_word(struct argument_registers *registers, uint64_t word)
{
    *registers->next++ = word;
}

static void add_place(struct argument_registers *registers, const void *place)
{
    add_word(registers, (uintptr_t)place);
}

static void add_int(struct argument_registers *registers, int number)
{
    add_word(registers, (uint32_t)number | registers->junk << 32);
}

/* A narrow value as drawn, with bits above its width. */
static void add_value(struct argument_registers *registers, const struct request *r)
{
    if (r->size == 16)
        registers->next += (registers->next - registers->first) % pair_alignment;
    add_word(registers, (uint64_t)r->operand);
    if (r->size == 16)
        add_word(registers, (uint64_t)(r->operand >> 64));
}

/* In the order of the prototypes (libatomic.h). */
static void add_arguments(struct side *side, const struct request *r)
{
    struct argument_registers list = {side->call.arguments, side->call.arguments, r->junk};
    enum abi_kind kind = kind_of(r);
    if (is_generic(kind))
        add_word(&list, r->size);
    if (kind == abi_is_lock_free && r->null_object)
        add_place(&list, NULL);
    else if (kind != abi_raise && kind != abi_fence)
        add_place(&list, place(side, r, object));
    if (kind == abi_compare || (is_generic(kind) && kind != abi_is_lock_free))
        add_place(&list, place(side, r, first));
    if (kind == abi_generic_exchange || kind == abi_generic_compare)
        add_place(&list, place(side, r, r->in_place ? first : second));
    if (kind == abi_store || kind == abi_fetch || kind == abi_compare)
        add_value(&list, r);
    if (kind != abi_is_lock_free && kind != abi_flag_set && kind != abi_flag_clear)
        add_int(&list, r->success);
    if (kind == abi_compare || kind == abi_generic_compare)
        add_int(&list, r->failure);
}

static void call_plainly(struct side *side, const struct request *r)
{
    void (*function)(void) = side->library.functions[r->index];
    void *at = place(side, r, object);
    value result = 0;
    switch (kind_of(r)) {
    case abi_load:
        result = ((value (*)(void *, int))function)(at, r->success);
        break;
    case abi_store:
        ((void (*)(void *, value, int))function)(at, r->operand, r->success);
        break;
    case abi_fetch:
        result = ((value (*)(void *, value, int))function)(at, r->operand, r->success);
        break;
    case abi_compare:
        result = ((bool (*)(void *, void *, value, int, int))function)(
            at, place(side, r, first), r->operand, r->success, r->failure);
        break;
    default:
        result = ((bool (*)(void *, int))function)(at, r->success);
        break;
    }
    side->result = (uint64_t)result;
    side->high = (uint64_t)(result >> 64);
}

static void call_through_trampoline(struct side *side, const struct request *r)
{
    struct call *call = &side->call;
    call->junk = r->junk;
    for (unsigned i = 0; i < 6; i++)
        call->arguments[i] = random_mix(r->junk + i);
    for (unsigned i = 0; i < kept_registers; i++)
        call->before[i] = random_mix(r->junk + 6 + i);
    add_arguments(side, r);
    test_call(side->library.functions[r->index], call);
    side->result = call->result[0];
    side->high = call->result[1];
}

/* All exceptions that are raised; glibc does not name the denormal one of x86. */
static int raised(void)
{
    int found = fetestexcept(FE_ALL_EXCEPT);
#ifdef __x86_64__
    unsigned control;
    unsigned short status;
    __asm__ volatile("stmxcsr %0; fnstsw %1" : "=m"(control), "=m"(status));
    found |= (int)((control | status) & 2);
#endif
    return found;
}

static void call_on(struct side *side, const struct request *r)
{
    feclearexcept(FE_ALL_EXCEPT);
#ifdef __x86_64__
    __asm__ volatile("fnclex" ::: "memory");
    unsigned control;
    __asm__ volatile("stmxcsr %0" : "=m"(control));
    control &= ~2U;
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
#endif
    if (r->plain)
        call_plainly(side, r);
    else
        call_through_trampoline(side, r);
    side->exceptions = raised();
}

/* ---- comparing ------------------------------------------------------------------------------ */

static void print_request(FILE *out, const struct request *r)
{
    fprintf(out, "differential: seed %" PRIu64 ", call %lu: %s", seed, call_number,
            abi_symbols[r->index].name);
    fprintf(out, " (size %zu, object at page + %zu, arguments at %zu and %zu, value %016" PRIx64
            "%016" PRIx64 ", orderings %d %d%s%s%s%s)\n",
            r->size, r->offsets[object], r->offsets[first], r->offsets[second],
            (uint64_t)(r->operand >> 64), (uint64_t)r->operand, r->success, r->failure,
            r->plain ? ", plain call" : "", r->in_place ? ", in place" : "",
            r->null_object ? ", null" : "", r->read_only ? ", read-only" : "");
}

static void print_bytes(const char *who, const unsigned char *bytes, size_t size)
{
    printf("    %s", who);
    for (size_t i = 0; i < size && i < 64; i++)
        printf("%s%02x", i % 8 == 0 ? " " : "", bytes[i]);
    printf("\n");
}

static bool differ(const struct request *r, const char *what)
{
    fflush(stdout);
    print_request(stdout, r);
    printf("    %s\n", what);
    return false;
}

static bool same_memory(const struct request *r, bool all)
{
    static const char *const names[region_count] = {
        "the object", "*expected, the value or the result", "the desired value or the result"};
    for (enum region i = object; i < region_count; i++) {
        size_t from = 0, to = region_size, wide = r->offsets[i] + r->size + neighbourhood;
        if (!all && r->offsets[i] > neighbourhood)
            from = r->offsets[i] - neighbourhood;
        if (!all && wide < region_size)
            to = wide;
        const unsigned char *a = theirs.regions[i], *b = ours.regions[i];
        if (memcmp(a + from, b + from, to - from) == 0)
            continue;
        while (a[from] == b[from])
            from++;
        char what[128];
        bool outside = from < r->offsets[i] || from >= r->offsets[i] + r->size;
        snprintf(what, sizeof what, "%s%s: the first byte that differs is at page + %zu",
                 outside ? "outside of " : "", names[i], from);
        differ(r, what);
        print_bytes("theirs", a + from, region_size - from);
        print_bytes("ours  ", b + from, region_size - from);
        return false;
    }
    return true;
}

enum result_type { no_result, a_bool, a_value };

static enum result_type result_type(const struct request *r)
{
    switch (kind_of(r)) {
    case abi_load:
    case abi_fetch:
        return a_value;
    case abi_compare:
    case abi_test_and_set:
    case abi_generic_compare:
    case abi_is_lock_free:
    case abi_flag_set:
    case abi_flag_set_explicit:
        return a_bool;
    default:
        return no_result;
    }
}

/* The differences of is_lock_free that are allowed, how often they were met, and why. */
enum { sixteen, in_sixteen, part_of_word, reasons };
static const struct {
    const char *what;
    bool ours;                  /* what our answer is */
} allowed[reasons] = {
    /* On ARM64 GCC's takes a lock. On x86-64 it takes none, but does not call lock-free what loads
     * by a cmpxchg16b, which cannot read constants. */
    [sixteen] = {"16 bytes: ours alone", true},
    /* The same of what lies inside 16 aligned bytes. */
    [in_sixteen] = {"inside of 16 bytes: ours alone", true},
    /* 3 bytes, or 2 at an odd address: the word around them can be changed instead. Who takes the
     * lock for it must say so. */
    [part_of_word] = {"inside of a word: theirs alone", false},
};
static unsigned long met[reasons];

static bool allowed_answers(const struct request *r)
{
    size_t offset = r->null_object ? 0 : r->offsets[object] % 16;
    if (offset + r->size > 16)
        return false;
    bool whole = r->size != 0 && (r->size & (r->size - 1)) == 0 && offset % r->size == 0;
    int reason = !whole ? (ours.result != 0 ? in_sixteen : part_of_word) : sixteen;
    if ((whole && r->size != 16) || (ours.result != 0) != allowed[reason].ours)
        return false;
    met[reason]++;
    return true;
}

/* GCC's test_and_set returns the byte that it found, which is no bool where others wrote it. */
static void make_bool(struct side *side)
{
    side->result = (uint8_t)side->result != 0;
}

static bool same_result(const struct request *r)
{
    char what[160];
    enum result_type type = result_type(r);
    size_t width = type == no_result ? 0 : type == a_bool ? 1 : r->size;
    uint64_t mask = width == 0 ? 0 : width >= 8 ? UINT64_MAX : ((uint64_t)1 << width * 8) - 1;
    if (type == a_bool) {
        make_bool(&theirs);
        if (lenient)
            make_bool(&ours);
    }
    bool same = ((theirs.result ^ ours.result) & mask) == 0 &&
                (width < 16 || theirs.high == ours.high);
    if (!same && kind_of(r) == abi_is_lock_free && allowed_answers(r))
        return true;
    if (!same) {
        snprintf(what, sizeof what, "result: theirs %016" PRIx64 ":%016" PRIx64 ", ours %016"
                 PRIx64 ":%016" PRIx64, width < 16 ? 0 : theirs.high, theirs.result & mask,
                 width < 16 ? 0 : ours.high, ours.result & mask);
        return differ(r, what);
    }
    if (!lenient && type == a_value && width < 4 &&
        (uint32_t)ours.result != (ours.result & mask)) {
        snprintf(what, sizeof what, "result is not zero-extended: %08" PRIx32,
                 (uint32_t)ours.result);
        return differ(r, what);
    }
    return true;
}

static bool kept_registers_are_kept(const struct request *r)
{
    char what[64];
    for (unsigned i = 0; !r->plain && i < kept_registers; i++)
        if (ours.call.before[i] != ours.call.after[i]) {
            snprintf(what, sizeof what, "changes %s", kept_names[i]);
            return differ(r, what);
        }
    return true;
}

/* C lets overflow and underflow raise inexact too, or not. */
static bool same_exceptions(const struct request *r)
{
    int difference = theirs.exceptions ^ ours.exceptions;
    if ((ours.exceptions & (FE_OVERFLOW | FE_UNDERFLOW)) != 0 && (r->success & FE_INEXACT) == 0)
        difference &= ~FE_INEXACT;
    if (difference == 0)
        return true;
    char what[96];
    snprintf(what, sizeof what, "floating-point exceptions: theirs %#x, ours %#x",
             (unsigned)theirs.exceptions, (unsigned)ours.exceptions);
    return differ(r, what);
}

/* Whether both sides did the same. */
static bool compare(struct request r)
{
    request = r;
    call_number++;
    calls[r.index]++;
    request.read_only = below(8) == 0 && !lenient && can_be_read_only(&request);
    prepare(&request);
    call_on(&theirs, &request);
    if (request.read_only)
        mprotect(ours.regions[object], region_size, PROT_READ);
    call_on(&ours, &request);
    if (request.read_only)
        mprotect(ours.regions[object], region_size, PROT_READ | PROT_WRITE);
    return same_result(&request) && same_memory(&request, call_number % 1024 == 0) &&
           kept_registers_are_kept(&request) && same_exceptions(&request);
}

/* ---- runs ----------------------------------------------------------------------------------- */

/* Each pair of orderings four times, at random places with random values. */
static bool sweep_orders(size_t index)
{
    for (int i = 0; i < orders * orders * 4; i++) {
        struct request r = draw_request(index);
        if (abi_symbols[index].kind == abi_raise)
            r.success = i;
        else
            r.success = i % orders;
        r.failure = i / orders % orders;
        if (!compare(r))
            return false;
    }
    return true;
}

static bool sweep_misalignments(size_t index)
{
    for (size_t size = 0; size <= largest_sweep; size++)
        for (size_t misalignment = 0; misalignment < 16; misalignment++) {
            struct request r = draw_request(index);
            r.size = size;
            r.offsets[object] = region_size / 2 + misalignment;
            for (enum region i = first; i < region_count; i++)
                r.offsets[i] = draw_offset(size, 1);
            if (!compare(r))
                return false;
        }
    return true;
}

static bool run(unsigned long random_calls, size_t only)
{
    for (size_t i = 0; i < abi_symbol_count; i++) {
        if (only != abi_symbol_count && i != only)
            continue;
        if (!sweep_orders(i) || (is_generic(abi_symbols[i].kind) && !sweep_misalignments(i)))
            return false;
    }
    for (unsigned long i = 0; i < random_calls; i++)
        if (!compare(draw_request(only != abi_symbol_count ? only : below(abi_symbol_count))))
            return false;
    request.size = 0;
    return same_memory(&request, true);
}

/* ---- start and end -------------------------------------------------------------------------- */

static void on_signal(int signal_number)
{
    print_request(stderr, &request);
    fprintf(stderr, "    %s\n", signal_number == SIGALRM ? "has not returned in time"
                                                         : strsignal(signal_number));
    _exit(1);
}

/* `limit` seconds are for the whole run, against calls that never return. */
static void watch_signals(unsigned limit)
{
    /* On its own stack, for the stack pointer may be what is wrong. */
    static unsigned char stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
    alarm(limit);
}

/* Between two pages, here as large as a region, that cannot be accessed. */
static unsigned char *map_region(void)
{
    unsigned char *pages = mmap(NULL, 3 * (size_t)region_size, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED ||
        mprotect(pages + region_size, region_size, PROT_READ | PROT_WRITE) != 0) {
        fprintf(stderr, "differential: cannot map memory: %s\n", strerror(errno));
        exit(1);
    }
    return pages + region_size;
}

static unsigned long number_argument(const char *name, const char *text)
{
    char *end;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || *text == '-') {
        fprintf(stderr, "differential: --%s wants a number, not %s\n", name, text);
        exit(2);
    }
    return (unsigned long)parsed;
}

static void list_symbols(void)
{
    for (size_t i = 0; i < abi_symbol_count; i++)
        printf("%s@@%s\n", abi_symbols[i].name, abi_symbols[i].version);
}

int main(int count, char **arguments)
{
    static const struct option options[] = {
        {"seed", required_argument, NULL, 's'}, {"calls", required_argument, NULL, 'c'},
        {"only", required_argument, NULL, 'o'}, {"limit", required_argument, NULL, 't'},
        {"lenient", no_argument, NULL, 'L'},    {"counts", no_argument, NULL, 'n'},
        {"list", no_argument, NULL, 'l'},       {NULL, 0, NULL, 0}};
    unsigned long random_calls = 200000, limit = 600;
    const char *only_name = NULL;
    bool list = false, counts = false;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    seed = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;)
        switch (option) {
        case 's': seed = number_argument("seed", optarg); break;
        case 'c': random_calls = number_argument("calls", optarg); break;
        case 'o': only_name = optarg; break;
        case 't': limit = number_argument("limit", optarg); break;
        case 'L': lenient = true; break;
        case 'l': list = true; break;
        case 'n': counts = true; break;
        default: return 2;
        }
    if (list) {
        list_symbols();
        return 0;
    }
    if (count - optind != 2) {
        fprintf(stderr, "differential: give two libraries, the oracle first: "
                        "differential [OPTIONS] libatomic.so.1 libordo-atomic.so\n");
        return 2;
    }
    abi_open(&theirs.library, arguments[optind]);
    abi_open(&ours.library, arguments[optind + 1]);
    size_t only = only_name == NULL ? abi_symbol_count : abi_find(only_name);
    if (only_name != NULL && only == abi_symbol_count) {
        fprintf(stderr, "differential: no symbol %s; --list names them\n", only_name);
        return 2;
    }
    printf("differential: seed %" PRIu64 ": %s and %s\n", seed, theirs.library.path,
           ours.library.path);
    bool whole = abi_is_whole(&theirs.library);
    if (!abi_is_whole(&ours.library) || !whole)
        return 1;

    state = seed;
    for (enum region i = object; i < region_count; i++) {
        theirs.regions[i] = map_region();
        ours.regions[i] = map_region();
        put_random(i, 0, region_size);
    }
    watch_signals((unsigned)limit);
    if (!run(random_calls, only))
        return 1;

    unsigned long fewest = ULONG_MAX;
    for (size_t i = 0; i < abi_symbol_count; i++)
        if (only == abi_symbol_count || i == only) {
            if (counts)
                printf("%10lu %s\n", calls[i], abi_symbols[i].name);
            fewest = calls[i] < fewest ? calls[i] : fewest;
            if (calls[i] == 0)
                printf("differential: %s was never called\n", abi_symbols[i].name);
        }
    printf("differential: %lu calls of %d symbols compared, at least %lu of each", call_number,
           only == abi_symbol_count ? abi_symbol_count : 1, fewest);
    for (int i = 0; i < reasons; i++)
        if (met[i] != 0)
            printf("; lock-free %s (%lu)", allowed[i].what, met[i]);
    printf("\n");
    return fewest == 0;
}
