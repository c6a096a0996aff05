/* count.c: several threads count the words and letters of a text file, many times over, with only
 * ordo's atomics between them; then it is counted without threads and the answers are compared.
 * `make demo` runs this program on each instruction set. It is the book's chapter 2 in one program:
 *
 *   next_id      unique ids that cannot overflow: a compare-exchange that is not tried at the limit
 *   taken        one bit per id, set by the thread that got it; already set: an id was given twice
 *   stop         the stop flag; SIGINT sets it too
 *   timing       statistics: chunks done, total and peak time, which always belong together
 *   words, longest, letters    plain counters and a maximum
 *
 * All orderings are relaxed: the text is written before the threads start and the counters are read
 * after they have been joined, so pthread_create and pthread_join order everything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <ordo/atomic.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { max_threads = 64, exit_differs = 1, exit_usage = 2, exit_stopped = 130 };

/* A word is a run of bytes other than ASCII white space; a letter is A-Z or a-z, either case. */
struct counts {
    uint64_t words, longest; /* longest: bytes in the longest word */
    uint64_t letters[26];
};

/* The three values of the statistics travel in one 128-bit atomic. In the book they are three
 * atomics and a reader may meet a new count with an old total, so that the average is wrong for a
 * moment; here one load sees one state. peak_ns stops growing at UINT32_MAX, 4.29 s. */
struct timing {
    uint64_t total_ns;
    uint32_t peak_ns, chunks;
};

static struct {
    unsigned char *bytes;
    size_t size;
} text;

/* The work: chunk id covers bytes [id % per_pass * size, + size) of the text. */
static struct {
    uint64_t size, per_pass, passes, chunks; /* chunks == per_pass * passes <= UINT32_MAX */
} plan = {.size = 4096, .passes = 2000};

static bool for_script; /* --result */

static ordo_atomic_bool stop;
static ordo_atomic_u64 next_id;
static ordo_atomic_u64 *taken;
static ordo_atomic_u64 unique_ids;
static ordo_atomic_u128 timing;
static ordo_atomic_u64 words, longest;
static ordo_atomic_u64 letters[26]; /* side by side in four cache lines: contention is the point */

_Noreturn static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("count: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(exit_usage);
}

_Noreturn static void fail_to_read(const char *name, const char *why)
{
    fail("cannot read %s: %s; give a text file, e.g. FILE=/usr/share/common-licenses/GPL-3",
         name, why);
}

static void read_text(const char *name)
{
    int fd = open(name, O_RDONLY | O_NONBLOCK); /* NONBLOCK: do not wait for the writer of a FIFO */
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0)
        fail_to_read(name, strerror(errno));
    if (S_ISDIR(status.st_mode))
        fail_to_read(name, strerror(EISDIR));
    if (!S_ISREG(status.st_mode))
        fail_to_read(name, "Not a regular file");
    if (status.st_size == 0)
        fail_to_read(name, "The file is empty");

    text.bytes = malloc((size_t)status.st_size);
    if (!text.bytes)
        fail_to_read(name, strerror(errno));
    while (text.size < (size_t)status.st_size) {
        ssize_t n = read(fd, text.bytes + text.size, (size_t)status.st_size - text.size);
        if (n < 0)
            fail_to_read(name, strerror(errno));
        if (n == 0)
            fail_to_read(name, "The file shrank meanwhile");
        text.size += (size_t)n;
    }
    close(fd);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool is_space(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* 0..25, or 26 and more if the byte is not a letter. */
static unsigned letter_index(unsigned char byte)
{
    return (byte | 0x20u) - 'a';
}

/* ---- with threads ---------------------------------------------------------------------------- */

/* Gives every caller another id, until all have been given. The limit is tested in the same atomic
 * step as the increment: a fetch_add that is checked afterwards would run past the limit and, in
 * the end, wrap to ids that were given before. */
static bool take_id(uint64_t *id)
{
    return ordo_fetch_update_if(&next_id, ordo_relaxed, ordo_relaxed, next, next < plan.chunks,
                                next + 1, id);
}

static uint64_t word_length(uint64_t start)
{
    uint64_t end = start;
    while (end < text.size && !is_space(text.bytes[end]))
        end++;
    return end - start;
}

/* A word belongs to the chunk in which it starts, however far it reaches. */
static void count_chunk(uint64_t begin, uint64_t end)
{
    for (uint64_t i = begin; i < end; i++) {
        unsigned letter = letter_index(text.bytes[i]);
        if (letter < 26)
            ordo_add(&letters[letter], 1, ordo_relaxed);
        if (!is_space(text.bytes[i]) && (i == 0 || is_space(text.bytes[i - 1]))) {
            ordo_add(&words, 1, ordo_relaxed);
            ordo_fetch_max(&longest, word_length(i), ordo_relaxed);
        }
    }
}

static ordo_u128 pack(struct timing t)
{
    return (ordo_u128)t.total_ns << 64 | (ordo_u128)t.peak_ns << 32 | t.chunks;
}

static struct timing unpack(ordo_u128 word)
{
    return (struct timing){(uint64_t)(word >> 64), (uint32_t)(word >> 32), (uint32_t)word};
}

static ordo_u128 with_chunk(ordo_u128 old, uint64_t ns)
{
    struct timing t = unpack(old);
    uint32_t capped_ns = ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
    t.total_ns += ns;
    t.peak_ns = t.peak_ns > capped_ns ? t.peak_ns : capped_ns;
    t.chunks++;
    return pack(t);
}

static struct timing timing_now(void)
{
    return unpack(ordo_load(&timing, ordo_relaxed));
}

static void *work(void *unused)
{
    uint64_t id;
    while (!ordo_load(&stop, ordo_relaxed) && take_id(&id)) {
        uint64_t start = now_ns();
        if (!ordo_bit_test_and_set(&taken[id / 64], (unsigned)(id % 64), ordo_relaxed))
            ordo_add(&unique_ids, 1, ordo_relaxed);
        uint64_t begin = id % plan.per_pass * plan.size;
        count_chunk(begin, text.size - begin < plan.size ? text.size : begin + plan.size);
        uint64_t ns = now_ns() - start;
        ordo_fetch_update(&timing, ordo_relaxed, ordo_relaxed, old, with_chunk(old, ns));
    }
    return unused;
}

static void stop_on_signal(int signal)
{
    (void)signal;
    ordo_store(&stop, true, ordo_relaxed); /* lock-free, hence allowed in a signal handler */
}

static double average_us(struct timing t)
{
    return t.chunks ? (double)t.total_ns / 1e3 / t.chunks : 0;
}

/* Live progress until all chunks are done or the stop flag is set: on a terminal one line that is
 * rewritten at every per cent, elsewhere a line at every quarter. */
static void show_progress(void)
{
    bool terminal = isatty(STDERR_FILENO);
    unsigned step = terminal ? 1 : 25, shown = UINT_MAX;
    struct timing t;
    do {
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* a signal ends it early */
        t = timing_now();
        unsigned percent = (unsigned)(t.chunks * UINT64_C(100) / plan.chunks) / step * step;
        if (percent != shown)
            fprintf(stderr, "%scounting: %3u%%, average %.1f us, peak %.1f us per chunk%s",
                    terminal ? "\r" : "", percent, average_us(t), t.peak_ns / 1e3,
                    terminal ? "\x1b[K" : "\n"); /* ESC [ K clears the rest of the line */
        shown = percent;
    } while (t.chunks < plan.chunks && !ordo_load(&stop, ordo_relaxed));
    if (terminal)
        fputc('\n', stderr);
}

/* Runs `count` threads until the work is done, or stopped, and all of them have ended. */
static void run_threads(unsigned count)
{
    struct sigaction on_interrupt = {.sa_handler = stop_on_signal};
    sigset_t interrupt;
    pthread_t thread[max_threads];
    unsigned started = 0;
    int error = 0;

    /* Only the main thread takes SIGINT: it must wake from its sleep. */
    sigaction(SIGINT, &on_interrupt, NULL);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, NULL);
    while (started < count && !error) {
        error = pthread_create(&thread[started], NULL, work, NULL);
        if (!error)
            started++;
    }
    pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);

    if (error)
        ordo_store(&stop, true, ordo_relaxed);
    else
        show_progress();
    for (unsigned i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    if (error)
        fail("cannot start thread %u of %u: %s", started + 1, count, strerror(error));
}

static struct counts counted_with_threads(void)
{
    struct counts c = {ordo_load(&words, ordo_relaxed), ordo_load(&longest, ordo_relaxed), {0}};
    for (int i = 0; i < 26; i++)
        c.letters[i] = ordo_load(&letters[i], ordo_relaxed);
    return c;
}

/* ---- without threads ------------------------------------------------------------------------- */

/* The same numbers by other means: one walk over the whole text, no chunks, no atomics; all passes
 * are alike. */
static struct counts count_without_threads(void)
{
    struct counts c = {0};
    uint64_t length = 0; /* of the word we are in */
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = text.bytes[i];
        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'))
            c.letters[letter_index(byte)] += plan.passes;
        length = is_space(byte) ? 0 : length + 1;
        c.words += length == 1 ? plan.passes : 0;
        c.longest = length > c.longest ? length : c.longest;
    }
    return c;
}

/* ---- results --------------------------------------------------------------------------------- */

static uint64_t sum(const uint64_t letters_counted[26])
{
    uint64_t total = 0;
    for (int i = 0; i < 26; i++)
        total += letters_counted[i];
    return total;
}

/* "etoian": the letters that occur most, most frequent first, ties by the alphabet. */
static void most_frequent(const struct counts *c, char name[static 7])
{
    struct counts rest = *c;
    int found = 0;
    for (; found < 6; found++) {
        int best = 0;
        for (int i = 1; i < 26; i++)
            if (rest.letters[i] > rest.letters[best])
                best = i;
        if (rest.letters[best] == 0)
            break;
        name[found] = (char)('a' + best);
        rest.letters[best] = 0;
    }
    name[found] = '\0';
}

/* One value with and without threads: columns for people, name=value for demo.sh. */
static void print_row(const char *name, const char *with, const char *without)
{
    if (!for_script)
        printf("%-22s %14s %16s\n", name, with, without);
    else if (*without)
        printf("%s=%s\n%s without threads=%s\n", name, with, name, without);
    else
        printf("%s=%s\n", name, with);
}

static void print_numbers(const char *name, uint64_t with, uint64_t without)
{
    char a[24], b[24];
    snprintf(a, sizeof a, "%" PRIu64, with);
    snprintf(b, sizeof b, "%" PRIu64, without);
    print_row(name, a, b);
}

static void print_microseconds(const char *name, double value)
{
    char a[32];
    snprintf(a, sizeof a, "%.1f us", value);
    print_row(name, a, "");
}

/* Prints everything; returns whether the threads got it right. */
static bool print_results(const struct counts *with, const struct counts *without)
{
    struct timing t = timing_now();
    uint64_t unique = ordo_load(&unique_ids, ordo_relaxed);
    char frequent[7], frequent_without[7];
    most_frequent(with, frequent);
    most_frequent(without, frequent_without);

    if (!for_script)
        print_row("", "with threads", "without threads");
    print_numbers("words", with->words, without->words);
    print_numbers("letters", sum(with->letters), sum(without->letters));
    print_numbers("longest word", with->longest, without->longest);
    print_row("most frequent letters", frequent, frequent_without);
    print_numbers("chunks", t.chunks, plan.chunks);
    print_numbers("unique ids", unique, plan.chunks);
    print_microseconds("average per chunk", average_us(t));
    print_microseconds("peak per chunk", t.peak_ns / 1e3);

    return memcmp(with, without, sizeof *with) == 0 && t.chunks == plan.chunks &&
           unique == plan.chunks;
}

/* ---- command line ---------------------------------------------------------------------------- */

static const char usage[] =
    "usage: count [options] FILE\n"
    "Counts the words and letters of FILE with threads, again without, and compares.\n"
    "  -t, --threads N   threads (default 4)\n"
    "  -p, --passes N    times to count the whole file (default 2000)\n"
    "  -c, --chunk N     bytes a thread takes at a time (default 4096)\n"
    "  -r, --result      print name=value lines\n"
    "Exit status: 0 same result, 1 different, 2 cannot start, 130 stopped by SIGINT.\n";

static uint64_t number(const char *argument, const char *option, uint64_t limit)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end || errno || n == 0 || n > limit)
        fail("--%s %s: give a number from 1 to %" PRIu64, option, argument, limit);
    return n;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"threads", required_argument, NULL, 't'}, {"passes", required_argument, NULL, 'p'},
        {"chunk", required_argument, NULL, 'c'},   {"result", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},          {0},
    };
    unsigned threads = 4;
    for (int o; (o = getopt_long(argc, argv, "t:p:c:rh", options, NULL)) != -1;) {
        switch (o) {
        case 't': threads = (unsigned)number(optarg, "threads", max_threads); break;
        case 'p': plan.passes = number(optarg, "passes", UINT32_MAX); break;
        case 'c': plan.size = number(optarg, "chunk", UINT32_MAX); break;
        case 'r': for_script = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return exit_usage;
        }
    }
    if (optind + 1 != argc)
        fail_to_read("the text", optind == argc ? "No file given" : "More than one file given");

    read_text(argv[optind]);
    plan.per_pass = (text.size + plan.size - 1) / plan.size;
    if (plan.per_pass > UINT32_MAX / plan.passes)
        fail("%" PRIu64 " passes of %" PRIu64 " chunks: ids do not fit in 32 bits", plan.passes,
             plan.per_pass);
    plan.chunks = plan.per_pass * plan.passes;
    taken = calloc(plan.chunks / 64 + 1, sizeof *taken);
    if (!taken)
        fail("no memory for %" PRIu64 " ids", plan.chunks);

    if (!for_script)
        printf("%s: %zu bytes, %" PRIu64 " passes, %u threads\n", argv[optind], text.size,
               plan.passes, threads);
    run_threads(threads);
    if (ordo_load(&stop, ordo_relaxed)) {
        fprintf(stderr, "count: stopped after %" PRIu32 " of %" PRIu64 " chunks\n",
                timing_now().chunks, plan.chunks);
        return exit_stopped;
    }

    struct counts with = counted_with_threads(), without = count_without_threads();
    bool same = print_results(&with, &without);
    puts(for_script ? (same ? "result=same" : "result=different")
                    : (same ? "Same result." : "The results DIFFER."));
    free(taken);
    free(text.bytes);
    return same ? 0 : exit_differs;
}
