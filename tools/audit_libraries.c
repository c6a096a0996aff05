/* audit_libraries.c: the shared libraries that a program needs.
 *
 * They are looked for as the dynamic linker does it: in the folders of --library-path, which stand
 * for what the machine that runs the program has, in LD_LIBRARY_PATH, in the program's own run path
 * ($ORIGIN is its folder), and in the folders of the system. A file for another architecture is
 * passed over. What the libraries need in their turn is not looked at: the linker demands that a
 * program names itself each library from which it takes a symbol.
 */
#include "audit.h"
#include "ordo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct libraries {
    const struct machine_file *program;
    char *const *folders;
    struct machine_file **files; /* in the order of the program's needs; NULL: not found */
};

static const char *const system_folders[][5] = {
    [machine_x86_64] = {"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
                        "/usr/x86_64-linux-gnu/lib", "/lib64", "/usr/lib64"},
    [machine_aarch64] = {"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                         "/usr/aarch64-linux-gnu/lib", "/lib64", "/usr/lib64"},
};

static struct machine_file *open_in(const struct libraries *libraries, const char *folder,
                                    size_t length, const char *name)
{
    static const char origin[] = "$ORIGIN";
    const char *slash = strrchr(libraries->program->path, '/');
    struct machine_file *file;
    char message[512], *path;
    int printed;

    if (strncmp(folder, origin, strlen(origin)) == 0 && length >= strlen(origin))
        printed =
            asprintf(&path, "%.*s%.*s/%s", slash ? (int)(slash - libraries->program->path) : 1,
                     slash ? libraries->program->path : ".", (int)(length - strlen(origin)),
                     folder + strlen(origin), name);
    else
        printed = asprintf(&path, "%.*s/%s", (int)length, folder, name);
    if (printed < 0)
        give_up("out of memory");
    file = machine_open(path, message, sizeof message);
    if (file && file->architecture == libraries->program->architecture && file->objects->linked)
        return file;
    if (file)
        machine_close(file);
    free(path);
    return NULL;
}

/* Looks in each folder of a list whose parts colons separate. */
static struct machine_file *open_among(const struct libraries *libraries, const char *list,
                                       const char *name)
{
    struct machine_file *file = NULL;

    while (list && *list && !file) {
        size_t length = strcspn(list, ":");

        if (length)
            file = open_in(libraries, list, length, name);
        list += length;
        list += *list == ':';
    }
    return file;
}

static struct machine_file *open_library(const struct libraries *libraries, const char *name)
{
    const char *const *system = system_folders[libraries->program->architecture];
    struct machine_file *file = NULL;

    for (char *const *folder = libraries->folders; *folder && !file; folder++)
        file = open_in(libraries, *folder, strlen(*folder), name);
    if (!file)
        file = open_among(libraries, getenv("LD_LIBRARY_PATH"), name);
    if (!file)
        file = open_among(libraries, libraries->program->objects->run_path, name);
    for (size_t i = 0; i < sizeof system_folders[0] / sizeof *system && !file; i++)
        file = open_in(libraries, system[i], strlen(system[i]), name);
    return file;
}

struct libraries *libraries_open(const struct machine_file *program, char *const *folders)
{
    struct libraries *libraries = calloc(1, sizeof *libraries);

    if (!libraries)
        give_up("out of memory");
    libraries->program = program;
    libraries->folders = folders;
    return libraries;
}

void libraries_close(struct libraries *libraries)
{
    for (size_t i = 0; libraries->files && i < libraries->program->objects->needed_count; i++)
        if (libraries->files[i]) {
            free((char *)libraries->files[i]->path);
            machine_close(libraries->files[i]);
        }
    free(libraries->files);
    free(libraries);
}

const struct machine_symbol *libraries_find(struct libraries *libraries, const char *name,
                                            const char **path)
{
    const struct machine_object *program = libraries->program->objects;

    if (!libraries->files) {
        libraries->files = calloc(program->needed_count + 1, sizeof *libraries->files);
        if (!libraries->files)
            give_up("out of memory");
        for (size_t i = 0; i < program->needed_count; i++)
            libraries->files[i] = open_library(libraries, program->needed[i]);
    }
    for (size_t i = 0; i < program->needed_count; i++) {
        const struct machine_file *file = libraries->files[i];

        for (size_t j = 0; file && j < file->objects->symbol_count; j++) {
            const struct machine_symbol *symbol = &file->objects->symbols[j];

            if (symbol->function && symbol->global && !symbol->hidden && symbol->section &&
                symbol->section->bytes && symbol->offset < symbol->section->size &&
                compare_names(symbol->name, name) == 0) {
                *path = file->path;
                return symbol;
            }
        }
    }
    return NULL;
}
