/* check.c: the structural checker's command line.
 *
 *   check --target=aarch64 --arch=arch --objdump=aarch64-linux-gnu-objdump build/.../libordo.a
 *   check --target=aarch64 --arch=abi/outline ... build/.../libordo-outline.a
 *   check --same=arch/x86_64 build/x86_64-gcc/libordo.a build/x86_64-clang/libordo.a ...
 *
 * Prints one line per difference on standard error, and a few lines of totals; exits with 1 if
 * there was a difference, with 2 if it could not look. check.h says what is checked.
 */
#include "check.h"

#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static unsigned int complaints;

void complain(const char *where, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s: ", where);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    complaints++;
}

void give_up(const char *format, ...)
{
    va_list arguments;

    fputs("check: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory)
        give_up("out of memory");
    return memory;
}

bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), wanted = strlen(ending);

    return length >= wanted && strcmp(text + length - wanted, ending) == 0;
}

struct options {
    const char *target, *arch, *core, *objdump, *same;
    char **files;
    int file_count;
};

static const struct argp_option option_table[] = {
    {"target", 't', "BACK-END", 0, "x86_64, aarch64, armv8.1, aarch64-fat or generic", 0},
    {"arch", 'a', "FOLDER", 0, "where ops.tbl, ordering.tbl and mnemonics.tbl are", 0},
    {"core", 'c', "FOLDER", 0, "where the sources of core's members are", 0},
    {"objdump", 'o', "PROGRAM", 0, "the objdump that gives the second opinion", 0},
    {"same", 's', "FOLDER", 0, "compare the libraries' members made from FOLDER's *.S", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 't': options->target = argument; return 0;
    case 'a': options->arch = argument; return 0;
    case 'c': options->core = argument; return 0;
    case 'o': options->objdump = argument; return 0;
    case 's': options->same = argument; return 0;
    case ARGP_KEY_ARGS:
        options->files = state->argv + state->next;
        options->file_count = state->argc - state->next;
        return 0;
    case ARGP_KEY_END:
        if (options->same ? options->file_count < 2 : options->file_count != 1 || !options->target)
            argp_usage(state);
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

/* "aarch64-gcc" of "build/aarch64-gcc/libordo.a". */
static char *library_name(const char *path)
{
    const char *end = strrchr(path, '/'), *start = end;

    if (!end)
        return strdup(path);
    while (start > path && start[-1] != '/')
        start--;
    return strndup(start, (size_t)(end - start));
}

static char *in_folder(const char *folder, const char *file)
{
    char *path;

    if (asprintf(&path, "%s/%s", folder, file) < 0)
        give_up("out of memory");
    return path;
}

static void check_library(const struct options *options)
{
    bool generic = strcmp(options->target, "generic") == 0;
    bool fat = strcmp(options->target, "aarch64-fat") == 0;
    char message[256];
    struct library library = {
        .name = library_name(options->files[0]),
        .target = options->target,
        .file = machine_open(options->files[0], message, sizeof message),
        .operations = read_operations(in_folder(options->arch, "ops.tbl"), generic),
    };

    if (!library.file)
        give_up("%s", message);
    check_notes(library.name, library.file);
    const size_t members = library.file->object_count;

    library.file->object_count -= check_core(&library, options->core);
    check_symbols(&library);
    if (!generic) {
        bool tables = !ends_in(library.name, "-nasm") && !is_helper(library.operations.list);

        library.unwinding = tables ? open_unwinding(options->files[0]) : NULL;
        struct table table = read_table(in_folder(options->arch, "ordering.tbl"));
        struct mnemonics mnemonics = read_mnemonics(in_folder(options->arch, "mnemonics.tbl"));

        check_instructions(&library, &table, &mnemonics);
        if (library.unwinding)
            close_unwinding(library.unwinding);
        check_coverage(&library);
        if (options->objdump)
            check_second_opinion(&library, options->objdump);
    }
    check_size(&library, fat ? 128 * 1024 : 48 * 1024);
    library.file->object_count = members;
    machine_close(library.file);
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "--target=BACK-END LIBRARY\n--same=FOLDER LIBRARY LIBRARY...",
        .doc = "Compares built libraries with the tables of arch/.",
    };
    struct options options = {.arch = "arch", .core = "core"};

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (options.same)
        check_same(options.same, options.file_count, options.files);
    else
        check_library(&options);
    return complaints ? EXIT_FAILURE : EXIT_SUCCESS;
}
