/* audit.c: `ordo audit PROGRAM`: which atomic operations of a linked program or shared library are
 * ordo's, and which are not.
 *
 *   ordo audit hello                          archives of ordo: those beside the command
 *   ordo audit --against=lib/libordo-outline.a hello
 *
 * The archives of ordo say what code is ours, those of the compiler and the C library what code is
 * not the program's own (known.h). The exit status is 0 if nothing escapes, 1 if something does: a
 * function of the compilers' atomic ABIs that is not ordo's, or an atomic instruction or barrier in
 * the program's own code. Those in the run-time library are told, and do not count: a program
 * cannot choose them.
 */
#include "audit.h"
#include "ordo.h"

#include <argp.h>
#include <elf.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
    char **against, **runtime, **folders; /* NULL ends each */
    size_t against_count, runtime_count, folder_count;
    enum audit_form form;
    const char *program;
};

static struct options options;

enum { key_against = 1, key_runtime, key_json, key_list };

static const struct argp_option option_table[] = {
    {"against", key_against, "ARCHIVE", 0,
     "an archive of ordo (default: all libordo*.a beside this command)", 0},
    {"runtime", key_runtime, "ARCHIVE", 0,
     "an archive or object of the C library or the compiler (default: the system's)", 0},
    {"library-path", 'L', "FOLDER", 0, "where the program will find its shared libraries", 0},
    {"list", key_list, NULL, 0, "each call site and instruction on a line", 0},
    {"json", key_json, NULL, 0, "the report as JSON", 0},
    {0},
};

static void append(char ***list, size_t *count, char *text)
{
    char **longer = reallocarray(*list, *count + 2, sizeof *longer);

    if (!longer)
        give_up("out of memory");
    longer[(*count)++] = text;
    longer[*count] = NULL;
    *list = longer;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    switch (key) {
    case key_against: append(&options.against, &options.against_count, argument); return 0;
    case key_runtime: append(&options.runtime, &options.runtime_count, argument); return 0;
    case 'L': append(&options.folders, &options.folder_count, argument); return 0;
    case key_list: options.form = audit_long; return 0;
    case key_json: options.form = audit_json; return 0;
    case ARGP_KEY_ARG:
        if (options.program)
            argp_error(state, "one program at a time: %s and %s", options.program, argument);
        options.program = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options.program)
            argp_error(state, "which program?");
        return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp parser = {
    .options = option_table,
    .parser = parse_option,
    .args_doc = "PROGRAM",
    .doc =
        "Tells which atomic operations of a linked program or shared library, x86-64 or ARM64, "
        "are ordo's, and which are not."
        "\vThe exit status is 0 if nothing escapes: no __atomic_*, __sync_* or __aarch64_* "
        "function from elsewhere, no atomic instruction or barrier in the program's own code; "
        "1 if something does; 2 if PROGRAM cannot be read.\n\n"
        "A function is ordo's if its code is that of an archive of ordo; of functions with one and "
        "the same code, one name is told. Calls through pointers are not counted. Atomic loads "
        "and stores that are plain instructions cannot be seen; the sources that may have them "
        "are named, if the program was compiled with -g. Without its symbol table, functions are "
        "known by their code alone: ask before `strip`.",
};

/* ---- archives -------------------------------------------------------------------------------- */

static struct machine_file *open_or_give_up(const char *path)
{
    char message[512];
    struct machine_file *file = machine_open(path, message, sizeof message);

    if (!file)
        give_up("%s", message);
    return file;
}

static void add_named(struct known *known, char **paths, const struct machine_file *program)
{
    for (; *paths; paths++) {
        struct machine_file *file = open_or_give_up(*paths);

        if (file->architecture != program->architecture)
            give_up("%s is for another architecture than %s", *paths, program->path);
        known_add(known, file);
    }
}

/* Adds what matches the pattern and is for the program's architecture; returns how many files. */
static size_t add_matching(struct known *known, const char *pattern,
                           const struct machine_file *program)
{
    size_t added = 0;
    glob_t found;

    if (glob(pattern, GLOB_BRACE, NULL, &found) != 0)
        return 0;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char message[512];
        struct machine_file *file;

        /* The back end that the compiler wrote is there to be compared with. */
        if (strstr(found.gl_pathv[i], "/generic-"))
            continue;
        file = machine_open(strdup(found.gl_pathv[i]), message, sizeof message);
        if (!file)
            continue;
        if (file->architecture == program->architecture) {
            known_add(known, file);
            added++;
        } else {
            free((char *)file->path);
            machine_close(file);
        }
    }
    globfree(&found);
    return added;
}

/* Installed, the archives are in lib, beside the command's folder bin; in the build tree, in the
 * folders beside build/host. */
static struct known *open_ordo(const struct machine_file *program)
{
    struct known *known = known_new();
    char command[4096], pattern[8192];
    ssize_t length = readlink("/proc/self/exe", command, sizeof command - 1);

    if (options.against) {
        add_named(known, options.against, program);
        return known;
    }
    if (length < 0)
        length = 0;
    command[length] = '\0';
    if (strrchr(command, '/'))
        *strrchr(command, '/') = '\0';
    snprintf(pattern, sizeof pattern, "%s/../{lib,lib/*,*-gcc,*-clang}/libordo*.a", command);
    if (!add_matching(known, pattern, program))
        give_up("no archive of ordo for the architecture of %s is beside this command; "
                "name one with --against",
                program->path);
    return known;
}

#define COMPILERS "{lib{gcc,gcc_eh,stdc++,supc++,atomic,gomp}.a,crt*.o}"

static const struct known *runtime(const struct machine_file *program)
{
    static const char *const patterns[][4] = {
        [machine_x86_64] = {"/usr/lib/x86_64-linux-gnu/{libc.a,libc_nonshared.a,*crt*.o}",
                            "/usr/x86_64-linux-gnu/lib/{libc.a,libc_nonshared.a,*crt*.o}",
                            "/usr/lib/{gcc,gcc-cross}/x86_64-linux-gnu/*/" COMPILERS, NULL},
        [machine_aarch64] = {"/usr/lib/aarch64-linux-gnu/{libc.a,libc_nonshared.a,*crt*.o}",
                             "/usr/aarch64-linux-gnu/lib/{libc.a,libc_nonshared.a,*crt*.o}",
                             "/usr/lib/{gcc,gcc-cross}/aarch64-linux-gnu/*/" COMPILERS, NULL},
    };
    static struct known *known;

    if (known)
        return known;
    known = known_new();
    if (options.runtime)
        add_named(known, options.runtime, program);
    else
        for (const char *const *pattern = patterns[program->architecture]; *pattern; pattern++)
            add_matching(known, *pattern, program);
    return known;
}

static bool has_code(const struct machine_object *object)
{
    for (size_t i = 0; i < object->section_count; i++)
        if (object->sections[i].flags & SHF_EXECINSTR && object->sections[i].bytes)
            return true;
    return false;
}

int audit_main(int argc, char **argv)
{
    static char *no_folders[] = {NULL};
    static char name[] = "ordo audit";
    struct machine_file *program;

    argv[0] = name;
    argp_err_exit_status = ordo_gave_up;
    argp_parse(&parser, argc, argv, 0, NULL, NULL);
    program = open_or_give_up(options.program);
    if (program->object_count != 1 || !program->objects->linked)
        give_up("%s is not linked: audit reads programs and shared libraries", options.program);
    if (!has_code(program->objects))
        give_up("%s has no code that can be found: its section headers are missing",
                options.program);

    struct audit audit = {
        .path = options.program,
        .file = program,
        .ordo = open_ordo(program),
        .runtime = runtime,
        .libraries = libraries_open(program, options.folders ? options.folders : no_folders),
        .lines = lines_open(options.program),
    };

    audit_scan(&audit);
    audit_print(&audit, options.form);
    lines_close(audit.lines);
    libraries_close(audit.libraries);
    return audit_escapes(&audit) ? ordo_found_something : ordo_found_nothing;
}
