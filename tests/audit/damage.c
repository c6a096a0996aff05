/* damage.c: `ordo audit` on files that are cut short or have bytes changed: it may say what it
 * likes, with one of its exit statuses, but must not crash, hang, or read what is not its own.
 *
 *   damage COUNT SEED PROGRAM [ARGUMENT OF AUDIT...]
 *
 * Each damaged copy is a file in memory, audited by the whole command in a child process; this
 * program is built with the Address- and UndefinedBehaviorSanitizer. First the file is cut at each
 * 64 bytes of its beginning and of its end, where the headers are, and at 64 places between; then
 * COUNT copies have 1 to 8 bytes changed, most of them where a reader takes lengths and offsets
 * from: headers and the sections that are tables.
 */
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int command_main(int argc, char **argv); /* main of tools/ordo.c */

static uint8_t *whole;
static size_t size;
static char **arguments; /* "ordo", "audit", those that were given, the file, NULL */
static int argument_count;
static unsigned long run, failures;

static void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void audit(const uint8_t *bytes, size_t length, const char *how)
{
    int file = memfd_create("damaged", 0), status;
    char path[64];
    pid_t child;

    if (file < 0 || write(file, bytes, length) != (ssize_t)length)
        fail("memfd_create");
    fflush(stdout);
    child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        arguments[argument_count - 1] = path;
        if (!freopen("/dev/null", "w", stdout))
            _exit(99);
        alarm(60);
        exit(command_main(argument_count, arguments));
    }
    waitpid(child, &status, 0);
    close(file);
    run++;
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 2) {
        failures++;
        printf("status %#x: %s\n", (unsigned int)status, how);
    }
}

static uint64_t random_state;

static uint64_t random_number(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

/* A place to change a byte: one in four anywhere, the others in a header or a table. */
static size_t place(void)
{
    Elf64_Ehdr header;
    Elf64_Shdr section;
    size_t index;

    memcpy(&header, whole, sizeof header);
    switch (random_number(4)) {
    case 0: return random_number(size);
    case 1: return random_number(sizeof header);
    case 2: return header.e_shoff + random_number(header.e_shnum * sizeof section);
    default: break;
    }
    do {
        index = random_number(header.e_shnum);
        memcpy(&section, whole + header.e_shoff + index * sizeof section, sizeof section);
    } while (section.sh_type == SHT_NOBITS || section.sh_flags & SHF_EXECINSTR || !section.sh_size);
    return section.sh_offset + random_number(section.sh_size);
}

static void cut(size_t length)
{
    char how[64];

    snprintf(how, sizeof how, "cut at %zu", length);
    if (length < size)
        audit(whole, length, how);
}

static void change(void)
{
    static const uint8_t extremes[] = {0, 1, 0x7f, 0x80, 0xff};
    uint8_t *copy = malloc(size);
    char how[256] = "";
    size_t said = 0;

    if (!copy)
        fail("malloc");
    memcpy(copy, whole, size);
    for (uint64_t changes = 1 + random_number(8); changes; changes--) {
        size_t at = place();
        uint8_t byte = random_number(2) ? extremes[random_number(sizeof extremes)]
                                        : (uint8_t)random_number(256);

        copy[at] = byte;
        said += (size_t)snprintf(how + said, sizeof how - said, "%#zx: %#x ", at, byte);
    }
    audit(copy, size, how);
    free(copy);
}

int main(int argc, char **argv)
{
    long length = 0;
    FILE *file;

    if (argc < 4) {
        fputs("usage: damage COUNT SEED PROGRAM [ARGUMENT OF AUDIT...]\n", stderr);
        return 2;
    }
    file = fopen(argv[3], "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) <= 0)
        fail(argv[3]);
    size = (size_t)length;
    whole = malloc(size);
    rewind(file);
    if (!whole || fread(whole, 1, size, file) != size)
        fail(argv[3]);
    fclose(file);
    argument_count = argc;
    arguments = calloc((size_t)argc + 1, sizeof *arguments);
    if (!arguments)
        fail("calloc");
    arguments[0] = (char[]){"ordo"};
    arguments[1] = (char[]){"audit"};
    for (int i = 4; i < argc; i++)
        arguments[i - 2] = argv[i];
    argument_count = argc - 1;
    random_state = strtoull(argv[2], NULL, 0) * 2 + 1;

    for (size_t i = 0; i < 64; i++) {
        cut(64 * i);
        cut(size * i / 64);
        cut(size > 64 * i ? size - 64 * i - 1 : 0);
    }
    for (unsigned long count = strtoul(argv[1], NULL, 0); count; count--)
        change();
    printf("%lu damaged files, seed %s: %lu crashes\n", run, argv[2], failures);
    return failures != 0;
}
