/* count.c: counts the words and letters of a text file, many times over, in a pipeline; then counts it
 * without threads and compares. `make demo` runs this program on each instruction set.
 *
 *   reader     one thread: sends each line of the text over `lines`, a bounded channel
 *   workers    receive lines; what they count goes into `tally`, data behind a mutex which they
 *              share by Arc; how far they are, into `progress`, behind a sequence lock
 *   reporter   the main thread: waits for the one-shot of each worker, and now and then reads the
 *              sequence lock, without keeping a worker from writing it
 *
 * The reader ends by dropping its sender; then a worker finds the channel empty and disconnected,
 * drops its Arc and sends its result over its one-shot. The last Arc gives the tally back. SIGINT
 * sets `stop`, which only the reader looks at: everything after it ends in the same way as ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <ordo/ordo.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { max_workers = 64, exit_differs = 1, exit_usage = 2, exit_stopped = 130 };

/* A word is a run of bytes other than ASCII white space; a letter is A-Z or a-z, either case. */
struct counts {
    uint64_t lines, words, longest; /* longest: bytes in the longest word */
    uint64_t letters[26];
};

static struct {
    unsigned char *bytes;
    size_t size;
} text;

static struct {
    uint64_t passes, lines; /* lines of all passes */
    size_t capacity;        /* of the channel, in messages */
} plan = {.passes = 200, .capacity = 64};

static bool for_script; /* --result */

/* ---- what the threads share ------------------------------------------------------------------ */

/* A message: one line, without its newline. */
struct line {
    const unsigned char *bytes;
    size_t size;
};
ORDO_CHANNEL_TYPE(lines, struct line);

typedef ORDO_MUTEX(struct counts) locked_counts;
ORDO_ARC(tally_arc, tally_weak, locked_counts);

/* What always belongs together: a reader of it never meets new lines with old words. */
struct progress {
    uint64_t lines, words;
};
static ORDO_SEQUENCE_LOCK(struct progress) progress;

/* What a thread has done, when it ends. */
struct result {
    uint64_t messages;     /* sent or received */
    uint64_t acquisitions; /* of the mutex */
};
typedef ORDO_ONE_SHOT_SENDER(struct result) result_sender;
typedef ORDO_ONE_SHOT_RECEIVER(struct result) result_receiver;

static ordo_atomic_bool stop;

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

static bool is_space(unsigned char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* 0..25, or 26 and more if the byte is not a letter. */
static unsigned letter_index(unsigned char byte)
{
    return (byte | 0x20u) - 'a';
}

/* ---- how often somebody slept ---------------------------------------------------------------- */

/* The program is linked with --wrap, so every call of a futex that ordo makes comes by here. */
static ordo_atomic_u64 sleeps, wakes;

static int slept(int error)
{
    if (error != EAGAIN) /* the word had changed before */
        ordo_add(&sleeps, 1, ordo_relaxed);
    return error;
}

static uint32_t woke(uint32_t count)
{
    ordo_add(&wakes, count, ordo_relaxed);
    return count;
}

/* Of each the name as it is in futex.h; the linker calls the wrapped one by the other two names. */
#define WRAPPED(result, count, name, parameters, ...)                                              \
    result __real_##name parameters;                                                               \
    result __wrap_##name parameters;                                                               \
    result __wrap_##name parameters { return count(__real_##name(__VA_ARGS__)); }

WRAPPED(int, slept, ordo_futex_wait, (const ordo_atomic_u32 *word, uint32_t expected),
        word, expected)
WRAPPED(int, slept, ordo_futex_wait_until,
        (const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline),
        word, expected, deadline)
WRAPPED(int, slept, ordo_futex_wait_bitset,
        (const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline, uint32_t bits,
         unsigned int flags),
        word, expected, deadline, bits, flags)
WRAPPED(uint32_t, woke, ordo_futex_wake_bitset,
        (const ordo_atomic_u32 *word, uint32_t count, uint32_t bits, unsigned int flags),
        word, count, bits, flags)
WRAPPED(uint32_t, woke, ordo_futex_wake, (const ordo_atomic_u32 *word, uint32_t count),
        word, count)

/* ---- the pipeline's end: results -------------------------------------------------------------- */

static void finish(result_sender *sender, const struct result *result)
{
    if (ordo_one_shot_send(sender, result) != 0)
        abort(); /* the main thread waits for it */
}

/* ---- the reader ------------------------------------------------------------------------------ */

struct reader {
    struct lines_sender lines;
    result_sender result;
};

/* Sends every line of the text, until the text ends or nobody wants more. */
static uint64_t send_text(struct lines_sender lines)
{
    uint64_t sent = 0;

    for (size_t begin = 0; begin < text.size;) {
        const unsigned char *newline = memchr(text.bytes + begin, '\n', text.size - begin);
        const size_t size = newline ? (size_t)(newline - text.bytes) - begin : text.size - begin;
        if (ordo_load(&stop, ordo_relaxed) ||
            lines_send(lines, (struct line){text.bytes + begin, size}) != 0)
            break;
        sent++;
        begin += size + 1;
    }
    return sent;
}

static void *read_lines(void *argument)
{
    struct reader *const reader = argument;
    struct result result = {0};

    for (uint64_t pass = 0; pass < plan.passes; pass++)
        result.messages += send_text(reader->lines);
    lines_sender_drop(&reader->lines); /* the workers get what is left, and then EPIPE */
    finish(&reader->result, &result);
    return NULL;
}

/* ---- the workers ----------------------------------------------------------------------------- */

struct worker {
    struct lines_receiver lines;
    tally_arc tally;
    result_sender result;
};

static struct counts count_line(struct line line)
{
    struct counts c = {.lines = 1};
    uint64_t length = 0; /* of the word we are in */

    for (size_t i = 0; i < line.size; i++) {
        const unsigned letter = letter_index(line.bytes[i]);
        if (letter < 26)
            c.letters[letter]++;
        length = is_space(line.bytes[i]) ? 0 : length + 1;
        c.words += length == 1;
        c.longest = length > c.longest ? length : c.longest;
    }
    return c;
}

static void add(struct counts *to, const struct counts *c)
{
    to->lines += c->lines;
    to->words += c->words;
    to->longest = to->longest > c->longest ? to->longest : c->longest;
    for (int i = 0; i < 26; i++)
        to->letters[i] += c->letters[i];
}

static void *count_lines(void *argument)
{
    struct worker *const worker = argument;
    struct result result = {0};
    struct line line;

    while (lines_receive(worker->lines, &line) == 0) {
        const struct counts c = count_line(line);
        ORDO_MUTEX_SCOPE(all, worker->tally.cell)
            add(all, &c);
        ORDO_SEQUENCE_LOCK_SCOPE(now, &progress) {
            now->lines++;
            now->words += c.words;
        }
        result.messages++;
        result.acquisitions++;
    }
    lines_receiver_drop(&worker->lines);
    ordo_arc_drop(&worker->tally); /* before the result: then the main thread has the last one */
    finish(&worker->result, &result);
    return NULL;
}

/* ---- the reporter ---------------------------------------------------------------------------- */

/* On a terminal one line that is rewritten at every per cent, elsewhere a line at every quarter. */
static void show_progress(void)
{
    static unsigned shown = UINT_MAX;
    const bool terminal = isatty(STDERR_FILENO);
    const unsigned step = terminal ? 1 : 25;
    struct progress now;

    ordo_sequence_lock_get(&progress, &now);
    const unsigned percent = (unsigned)(100 * (double)now.lines / (double)plan.lines) / step * step;
    if (percent != shown)
        fprintf(stderr, "%scounting: %3u%%, %.1f words a line%s", terminal ? "\r" : "", percent,
                now.lines ? (double)now.words / (double)now.lines : 0,
                terminal ? "\x1b[K" : "\n"); /* ESC [ K clears the rest of the line */
    shown = percent;
}

/* The result of one thread, for which this one waits, and reports meanwhile. */
static struct result result_of(result_receiver *receiver)
{
    const uint64_t interval = 20000000;
    struct result result;

    while (ordo_one_shot_receive_until(receiver, &result, ordo_clock_now() + interval) != 0)
        show_progress();
    return result;
}

/* ---- all together ---------------------------------------------------------------------------- */

static void stop_on_signal(int signal)
{
    (void)signal;
    ordo_store(&stop, true, ordo_relaxed); /* lock-free, hence allowed in a signal handler */
}

/* Only the main thread takes SIGINT: threads that are started meanwhile inherit the mask. */
static void mask_interrupt(int how)
{
    sigset_t interrupt;

    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(how, &interrupt, NULL);
}

static void fail_without_memory(int error)
{
    if (error != 0)
        fail("cannot start: %s", strerror(error));
}

struct totals {
    uint64_t sent, received, acquisitions;
};

/* Runs the pipeline until the text is through, or stopped, and all threads have ended. */
static struct counts count_with_threads(unsigned workers, struct totals *totals)
{
    struct reader reader;
    struct worker worker[max_workers];
    struct lines_receiver lines;
    tally_arc tally;
    result_receiver sent, received[max_workers];
    unsigned started = 0;
    int error = 0;

    fail_without_memory(lines_new(plan.capacity, NULL, NULL, &reader.lines, &lines));
    fail_without_memory(ordo_arc_new(&tally, &(locked_counts){0}, NULL, NULL));
    fail_without_memory(ordo_one_shot_new(&reader.result, &sent, NULL, NULL));

    ORDO_THREAD_SCOPE(threads) {
        mask_interrupt(SIG_BLOCK);
        for (; started < workers && error == 0; started += error == 0) {
            struct worker *const next = &worker[started];
            fail_without_memory(ordo_one_shot_new(&next->result, &received[started], NULL, NULL));
            next->lines.untyped = ordo_channel_receiver_clone(lines.untyped);
            next->tally = ordo_arc_clone(&tally);
            error = ordo_thread_scope_spawn(&threads, count_lines, next);
        }
        if (error == 0)
            error = ordo_thread_scope_spawn(&threads, read_lines, &reader);
        mask_interrupt(SIG_UNBLOCK);
        if (error != 0)
            fail("cannot start thread %u of %u: %s", started + 1, workers + 1, strerror(error));
        lines_receiver_drop(&lines);

        totals->sent = result_of(&sent).messages;
        for (unsigned i = 0; i < workers; i++) {
            const struct result result = result_of(&received[i]);
            totals->received += result.messages;
            totals->acquisitions += result.acquisitions;
        }
    }
    show_progress();
    if (isatty(STDERR_FILENO))
        fputc('\n', stderr);

    locked_counts counts;
    if (!ordo_arc_into_inner(&tally, &counts))
        abort(); /* each worker has dropped its own */
    return ordo_mutex_into_inner(&counts);
}

/* ---- without threads ------------------------------------------------------------------------- */

/* The same numbers by other means: one walk over the whole text, no lines, no atomics; all passes
 * are alike. */
static struct counts count_without_threads(void)
{
    struct counts c = {0};
    uint64_t length = 0; /* of the word we are in */
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = text.bytes[i];
        c.lines += byte == '\n' || i == text.size - 1 ? plan.passes : 0;
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

static void print_count(const char *name, uint64_t value)
{
    char a[24];
    snprintf(a, sizeof a, "%" PRIu64, value);
    print_row(name, a, "");
}

/* Prints everything; returns whether the threads got it right. */
static bool print_results(const struct counts *with, const struct counts *without,
                          const struct totals *totals)
{
    char frequent[7], frequent_without[7];
    most_frequent(with, frequent);
    most_frequent(without, frequent_without);

    if (!for_script)
        print_row("", "with threads", "without threads");
    print_numbers("lines", with->lines, without->lines);
    print_numbers("words", with->words, without->words);
    print_numbers("letters", sum(with->letters), sum(without->letters));
    print_numbers("longest word", with->longest, without->longest);
    print_row("most frequent letters", frequent, frequent_without);
    print_numbers("messages sent", totals->sent, without->lines);
    print_numbers("messages received", totals->received, without->lines);
    print_numbers("lock acquisitions", totals->acquisitions, without->lines);
    print_count("sleeps", ordo_load(&sleeps, ordo_relaxed));
    print_count("wakes", ordo_load(&wakes, ordo_relaxed));

    return memcmp(with, without, sizeof *with) == 0 && totals->sent == without->lines &&
           totals->received == without->lines && totals->acquisitions == without->lines;
}

/* ---- command line ---------------------------------------------------------------------------- */

static const char usage[] =
    "usage: count [options] FILE\n"
    "Counts the words and letters of FILE with threads, again without, and compares.\n"
    "  -w, --workers N   threads that count (default 3)\n"
    "  -p, --passes N    times to count the whole file (default 200)\n"
    "  -c, --capacity N  lines that may wait for a worker (default 64)\n"
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
        {"workers", required_argument, NULL, 'w'},  {"passes", required_argument, NULL, 'p'},
        {"capacity", required_argument, NULL, 'c'}, {"result", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},          {0},
    };
    unsigned workers = 3;
    for (int o; (o = getopt_long(argc, argv, "w:p:c:rh", options, NULL)) != -1;) {
        switch (o) {
        case 'w': workers = (unsigned)number(optarg, "workers", max_workers); break;
        case 'p': plan.passes = number(optarg, "passes", UINT32_MAX); break;
        case 'c': plan.capacity = number(optarg, "capacity", 1000000); break;
        case 'r': for_script = true; break;
        case 'h': fputs(usage, stdout); return 0;
        default: fputs(usage, stderr); return exit_usage;
        }
    }
    if (optind + 1 != argc)
        fail_to_read("the text", optind == argc ? "No file given" : "More than one file given");

    read_text(argv[optind]);
    if (text.size > UINT64_MAX / plan.passes)
        fail("%" PRIu64 " passes of %zu bytes do not fit in 64 bits", plan.passes, text.size);
    struct counts without = count_without_threads();
    plan.lines = without.lines;

    if (!for_script)
        printf("%s: %zu bytes, %" PRIu64 " passes, %u workers\n", argv[optind], text.size,
               plan.passes, workers);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = stop_on_signal}, NULL);
    struct totals totals = {0};
    struct counts with = count_with_threads(workers, &totals);
    if (ordo_load(&stop, ordo_relaxed)) {
        fprintf(stderr, "count: stopped after %" PRIu64 " of %" PRIu64 " lines\n", totals.received,
                plan.lines);
        return exit_stopped;
    }

    bool same = print_results(&with, &without, &totals);
    puts(for_script ? (same ? "result=same" : "result=different")
                    : (same ? "Same result." : "The results DIFFER."));
    free(text.bytes);
    return same ? 0 : exit_differs;
}
